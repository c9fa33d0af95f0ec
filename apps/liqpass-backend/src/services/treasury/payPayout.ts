import { LiqPassError } from '@liqpass/api/errors';
import { parseHash } from '@liqpass/chain/hex';
import { RETRIED_REFUSALS } from '@liqpass/chain/payoutProof';
import { invariant } from '@liqpass/kernel/invariant';
import type { Actor } from '../../db/audit/auditRepo.ts';
import { getChainReader } from '../../db/treasury/chainReadersRepo.ts';
import type { Payout } from '../../domain/treasury/payout.ts';
import { RpcError } from './chainRpcClient.ts';
import { readPayout } from './payouts.ts';
import { judge, readFacts, recordProven } from './provePayouts.ts';
import { recordPayment, type ToldPayment } from './recordPayment.ts';
import type { TreasuryContext, WatchContext } from './treasuryContext.ts';

/**
 * Records what somebody says has paid a payout. Where the treasury is watched, the chain has to show it; what is not final
 * yet is refused with what was seen, and is found by the watch once it is.
 */
export async function payPayout(ctx: TreasuryContext, id: string, told: ToldPayment, actor: Actor): Promise<Payout> {
  const { watch } = ctx;
  if (watch === null || told.byHand !== null) return recordPayment(ctx, id, told, actor);
  const before = await readPayout(ctx, id);
  if (before.paid?.txHash === told.txHash) return before;
  if (before.paid !== null || before.approved === null) return recordPayment(ctx, id, told, actor);
  return proveNow({ ...ctx, watch }, before, told.txHash, actor);
}

async function proveNow(ctx: WatchContext, payout: Payout, told: string, actor: Actor): Promise<Payout> {
  const txHash = parseHash(told);
  invariant(txHash !== null, 'the schema let a hash through');
  const reader = await getChainReader(ctx.db, ctx.watch.readerId);
  const at = { latest: reader?.headBlock, safe: reader?.safeBlock, finalized: reader?.finalBlock };
  const finalBlock = Math.min(at[ctx.watch.settings.payoutFinality] ?? 0, reader?.last.number ?? 0);
  for (const rpc of [ctx.watch.rpc, ...(ctx.watch.second ? [ctx.watch.second] : [])]) {
    const facts = await readFacts(rpc, txHash, finalBlock).catch((cause: unknown) => {
      if (cause instanceof RpcError)
        throw new LiqPassError('SERVICE_UNAVAILABLE', 'The chain does not answer right now: try again in a moment.', {
          cause,
        });
      throw cause;
    });
    const proof = await judge(ctx, facts, payout);
    if (!proof.proven) {
      const later = RETRIED_REFUSALS.includes(proof.refusal);
      throw new LiqPassError(
        'PAYOUT_NOT_PROVEN',
        `${proof.refusal}: ${proof.seen}.${later ? ' It is recorded by itself once the chain shows it for good.' : ''}`,
        { params: { refusal: proof.refusal } },
      );
    }
    if (rpc === (ctx.watch.second ?? ctx.watch.rpc)) await recordProven(ctx, payout, proof, actor);
  }
  return readPayout(ctx, payout.id);
}
