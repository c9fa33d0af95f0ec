import { listOfTransaction, assignTransfer, type BookedTransfer } from '../../db/treasury/chainTransfersRepo.ts';
import { listToldOrders, type ToldPayment } from '../../db/treasury/toldPaymentsRepo.ts';
import { stampKeyOf } from '../audit/auditContext.ts';
import { readPurchaseOrder } from '../purchaseOrders.ts';
import { changeMoney } from './changeMoney.ts';
import type { WatchContext } from './treasuryContext.ts';

/** Which money of a transaction an order is said to be paid by: what is due from it exactly, or the only that there is. */
function oneOf(transfers: readonly BookedTransfer[], due: bigint): BookedTransfer | null {
  const exact = transfers.filter((each) => each.amount === due);
  const [only] = exact.length > 0 ? exact : transfers;
  return only && (exact.length > 0 || transfers.length === 1) ? only : null;
}

/** Gives money that nothing on the chain tells to the orders for which somebody named these transactions, in their name. */
export async function matchTold(ctx: WatchContext, txHashes: readonly string[]): Promise<void> {
  const { readerId } = ctx.watch;
  for (const told of await listToldOrders(ctx.db, readerId, txHashes)) {
    const came = (await listOfTransaction(ctx.db, readerId, told.txHash)).filter((each) => each.direction === 'in');
    // What the chain tells goes first, and one transaction pays an order once.
    if (came.some((each) => each.purchaseOrderId === told.subjectId)) continue;
    const nobodys = came.filter((each) => each.purchaseOrderId === null && each.vanishedAtMs === null);
    const { amountDue } = await readPurchaseOrder(ctx, told.subjectId);
    const transfer = oneOf(nobodys, amountDue);
    if (transfer) await assignTold(ctx, transfer, told);
  }
}

const assignTold = (ctx: WatchContext, transfer: BookedTransfer, told: ToldPayment): Promise<boolean> =>
  changeMoney(ctx, async (trx, isOf) => {
    isOf(told.subjectId);
    const why = told.why ?? 'its transaction was named when it was marked as paid';
    return assignTransfer(trx, transfer.id, told.subjectId, why, {
      actor: { name: told.by, identity: told.identity, requestId: null },
      action: 'assign_transfer',
      subjectType: 'purchase_order',
      stampKey: stampKeyOf(ctx),
      atMs: ctx.clock.now(),
    });
  });
