import { LiqPassError } from '@liqpass/api/errors';
import { SECOND_MS } from '@liqpass/kernel/time';
import type { AuditEntry } from '../../db/audit/auditRepo.ts';
import * as transfers from '../../db/treasury/chainTransfersRepo.ts';
import type { BookedTransfer } from '../../db/treasury/chainTransfersRepo.ts';
import { toldQuote } from '../../db/treasury/toldPaymentsRepo.ts';
import * as money from '../../db/treasury/orderMoneyRepo.ts';
import { payBy, type PurchaseOrder } from '../../domain/purchaseOrder.ts';
import { premiumOf } from '../../domain/treasury/orderMoney.ts';
import { markPurchaseOrderPaid } from '../payments.ts';
import { readPurchaseOrder } from '../purchaseOrders.ts';
import { stampKeyOf } from '../audit/auditContext.ts';
import { believe, CHAIN } from './believe.ts';
import { changeMoney } from './changeMoney.ts';
import type { Trouble } from './readChain.ts';
import type { WatchContext } from './treasuryContext.ts';

const entry = (ctx: WatchContext, action: string, more: Pick<AuditEntry, 'why' | 'details'> = {}): AuditEntry => ({
  actor: CHAIN,
  action,
  subjectType: 'purchase_order',
  stampKey: stampKeyOf(ctx),
  atMs: ctx.clock.now(),
  ...more,
});

/**
 * Counts the money of orders that stands in blocks up to `block`: what it buys is the one rule of payment's to say, at the block's
 * time. Where there is a second RPC, it has to show each log too; until then everything waits.
 */
export async function settlePremiums(ctx: WatchContext, block: number): Promise<Trouble | null> {
  const waiting = await transfers.listUncounted(ctx.db, ctx.watch.readerId, block);
  const orderIds = new Set<string>();
  for (const transfer of waiting) {
    const shown = await believe(ctx, transfer);
    if (shown === 'INVENTED') continue;
    if (shown !== 'SHOWN') return shown;
    if (transfer.purchaseOrderId !== null) orderIds.add(transfer.purchaseOrderId);
  }
  for (const orderId of orderIds)
    await settleOrder(ctx, orderId, block).catch((error: unknown) =>
      // One order's fault is not everybody's: the others count, and this one is tried again with the next blocks.
      ctx.log.error(
        { err: error, purchaseOrderId: orderId },
        'the money of an order could not be counted; it is tried again',
      ),
    );
  return null;
}

/**
 * Takes an order's money that counts into its books, with what it buys, in one transaction: done twice, or after a crash, it
 * changes nothing more.
 */
export async function settleOrder(ctx: WatchContext, orderId: string, block: number): Promise<void> {
  const settle = (keepsHash: boolean): Promise<boolean> =>
    changeMoney(ctx, (trx, isOf) => {
      isOf(orderId);
      return settleIn({ ...ctx, db: trx }, orderId, block, keepsHash);
    });
  const settled = await settle(true).catch((error: unknown) => {
    // An exchange pays several orders in one transaction: each has a log of its own, and the hash stays with the first.
    if (error instanceof LiqPassError && error.code === 'TX_HASH_ALREADY_USED') return settle(false);
    throw error;
  });
  ctx.changes.announce(orderId);
  // Two payments that came at once: the first has paid, the second is looked at now that it has.
  if (settled) await settleOrder(ctx, orderId, block);
}

/** One step of it; whether there was one. */
async function settleIn(ctx: WatchContext, orderId: string, block: number, keepsHash: boolean): Promise<boolean> {
  const all = (await transfers.lockOfOrder(ctx.db, ctx.watch.readerId, orderId)).filter(
    (each) => each.blockNumber <= block,
  );
  const fresh = all.filter((each) => each.countedAs === null);
  if (fresh.length === 0) return false;
  const order = await readPurchaseOrder(ctx, orderId);
  if (order.paidAtMs === null || (await isToppedUp(ctx, order, fresh))) await payWith(ctx, order, all, keepsHash);
  else await takeAnother(ctx, order, all, fresh);
  return true;
}

