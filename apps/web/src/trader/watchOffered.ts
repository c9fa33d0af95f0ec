import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { EpochMs } from '@liqpass/kernel/time';

/** Whether there is still something to watch for: the cover has not ended, and no claim on it is under way or decided. */
export const watchOffered = (order: Pick<PurchaseOrderAnswer, 'claim' | 'coverage_end_at'>, nowMs: EpochMs): boolean =>
  (order.claim === undefined || order.claim.status === 'FAILED') &&
  (order.coverage_end_at === null || nowMs < Date.parse(order.coverage_end_at));
