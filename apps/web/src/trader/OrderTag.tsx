import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useTranslation } from 'react-i18next';
import { money } from '../format.ts';
import { Tag } from '../ui/sheets.tsx';
import { orderTone } from '../ui/statusTone.ts';

/** Where an order stands; a payment that was reported is being looked up, and not asked for again. */
export function OrderTag({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const { t: ts } = useTranslation('shared');
  if (order.status === 'AWAITING_PAYMENT' && order.reported_at !== null)
    return <Tag tone="wait">{t('pay.reported')}</Tag>;
  if (order.cancelled_at) return <Tag>{t('cancel.done')}</Tag>;
  // A claim that was turned down: nobody reads of cover beside it.
  if (order.claim?.status === 'REJECTED') return <Tag tone="liq">{ts('claim_status.REJECTED')}</Tag>;
  const payout = order.claim?.status === 'PAID' ? order.claim.payout_amount_usdc : null;
  return (
    <Tag tone={orderTone[order.status]}>
      {ts(`order_status.${order.status}`)}
      {payout && <span className="num"> +{money(payout)}</span>}
    </Tag>
  );
}
