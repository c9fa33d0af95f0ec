import type { PaymentPreview } from '@liqpass/api/purchaseOrders';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { money } from '../format.ts';
import { Note } from '../ui/sheets.tsx';

/** Before paying: that the money would come back, why, and what the same cover costs now. */
export function NotSoldNow({ preview }: { preview: PaymentPreview }) {
  const { t } = useTranslation('trader');
  if (preview.refund_reason === null) return null;
  const { price } = preview;
  return (
    <Note tone="wait" role="status" title={t('pay.not_now')}>
      <p>{t(`refund.${preview.refund_reason}`)}</p>
      {price && (
        <p className="num">
          {t('pay.price_now', {
            premium: money(price.premium_usdc),
            distance: `${(price.distance * 100).toFixed(2)} %`,
          })}
        </p>
      )}
      <p>
        <Link className="link" to="/buy" search={{}}>
          {t('pay.not_now_next')}
        </Link>
      </p>
    </Note>
  );
}
