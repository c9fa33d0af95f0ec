import type { OkxPosition } from '@liqpass/api/credentials';
import type { Quote } from '@liqpass/api/quotes';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';

/**
 * The order among `orders` that says what `quote` says of this position now, and is neither bound nor paid: it was made for a
 * binding that was refused, and is bound in the place of a new one. Undefined where none does. What it is bound to is judged
 * anew by the server, so that only what the buyer reads has to be the same.
 */
export function orderToUse(
  orders: readonly PurchaseOrderAnswer[],
  quote: Pick<Quote, 'policy_type' | 'premium_usdc' | 'payout_usdc'>,
  position: Pick<OkxPosition, 'inst_id' | 'side' | 'order_id' | 'next_from'>,
): PurchaseOrderAnswer | undefined {
  const from = position.order_id === null ? undefined : position.next_from;
  const follows = from === undefined || position.order_id === null ? undefined : position.order_id;
  return orders.find(
    (order) =>
      order.status === 'AWAITING_BINDING' &&
      order.okx_meta_json === null &&
      order.reported_at === null &&
      order.payout_address === null &&
      order.quote_hash !== null &&
      order.position?.inst_id === position.inst_id &&
      order.position.side === position.side &&
      order.policy_type === quote.policy_type &&
      order.premium_amount_usdc === quote.premium_usdc &&
      order.policy_params_json.payout_fixed_usdc === quote.payout_usdc &&
      order.follows === follows &&
      (from === undefined || order.coverage_start_at === from),
  );
}
