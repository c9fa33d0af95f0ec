import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';

/** Whether the premium counted and the chain has it no more: nothing is taken back, and a person looks at it before a claim is paid. */
export const isPremiumGone = (order: Pick<PurchaseOrderAnswer, 'paid_at' | 'payment' | 'refunded_at'>): boolean =>
  order.paid_at !== null && order.payment.status === 'none' && order.refunded_at === undefined;
