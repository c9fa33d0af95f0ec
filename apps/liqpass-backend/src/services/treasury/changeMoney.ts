import type { Db } from '../../db/platform/database.ts';
import { showPayment } from '../../db/treasury/chainTransfersRepo.ts';
import type { WatchContext } from './treasuryContext.ts';

/**
 * Changes what is kept of orders' money, and writes on those orders what is seen of it then, in one transaction: whatever falls
 * over meanwhile, an order never shows a payment that is not there. Transfers are locked before orders everywhere.
 * Whoever looks at an order is told.
 */
export async function changeMoney<T>(
  ctx: WatchContext,
  change: (trx: Db, isOf: (orderId: string) => void) => Promise<T>,
): Promise<T> {
  const orderIds = new Set<string>();
  const shown: string[] = [];
  const done = await ctx.db.transaction().execute(async (trx) => {
    const result = await change(trx, (orderId) => orderIds.add(orderId));
    for (const id of [...orderIds].toSorted()) if (await showPayment(trx, id, ctx.clock.now())) shown.push(id);
    return result;
  });
  for (const id of shown) ctx.changes.announce(id);
  return done;
}
