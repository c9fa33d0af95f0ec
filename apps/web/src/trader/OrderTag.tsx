import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useTranslation } from 'react-i18next';
import { Tag } from '../ui/sheets.tsx';
import { orderTone } from '../ui/statusTone.ts';

/** Where an order stands; a payment that was reported is being looked up, and not asked for again. */
export function OrderTag({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const { t: tc } = useTranslation();
  const checking = order.status === 'AWAITING_PAYMENT' && order.reported_at !== null;
  return <Tag tone={orderTone[order.status]}>{checking ? t('pay.reported') : tc(`order_status.${order.status}`)}</Tag>;
}
