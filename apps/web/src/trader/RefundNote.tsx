import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { money, shortHex, shortId } from '../format.ts';
import { Note } from '../ui/sheets.tsx';

/** Money that buys no cover: why, how much goes back and where to, and what to do next. */
export function RefundNote({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const to = order.payout_address ?? order.owner;
  const values = { amount: money(order.paid_amount_usdc ?? order.premium_amount_usdc), id: shortId(order.id) };
  return (
    <Note tone="wait" role="status" title={t('refund.title')}>
      {order.refund_reason && <p>{t(`refund.${order.refund_reason}`)}</p>}
      <p className="mt-1">
        {to === null ? t('refund.back_to_sender', values) : t('refund.back_to', { ...values, to: shortHex(to) })}
      </p>
      <p className="mt-1">
        <Link className="link inline-flex min-h-6 items-center" to="/buy" search={{}}>
          {t('refund.buy_again')}
        </Link>
      </p>
    </Note>
  );
}
