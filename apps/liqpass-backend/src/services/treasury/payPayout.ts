import { LiqPassError } from '@liqpass/api/errors';
import { parseHash } from '@liqpass/chain/hex';
import { KEPT_REFUSALS, type PayoutProof } from '@liqpass/chain/payoutProof';
import { invariant } from '@liqpass/kernel/invariant';
import type { Actor } from '../../db/audit/auditRepo.ts';
import { getChainReader } from '../../db/treasury/chainReadersRepo.ts';
import { tellPayoutPayment } from '../../db/treasury/toldPaymentsRepo.ts';
import type { Payout } from '../../domain/treasury/payout.ts';
import { entryOf } from '../audit/entryOf.ts';
import { askChain } from './askChain.ts';
import { byHand } from './byHand.ts';
import { readPayout, stepsFor } from './payouts.ts';
import { judge, readFacts, recordProven } from './provePayouts.ts';
import { recordPayment, secondPersonPays, type ToldPayment } from './recordPayment.ts';
import type { TreasuryContext, WatchContext } from './treasuryContext.ts';

/** The payout, and whether it is paid: a transaction that is not final yet is kept, and looked at until it is. */
export type ToldPayout = { readonly payout: Payout; readonly counts: boolean };

/**
 * Records what somebody says has paid a payout. Where the treasury is watched, the chain has to show it: what would prove it once
 * it is final is kept, and confirmed later; anything else is refused with what was seen.
 */
export async function payPayout(
  ctx: TreasuryContext,
  id: string,
  told: ToldPayment,
  actor: Actor,
): Promise<ToldPayout> {
  const { watch } = ctx;
  const byWord = async (inside = ctx): Promise<ToldPayout> => ({
    payout: await recordPayment(inside, id, told, actor),
    counts: true,
  });
  if (told.byHand !== null) return byHand(ctx, id, told.txHash, byWord);
  if (watch === null) return byWord();
  const before = await readPayout(ctx, id);
  if (before.paid?.txHash === told.txHash) return { payout: before, counts: true };
  if (before.paid !== null || before.approved === null) return byWord();
  const may = await stepsFor(ctx, actor);
  if (!may(before).mark_paid) throw secondPersonPays();
  return proveNow({ ...ctx, watch }, before, told.txHash, actor);
}

async function proveNow(ctx: WatchContext, payout: Payout, told: string, actor: Actor): Promise<ToldPayout> {
  const txHash = parseHash(told);
  invariant(txHash !== null, 'the schema let a hash through');
  const reader = await getChainReader(ctx.db, ctx.watch.readerId);
  const at = { latest: reader?.headBlock, safe: reader?.safeBlock, finalized: reader?.finalBlock };
  const finalBlock = Math.min(at[ctx.watch.settings.payoutFinality] ?? 0, reader?.last.number ?? 0);
  let proven: PayoutProof | null = null;
  for (const rpc of [ctx.watch.rpc, ...(ctx.watch.second ? [ctx.watch.second] : [])]) {
    const facts = await askChain(readFacts(rpc, txHash, finalBlock));
    // What is wrong with it is said at once, not when it is final.
    const proof = await judge(ctx, { ...facts, finalBlock: Infinity }, payout);
    if (!proof.proven && !KEPT_REFUSALS.includes(proof.refusal))
      throw new LiqPassError('PAYOUT_NOT_PROVEN', `${proof.refusal}: ${proof.seen}.`, {
        params: { refusal: proof.refusal },
      });
    if (!proof.proven || proof.blockNumber > finalBlock) return keep(ctx, payout, txHash, actor);
    proven = proof;
  }
  if (proven !== null) await recordProven(ctx, payout, proven, actor);
  const now = await readPayout(ctx, payout.id);
  if (now.paid === null)
    throw new LiqPassError('PAYOUT_NOT_PROVEN', 'ALREADY_USED: another payout was recorded with this money.', {
      params: { refusal: 'ALREADY_USED' },
    });
  return { payout: now, counts: true };
}

async function keep(ctx: WatchContext, payout: Payout, txHash: string, actor: Actor): Promise<ToldPayout> {
  await tellPayoutPayment(
    ctx.db,
    ctx.watch.readerId,
    { payoutId: payout.id, txHash },
    entryOf('payout')(ctx, actor, 'tell_payment', { details: { txHash } }),
  );
  ctx.changes.announce(payout.purchaseOrderId);
  return { payout: await readPayout(ctx, payout.id), counts: false };
}
