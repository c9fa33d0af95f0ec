import { LiqPassError } from '@liqpass/api/errors';
import { formatIso, HOUR_MS } from '@liqpass/kernel/time';
import type { Actor } from '../../db/audit/auditRepo.ts';
import { isProven } from '../../db/treasury/chainTransfersRepo.ts';
import { undoPayment as undo } from '../../db/treasury/payoutsRepo.ts';
import type { Payout } from '../../domain/treasury/payout.ts';
import { UNDO_WITHIN_MS } from '../../domain/undoPremium.ts';
import { stampKeyOf } from '../audit/auditContext.ts';
import { readPayout } from './payouts.ts';
import type { TreasuryContext } from './treasuryContext.ts';

/** Takes a record back that was a mistake, within a day: the payout is to be paid again, and its claim or order says so. */
export async function undoPayment(ctx: TreasuryContext, id: string, reason: string, actor: Actor): Promise<Payout> {
  const nowMs = ctx.clock.now();
  if (await isProven(ctx.db, id))
    throw new LiqPassError(
      'INVALID_STATUS_TRANSITION',
      'The chain shows this payment: what is proven was no mistake, and is not undone.',
      { params: { status: 'PAID' } },
    );
  const taken = await undo(ctx.db, id, nowMs - UNDO_WITHIN_MS, {
    actor,
    action: 'undo_paid',
    subjectType: 'payout',
    atMs: nowMs,
    stampKey: stampKeyOf(ctx),
    why: reason,
  });
  const payout = await readPayout(ctx, id);
  if (taken) {
    ctx.changes.announce(payout.purchaseOrderId);
    if (payout.claimId !== null) ctx.changes.announce(payout.claimId);
    return payout;
  }
  if (payout.paid === null)
    throw new LiqPassError(
      'INVALID_STATUS_TRANSITION',
      `A ${payout.kind} that is ${payout.status} has no payment to undo.`,
      {
        params: { status: payout.status },
      },
    );
  throw new LiqPassError(
    'TOO_LATE_TO_UNDO',
    `This was recorded at ${formatIso(payout.paid.recordedAtMs)}: a record can be undone for ${UNDO_WITHIN_MS / HOUR_MS} hours.`,
    { params: { hours: String(UNDO_WITHIN_MS / HOUR_MS) } },
  );
}
