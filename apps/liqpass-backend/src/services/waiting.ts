import { formatIso, SECOND_MS } from '@liqpass/kernel/time';
import type { WaitingCheck } from '@liqpass/kernel/vocabulary';
import { SYSTEM } from '../db/audit/auditRepo.ts';
import { listWaitsOver, readMarkHistory, recordWaiting } from '../db/waitingRepo.ts';
import { purchaseOrderStatus, waitingPeriod, type PurchaseOrder } from '../domain/purchaseOrder.ts';
import { decideWaiting } from '../domain/waiting.ts';
import { stampKeyOf } from './audit/auditContext.ts';
import type { HallContext } from './hallContext.ts';
import { readPurchaseOrder } from './purchaseOrders.ts';

const WHY: Record<WaitingCheck, string> = {
  UNTOUCHED: 'the mark stayed away from the liquidation price until cover began',
  TOUCHED: 'the mark came to the liquidation price before cover began: the cover is void, the premium goes back',
  UNKNOWN: 'the mark was not kept throughout the wait: whether it came to the liquidation price is not known',
};

/**
 * Rule 4 against the insured: looks at what the mark did between payment and cover, once that is over, and writes it down.
 * Answers with the order as it then stands. There is nothing to look at where nobody saw the position when it was bound,
 * where cover did not wait or waits still, and where it was looked at before.
 * @param claimId the claim that is about to be verified: it ends with a cover that is void; any other keeps it from being voided
 */
export async function afterWaiting(
  ctx: Omit<HallContext, 'verifications'>,
  order: PurchaseOrder,
  claimId: string | null = null,
): Promise<PurchaseOrder> {
  const nowMs = ctx.clock.now();
  const wait = waitingPeriod(order);
  const { position } = order;
  if (!wait || wait.endMs > nowMs || !order.binding?.attested || !position || order.waitingCheck !== null) return order;
  const history = await readMarkHistory(ctx.db, position.instId, wait, nowMs);
  const check = decideWaiting(position, wait, history);
  const after: PurchaseOrder = check === 'TOUCHED' ? { ...order, refundReason: 'TOUCHED_BEFORE_COVER' } : order;
  const step = { from: purchaseOrderStatus(order, nowMs), to: purchaseOrderStatus(after, nowMs) };
  const took = await recordWaiting(ctx.db, order, check, claimId, step, {
    actor: SYSTEM,
    action: 'check_waiting',
    subjectType: 'purchase_order',
    atMs: nowMs,
    stampKey: stampKeyOf(ctx),
    why: WHY[check],
    details: {
      check,
      liqPx: position.liqPx,
      from: formatIso(wait.startMs),
      until: formatIso(wait.endMs),
      marks: history.marks,
    },
  });
  if (took) {
    ctx.changes.announce(order.id);
    if (check === 'UNKNOWN') ctx.log.warn({ purchaseOrderId: order.id }, WHY.UNKNOWN);
  }
  return readPurchaseOrder(ctx, order.id);
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
