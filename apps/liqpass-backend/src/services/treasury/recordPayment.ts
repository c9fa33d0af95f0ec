import { LiqPassError } from '@liqpass/api/errors';
import { formatIso, SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import { partyOf, type Actor, type AuditEntry } from '../../db/audit/auditRepo.ts';
import { markRefundPaid } from '../../db/treasury/payoutsRepo.ts';
import { isSamePerson } from '../../domain/people/person.ts';
import { approver, type Payout } from '../../domain/treasury/payout.ts';
import { stampKeyOf } from '../audit/auditContext.ts';
import { markClaimPaid } from '../claimDecisions.ts';
import { readPayout } from './payouts.ts';
import type { TreasuryContext } from './treasuryContext.ts';

export type ToldPayment = {
  readonly txHash: string;
  readonly paidAtMs: EpochMs | null;
  /** Why it is to be believed though the chain does not prove it: an admin's word, shown for ever. */
  readonly byHand: string | null;
};

export const secondPersonPays = (): LiqPassError =>
  new LiqPassError(
    'SECOND_PERSON_REQUIRED',
    'Whoever approved a refund does not record its payment: a second person must, or an admin sets the one-person switch.',
  );

/** Where a payment's moment is kept in seconds (a claim's), it is the second it fell in. */
const wholeSecond = (ms: EpochMs): EpochMs => Math.floor(ms / SECOND_MS) * SECOND_MS;

/**
 * Records the transaction that paid a payout: by another than who approved it, once whatever is called twice. A claim is PAID
 * with it, a refund's order REFUNDED.
 */
export async function recordPayment(
  ctx: TreasuryContext,
  id: string,
  payment: Omit<ToldPayment, 'byHand'> & Partial<Pick<ToldPayment, 'byHand'>>,
  actor: Actor,
): Promise<Payout> {
  const nowMs = ctx.clock.now();
  if (payment.paidAtMs !== null && payment.paidAtMs > nowMs)
    throw new LiqPassError('PAID_AT_IN_FUTURE', `paidAt ${formatIso(payment.paidAtMs)} is in the future.`);
  const before = await readPayout(ctx, id);
  const { txHash, byHand = null } = payment;
  const isSame = (payout: Payout): boolean =>
    payout.paid?.txHash === txHash && (payment.paidAtMs === null || payout.paid.atMs === payment.paidAtMs);
  if (isSame(before)) return before;
  const paidAtMs = payment.paidAtMs ?? nowMs;
  if (before.claimId !== null) {
    const paidAtSec = wholeSecond(paidAtMs) / SECOND_MS;
    try {
      await markClaimPaid(ctx, before.claimId, { multisigTxHash: txHash, paidAtSec, byHand }, actor);
    } catch (error) {
      // Recorded in the same moment with the same transaction, and nobody said when it was paid: it is the same call.
      if (!isSame(await readPayout(ctx, id))) throw error;
    }
    return readPayout(ctx, id);
  }
  const entry: AuditEntry = {
    actor,
    action: 'mark_paid',
    subjectType: 'payout',
    atMs: nowMs,
    stampKey: stampKeyOf(ctx),
    why: byHand,
    details: { txHash, paidAt: formatIso(paidAtMs), ...(byHand === null ? {} : { by_hand: true }) },
  };
  const taken = await markRefundPaid(ctx.db, id, { txHash, paidAtMs }, entry);
  const payout = await readPayout(ctx, id);
  if (taken) ctx.changes.announce(payout.purchaseOrderId);
  if (taken || isSame(payout)) return payout;
  if (payout.paid === null && payout.approved && isSamePerson(approver(payout.approved), partyOf(actor)))
    throw secondPersonPays();
  throw new LiqPassError(
    'INVALID_STATUS_TRANSITION',
    payout.paid
      ? `It is paid already, by ${payout.paid.txHash}.`
      : `A ${payout.kind} is approved before it is paid: POST /admin/payouts/${id}/approve.`,
    { params: { status: payout.status } },
  );
}
