import { indexOrders, matchPayment } from '@liqpass/chain/matchPayment';
import { formatUsdc } from '@liqpass/kernel/money';
import { isDeepStrictEqual } from 'node:util';
import { getAddress } from 'viem/utils';
import {
  listUnmatched,
  matchTransfer,
  noteCandidates,
  type BookedTransfer,
} from '../../db/treasury/chainTransfersRepo.ts';
import { listPayableOrders } from '../../db/treasury/payableOrdersRepo.ts';
import { matchTold } from './matchTold.ts';
import { changeMoney } from './changeMoney.ts';
import type { WatchContext } from './treasuryContext.ts';

/** Says whose the money is that came and is nobody's yet, as far as its reference, amount or wallet tell. Answers how many. */
export async function matchTransfers(ctx: WatchContext): Promise<number> {
  let matched = 0;
  for (let behindId = '0'; ;) {
    const page = await listUnmatched(ctx.db, ctx.watch.readerId, behindId, ctx.clock.now());
    const last = page.at(-1);
    if (last === undefined) return matched;
    matched += await matchPage(ctx, page);
    behindId = last.id;
  }
}

async function matchPage(ctx: WatchContext, unmatched: readonly BookedTransfer[]): Promise<number> {
  const orders = await listPayableOrders(
    ctx.db,
    {
      references: unmatched.flatMap((each) => each.reference ?? []),
      amounts: [...new Set(unmatched.map((each) => formatUsdc(each.amount)))],
      owners: [...new Set(unmatched.map((each) => getAddress(each.party)))],
    },
    ctx.clock.now(),
  );
  const index = indexOrders(orders);
  const byId = new Map(orders.map((order) => [order.id, order]));
  let matched = 0;
  for (const transfer of unmatched) {
    const paid = { from: transfer.party, amount: transfer.amount, txHash: transfer.txHash };
    const match = matchPayment(paid, transfer.reference, Math.floor(transfer.blockTimeMs / 1_000), index);
    if (match.orderId === null) {
      if (!isDeepStrictEqual(transfer.candidates, match.candidates))
        await noteCandidates(ctx.db, transfer.id, match.candidates);
      continue;
    }
    const { orderId, by } = match;
    const taken = await changeMoney(ctx, async (trx, isOf) => {
      isOf(orderId);
      return matchTransfer(trx, transfer.id, orderId, by);
    });
    if (!taken) continue;
    const order = byId.get(match.orderId);
    if (order) order.hasMoney = true;
    matched += 1;
  }
  await matchTold(ctx, [...new Set(unmatched.map((each) => each.txHash))]);
  return matched;
}
