import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useTranslation } from 'react-i18next';
import { Hash } from '../ui/Money.tsx';
import { Note } from '../ui/sheets.tsx';
import { Contact } from './Contact.tsx';
import { isPremiumGone } from './premiumGone.ts';

/** What the chain shows of a payment that does not count yet, or no longer; nothing while nothing is seen, or nobody watches. */
export function PaymentSeen({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const { status, tx_hash: txHash, block_number: block } = order.payment;
  if (isPremiumGone(order))
    return (
      <Note tone="wait" role="status" title={t('pay.gone')}>
        <p>{t('pay.gone_next')}</p>
        <Contact />
      </Note>
    );
  if (status !== 'seen' || txHash === null || block === null) return null;
  return (
    <Note tone="wait" title={t('pay.seen', { block: String(block) })}>
      <p>{t('pay.seen_next')}</p>
      <Hash value={txHash} label={t('pay.hash')} />
    </Note>
  );
}
