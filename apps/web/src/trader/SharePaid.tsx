import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { money } from '../format.ts';
import { Button, CopyButton } from '../ui/kit.tsx';
import { useOrderTitle } from './OrderSummary.tsx';

/** A card of a paid claim to show to others: no address in it, no amount unless wanted, and the proof on the chain. */
export function SharePaid({ order, proof, payout }: { order: PurchaseOrderAnswer; proof: string; payout: string }) {
  const { t } = useTranslation('trader');
  const title = useOrderTitle();
  const [amount, setAmount] = useState(false);
  const line = amount
    ? t('share.line_amount', { position: title(order), amount: money(payout) })
    : t('share.line', { position: title(order) });
  const text = `${line}\n${proof}`;
  return (
    <section className="sheet grid gap-3 p-5" aria-label={t('share.title')}>
      <h2 className="text-sm font-semibold">{t('share.title')}</h2>
      <div className="rounded-md border-l-3 border-floor bg-floor-soft p-4">
        <p className="text-lg font-semibold text-floor">{line}</p>
        <p className="num text-sm break-all">{proof}</p>
      </div>
      <label className="flex min-h-9 items-center gap-2 text-sm">
        <input
          type="checkbox"
          className="size-5 accent-[var(--floor)]"
          checked={amount}
          onChange={(event) => setAmount(event.target.checked)}
        />
        {t('share.with_amount')}
      </label>
      <p className="text-sm text-muted">{t('share.note')}</p>
      <div className="flex items-center gap-2">
        {'share' in navigator && (
          <Button kind="quiet" onClick={() => void navigator.share({ text }).catch(() => undefined)}>
            {t('share.share')}
          </Button>
        )}
        <CopyButton text={text} label={t('share.title')} />
      </div>
    </section>
  );
}
