import { formatIso, SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import type { WaitingCheck } from '@liqpass/kernel/vocabulary';
import { SYSTEM } from '../db/audit/auditRepo.ts';
import { getRoomOfOrder } from '../db/book/exposureRepo.ts';
import { readKeptMarks, type KeptMarks } from '../db/book/marketRepo.ts';
import { readCoverBefore } from '../db/boundPositionsRepo.ts';
import { positionEnd } from '../domain/positionEnd.ts';
import { listWaitsOver, recordWaiting } from '../db/waitingRepo.ts';
import { purchaseOrderStatus, waitingPeriod, type PurchaseOrder } from '../domain/purchaseOrder.ts';
import { hasPriceMoved, priceAtPayment } from '../domain/payment.ts';
import { decideWaiting } from '../domain/waiting.ts';
import { stampKeyOf } from './audit/auditContext.ts';
import type { HallContext } from './hallContext.ts';
import { priceFacts } from './payments.ts';
import { readPurchaseOrder } from './purchaseOrders.ts';

const WHY: Record<WaitingCheck, string> = {
  UNTOUCHED: 'the mark stayed away from the liquidation price until cover began',
  TOUCHED: 'the mark came to the liquidation price before cover began: the cover is void, the premium goes back',
  UNKNOWN: 'the mark was not kept throughout the wait: whether it came to the liquidation price is not known',
};

/**
 * Rule 4 against the insured: looks at what the mark did between binding and cover, once that is over, and writes it down.
 * Answers with the order as it then stands. There is nothing to look at where nobody saw the position when it was bound,
 * where cover waits still, and where it is known already. What was not known is looked at again: the exchange's minutes may
 * have filled the gap.
 * @param claimId the claim that is about to be verified: it ends with a cover that is void; any other keeps it from being voided
 */
export async function afterWaiting(
  ctx: Omit<HallContext, 'verifications'>,
  order: PurchaseOrder,
  claimId: string | null = null,
): Promise<PurchaseOrder> {
  const nowMs = ctx.clock.now();
  const wait = waitingPeriod(order);
  const { position, paidAtMs } = order;
  if (!wait || wait.endMs > nowMs || !position || paidAtMs === null) return order;
  if (order.waitingCheck !== null && order.waitingCheck !== 'UNKNOWN') return order;
  const kept = await readKeptMarks(ctx.db, position.instId, wait, paidAtMs, nowMs);
  // What the cover before it proved needs no marks.
  const end = positionEnd(order, await readCoverBefore(ctx.db, order));
  const touch = end === 'LIQUIDATED' ? 'TOUCHED' : decideWaiting(position, wait, kept);
  const priced = touch === 'TOUCHED' ? 'HELD' : await judgePrice(ctx, order, kept, paidAtMs, wait.endMs);
  const check = touch === 'UNTOUCHED' && priced === 'UNKNOWN' ? 'UNKNOWN' : touch;
  if (check === order.waitingCheck) return order;
  const refundReason = touch === 'TOUCHED' ? 'TOUCHED_BEFORE_COVER' : priced === 'MOVED' ? 'PRICE_MOVED' : null;
  const after: PurchaseOrder = { ...order, refundReason };
  const step = { from: purchaseOrderStatus(order, nowMs), to: purchaseOrderStatus(after, nowMs) };
  const took = await recordWaiting(ctx.db, order, check, refundReason, claimId, step, {
    actor: SYSTEM,
    action: 'check_waiting',
    subjectType: 'purchase_order',
    atMs: nowMs,
    stampKey: stampKeyOf(ctx),
    why: refundReason === 'PRICE_MOVED' ? PRICE_HAD_MOVED : WHY[check],
    details: {
      check,
      liqPx: position.liqPx,
      from: formatIso(wait.startMs),
      until: formatIso(wait.endMs),
      marks: kept.marks,
    },
  });
  if (took) {
    ctx.changes.announce(order.id);
    if (check === 'UNKNOWN') ctx.log.warn({ purchaseOrderId: order.id }, WHY.UNKNOWN);
  }
  return readPurchaseOrder(ctx, order.id);
}

const PRICE_HAD_MOVED =
  'by the marks at the time of payment the price had moved: the cover is void, the premium goes back';

/** Judges the price at the payment where the marks were not known then. */
async function judgePrice(
  ctx: Omit<HallContext, 'verifications'>,
  order: PurchaseOrder,
  kept: KeptMarks,
  paidAtMs: EpochMs,
  startMs: EpochMs,
): Promise<'HELD' | 'MOVED' | 'UNKNOWN'> {
  if (order.paidProbability !== null) return 'HELD';
  const facts = priceFacts(ctx, order, await getRoomOfOrder(ctx.db, order.id), kept.mark, paidAtMs, startMs);
  const price = facts && priceAtPayment(order, facts, startMs);
  if (!facts || !price) return 'UNKNOWN';
  return hasPriceMoved(order, facts, price) ? 'MOVED' : 'HELD';
}

/** The feed has written what it read by then. */
const SETTLES_MS = 30 * SECOND_MS;
const AT_ONCE = 200;

/** Looks at the waits that are over; answers with how many. Several processes may do so at once. */
export async function checkWaits(ctx: Omit<HallContext, 'verifications'>): Promise<number> {
  const ids = await listWaitsOver(ctx.db, ctx.clock.now() - SETTLES_MS, AT_ONCE);
  for (const id of ids) {
    await afterWaiting(ctx, await readPurchaseOrder(ctx, id));
  }
  return ids.length;
}
