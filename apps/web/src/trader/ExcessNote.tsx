import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useTranslation } from 'react-i18next';
import { money, shortHex, shortId } from '../format.ts';
import { Hash } from '../ui/Money.tsx';
import { Note } from '../ui/sheets.tsx';

/** What was paid beyond what was due, or a second time: how much goes back, where to, and by which transaction it went. */
export function ExcessNote({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const excess = order.excess ?? [];
  if (excess.length === 0) return null;
  const isSent = excess.every(({ status }) => status === 'PAID');
  return (
    <Note tone={isSent ? 'floor' : 'wait'} role="status" title={t('refund.excess_title')}>
      {excess.map(({ amount_usdc: amount, status, to, tx_hash: txHash }, index) => {
        const values = { amount: money(amount), id: shortId(order.id), to: to === null ? '' : shortHex(to) };
        return (
          <p key={index} className="mt-1">
            {t(
              status === 'PAID' ? 'refund.excess_sent' : to === null ? 'refund.excess_ask' : 'refund.excess_back_to',
              values,
            )}
            {txHash !== null && <Hash value={txHash} label={t('refund.sent_tx')} />}
          </p>
        );
      })}
    </Note>
  );
}
