import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { money, shortHex, shortId } from '../format.ts';
import { Hash } from '../ui/Money.tsx';
import { Note } from '../ui/sheets.tsx';
import { Contact } from './Contact.tsx';

/** Money that buys no cover: why, how much goes back and where to, and what to do next. */
export function RefundNote({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const to = order.payout_address ?? order.owner;
  const sent = order.refunded_at !== undefined;
  const values = { amount: money(order.paid_amount_usdc ?? order.premium_amount_usdc), id: shortId(order.id) };
  return (
    <Note tone={sent ? 'floor' : 'wait'} role="status" title={t(sent ? 'refund.sent_title' : 'refund.title')}>
      {order.refund_reason && <p>{t(`refund.${order.refund_reason}`)}</p>}
      <p className="mt-1">
        {order.refund_to !== undefined
          ? t('refund.sent', { ...values, to: shortHex(order.refund_to) })
          : to === null
            ? t('refund.back_to_sender', values)
            : t('refund.back_to', { ...values, to: shortHex(to) })}
      </p>
      {order.refund_tx_hash !== undefined && (
        <p className="mt-1">
          {t('refund.sent_tx')} <Hash value={order.refund_tx_hash} label={t('refund.sent_tx')} />
        </p>
      )}
      <Contact />
      <p className="mt-1">
        <Link className="link inline-flex min-h-6 items-center" to="/buy" search={{}}>
          {t('refund.buy_again')}
        </Link>
      </p>
    </Note>
  );
}