/** The money makes the premium, or is short of it. */
async function payWith(
  ctx: WatchContext,
  order: PurchaseOrder,
  all: readonly BookedTransfer[],
  keepsHash: boolean,
): Promise<void> {
  const premium = premiumOf(
    order.amountDue,
    all.filter((each) => each.countedAs !== 'second_payment'),
  );
  if (premium === null) return;
  await markPurchaseOrderPaid(
    ctx,
    order.id,
    {
      // A block's time may be some seconds ahead of our clock.
      paidAtMs: Math.min(premium.paidAtMs, ctx.clock.now()),
      amount: premium.amount,
      txHash: keepsHash ? premium.txHash : null,
      quoteHash: await toldQuote(ctx.db, order.id),
      payer: all.find((each) => each.txHash === premium.txHash)?.party ?? null,
      // Whose it is was found on the chain, by more than who sent it.
      note: 'seen on the chain',
    },
    CHAIN,
  );
  const ids = premium.credits.map((credit) => credit.id);
  await transfers.countTransfers(ctx.db, ids, 'premium', ctx.clock.now());
}

/** What came on top of a short payment before the deadline is decided together with it, once more. */
async function isToppedUp(ctx: WatchContext, order: PurchaseOrder, fresh: readonly BookedTransfer[]): Promise<boolean> {
  if (order.refundReason !== 'PAID_SHORT') return false;
  const deadlineMs = Math.min(payBy(order) ?? Infinity, order.window?.endMs ?? Infinity);
  if (fresh.some((each) => each.blockTimeMs >= deadlineMs)) return false;
  return money.reopenShortPayment(
    ctx.db,
    order.id,
    CHAIN.name,
    entry(ctx, 'top_up', { why: 'more came before the deadline' }),
  );
}

/** An order is marked by hand and by the reader in the same moment: seconds between the block's clock and ours. */
const CLOCKS_DIFFER_MS = 60 * SECOND_MS;

/** The order is paid: this is the money that somebody recorded by hand, or another payment, which is owed back. */
async function takeAnother(
  ctx: WatchContext,
  order: PurchaseOrder,
  all: readonly BookedTransfer[],
  fresh: readonly BookedTransfer[],
): Promise<void> {
  const record = await money.getPaymentRecord(ctx.db, order.id);
  const isRecorded = (transfer: BookedTransfer): boolean =>
    order.paymentTxHash === transfer.txHash ||
    (record?.markedBy !== CHAIN.name &&
      order.paymentTxHash === null &&
      order.paidAtMs !== null &&
      transfer.blockTimeMs <= order.paidAtMs + CLOCKS_DIFFER_MS &&
      // What somebody recorded as short is the transfer of just that amount.
      (order.refundReason === 'PAID_SHORT'
        ? transfer.amount === order.paidAmount
        : transfer.amount >= order.amountDue));
  const recorded = all.some((each) => each.countedAs === 'premium') ? undefined : fresh.find(isRecorded);
  if (recorded) {
    await money.nameTransaction(ctx.db, order.id, recorded.txHash, ctx.clock.now());
    await transfers.countTransfers(ctx.db, [recorded.id], 'premium', ctx.clock.now());
  }
  await settleRest(
    ctx,
    order,
    fresh.filter((each) => each !== recorded),
  );
}

async function settleRest(ctx: WatchContext, order: PurchaseOrder, rest: readonly BookedTransfer[]): Promise<void> {
  for (const transfer of rest) {
    await money.oweBack(
      ctx.db,
      transfer,
      order.id,
      entry(ctx, 'mark_paid_again', {
        why: 'the order is paid already: a second payment is to be refunded',
        details: { txHash: transfer.txHash, logIndex: transfer.logIndex },
      }),
    );
    await transfers.countTransfers(ctx.db, [transfer.id], 'second_payment', ctx.clock.now());
  }
}
