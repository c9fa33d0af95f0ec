import { invariant } from '@liqpass/kernel/invariant';
import type { EpochMs } from '@liqpass/kernel/time';
import { listClaims } from '../db/claimsRepo.ts';
import type { Payout } from '../domain/safeBatch.ts';
import type { HallContext } from './hallContext.ts';

/** Payouts that one look lists at most; the rest follows once these are paid. */
const MOST_PAYOUTS = 400;

export type WaitingPayout = Payout & {
  readonly purchaseOrderId: string;
  readonly approvedBy: string;
  readonly approvedAtMs: EpochMs;
  readonly attested: boolean;
};

/** Approved claims that wait for the multisig, newest first. */
export async function listPayouts(ctx: HallContext): Promise<WaitingPayout[]> {
  const claims = await listClaims(ctx.db, { status: 'APPROVED_PENDING_MULTISIG', after: null, limit: MOST_PAYOUTS });
  return claims.map((claim) => {
    invariant(
      claim.payoutAmount !== null && claim.approvedBy !== null && claim.approvedAtMs !== null,
      'an approved claim has its amount and who approved it',
    );
    return {
      claimId: claim.id,
      purchaseOrderId: claim.purchaseOrderId,
      to: claim.claimant,
      amount: claim.payoutAmount,
      approvedBy: claim.approvedBy,
      approvedAtMs: claim.approvedAtMs,
      attested: claim.attested,
    };
  });
}
