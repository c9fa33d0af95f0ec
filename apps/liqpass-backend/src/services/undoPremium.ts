import { LiqPassError } from '@liqpass/api/errors';
import { invariant } from '@liqpass/kernel/invariant';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso, HOUR_MS } from '@liqpass/kernel/time';
import type { PremiumDependence } from '@liqpass/kernel/vocabulary';
import type { Actor } from '../db/audit/auditRepo.ts';
import { lockPremium, readRecordedPremium, undoPremium as undo } from '../db/undoPremiumRepo.ts';
import { payBy, purchaseOrderStatus, type PurchaseOrder } from '../domain/purchaseOrder.ts';
import { refuseUndo, UNDO_WITHIN_MS, windowBeforePayment } from '../domain/undoPremium.ts';
import { entryOf } from './audit/entryOf.ts';
import { inTransaction } from './book/exposure.ts';
import type { HallContext } from './hallContext.ts';
import { readPurchaseOrder } from './purchaseOrders.ts';

const entry = entryOf('purchase_order');

const RESTS_ON_IT: Record<PremiumDependence, string> = {
  CLAIMED: 'A claim was filed on this cover',
  COVER_BEGAN: 'The cover of this premium has begun',
  MONEY_OWED: 'A refund of this premium was approved, or a second payment was recorded beside it',
  ON_CHAIN: 'The chain shows this premium',
};

/** Whether a record of a premium can be undone now, as far as the order says. */
export async function mayUndoPremium(ctx: HallContext, order: PurchaseOrder): Promise<boolean> {
  return refuseUndo(order, await readRecordedPremium(ctx.db, order.id), ctx.clock.now()) === null;
}

/**
 * Takes a record of a premium back that was a mistake, while nothing rests on it: the order is unpaid again, as it was, and what
 * would have gone back is owed no longer.
 */
export async function undoPremium(ctx: HallContext, id: string, reason: string, actor: Actor): Promise<PurchaseOrder> {
  await readPurchaseOrder(ctx, id);
  const undone = await inTransaction(ctx.db, async (trx) => {
    await lockPremium(trx, id);
    const order = await readPurchaseOrder({ db: trx }, id);
    const recorded = await readRecordedPremium(trx, id);
    const nowMs = ctx.clock.now();
    const refusal = refuseUndo(order, recorded, nowMs);
    if (refusal === 'NOT_PAID')
      throw new LiqPassError(
        'INVALID_STATUS_TRANSITION',
        'No premium is recorded on this order: there is nothing to undo.',
        {
          params: { status: purchaseOrderStatus(order, nowMs) },
        },
      );
    if (refusal === 'TOO_LATE')
      throw new LiqPassError(
        'TOO_LATE_TO_UNDO',
        `This was recorded at ${formatIso(recorded.recordedAtMs ?? 0)}: a record can be undone for ${UNDO_WITHIN_MS / HOUR_MS} hours.`,
        { params: { hours: String(UNDO_WITHIN_MS / HOUR_MS) } },
      );
    if (refusal !== null)
      throw new LiqPassError('PREMIUM_RELIED_ON', `${RESTS_ON_IT[refusal]}: its record stays.`, {
        params: { reason: refusal },
      });
    const unpaid: PurchaseOrder = {
      ...order,
      paidAtMs: null,
      refundReason: null,
      window: windowBeforePayment(order),
    };
    const roomUntilMs = order.binding?.attested === true ? Math.max(nowMs, payBy(order) ?? 0) : nowMs;
    const from = purchaseOrderStatus(order, nowMs);
    const done = await undo(
      trx,
      order,
      { window: unpaid.window, roomUntilMs },
      { from, to: purchaseOrderStatus(unpaid, nowMs) },
      entry(ctx, actor, 'undo_paid', {
        why: reason,
        details: {
          txHash: order.paymentTxHash,
          amount: order.paidAmount === null ? null : formatUsdc(order.paidAmount),
          paidAt: formatIso(order.paidAtMs ?? 0),
        },
      }),
    );
    invariant(done, 'an order that is locked is as it was read');
    return readPurchaseOrder({ db: trx }, id);
  });
  ctx.changes.announce(id);
  return undone;
}
