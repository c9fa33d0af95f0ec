import { showPayment } from '../../db/treasury/chainTransfersRepo.ts';
import type { WatchContext } from './treasuryContext.ts';

/** Writes on an order what is seen of its payment now, and tells whoever looks at it. */
export async function orderChanged(ctx: WatchContext, orderId: string): Promise<void> {
  if (await showPayment(ctx.db, orderId, ctx.clock.now())) ctx.changes.announce(orderId);
}
