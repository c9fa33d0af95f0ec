import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useTranslation } from 'react-i18next';
import { Hash } from '../ui/Money.tsx';
import { Note } from '../ui/sheets.tsx';

/** What the chain shows of a payment that does not count yet; nothing while nothing is seen, or nobody watches. */
export function PaymentSeen({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const { status, tx_hash: txHash, block_number: block } = order.payment;
  if (status !== 'seen' || txHash === null || block === null) return null;
  return (
    <Note tone="wait" title={t('pay.seen', { block: String(block) })}>
      <p>{t('pay.seen_next')}</p>
      <Hash value={txHash} label={t('pay.hash')} />
    </Note>
  );
}
