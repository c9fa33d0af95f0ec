import { formatIso, SECOND_MS } from '@liqpass/kernel/time';
import { LiqPassError } from '@liqpass/api/errors';
import type { Actor } from '../../db/audit/auditRepo.ts';
import { getPayoutOfClaim } from '../../db/treasury/payoutsRepo.ts';
import type { Claim } from '../../domain/claim.ts';
import { markClaimPaid } from '../claimDecisions.ts';
import { readClaim } from '../claims.ts';
import { byHand } from './byHand.ts';
import { payPayout } from './payPayout.ts';
import type { TreasuryContext } from './treasuryContext.ts';

/** Records what paid a claim: as somebody says it, or, where the treasury is watched, as the chain shows it. */
export async function payClaim(
  ctx: TreasuryContext,
  claimId: string,
  told: { multisigTxHash: string; paidAtSec: number; byHand: string | null },
  actor: Actor,
): Promise<{ claim: Claim; counts: boolean }> {
  const { multisigTxHash, paidAtSec } = told;
  const byWord = async (inside = ctx): Promise<{ claim: Claim; counts: boolean }> => ({
    claim: await markClaimPaid(inside, claimId, told, actor),
    counts: true,
  });
  if (ctx.watch === null) return byWord();
  const paidAtMs = paidAtSec * SECOND_MS;
  if (paidAtMs > ctx.clock.now())
    throw new LiqPassError('PAID_AT_IN_FUTURE', `paidAtSec ${paidAtSec} (${formatIso(paidAtMs)}) is in the future.`);
  const payoutId = await getPayoutOfClaim(ctx.db, claimId);
  // Nothing is owed for it: the claim's own step says why it cannot be paid.
  if (payoutId === null) return byWord();
  if (told.byHand !== null) return byHand(ctx, payoutId, multisigTxHash, byWord);
  const { counts } = await payPayout(ctx, payoutId, { txHash: multisigTxHash, paidAtMs, byHand: null }, actor);
  return { claim: await readClaim(ctx, claimId), counts };
}
