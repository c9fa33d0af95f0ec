import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import type { MarketNow, Product } from '@liqpass/api/quotes';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { productsQuery } from '../data/marketQueries.ts';
import { coin, money } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { CheckIcon, CrossIcon } from '../ui/icons.tsx';
import { buttonClass, Skeleton } from '../ui/kit.tsx';
import { approximateLiqPrice, Ruler } from '../ui/Ruler.tsx';
import { Page } from '../ui/Shell.tsx';

export const Route = createFileRoute('/')({ component: Front });

/** One screen: what is covered, what is not, and what it costs now. */
function Front() {
  const { t } = useTranslation();
  const products = useQuery(productsQuery);
  return (
    <Page>
      <div className="grid items-start gap-8 lg:grid-cols-[1fr_340px] lg:gap-14">
        <div className="grid gap-7">
          <div className="grid gap-3">
            <h1 className="max-w-[20em] text-4xl">{t('front.title')}</h1>
            <p className="max-w-[38em] text-lg text-muted">{t('front.lead')}</p>
          </div>
          <div className="flex flex-wrap items-center gap-4">
            <Link to="/buy" className={buttonClass('solid', 'lg')}>
              {t('front.start')}
            </Link>
            <Link to="/help/okx-key" className="link text-sm">
              {t('front.key_help')}
            </Link>
          </div>
          <div className="grid gap-6 border-t border-line pt-6 sm:grid-cols-2">
            <Points
              title={t('front.covered')}
              yes
              points={[t('front.covered_1'), t('front.covered_2'), t('front.covered_3')]}
            />
            <Points title={t('front.not_covered')} points={[t('front.not_1'), t('front.not_2'), t('front.not_3')]} />
          </div>
        </div>
        <PriceNow
          products={products.data?.items}
          market={products.data?.market}
          error={products.error}
          retry={() => void products.refetch()}
        />
      </div>
    </Page>
  );
}

function Points({ title, points, yes = false }: { title: string; points: readonly string[]; yes?: boolean }) {
  return (
    <section>
      <h2 className="mb-2 text-sm font-semibold">{title}</h2>
      <ul className="grid gap-2 text-sm">
        {points.map((point) => (
          <li key={point} className="flex items-start gap-2">
            {yes ? (
              <CheckIcon size={16} className="mt-1 shrink-0 text-floor" />
            ) : (
              <CrossIcon size={16} className="mt-1 shrink-0 text-liq" />
            )}
            {point}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The fixed price where it holds right now, drawn on the ruler. */
function PriceNow({
  products,
  market,
  error,
  retry,
}: {
  products: readonly Product[] | undefined;
  market: readonly MarketNow[] | undefined;
  error: unknown;
  retry: () => void;
}) {
  const { t } = useTranslation();
  const [instId, setInstId] = useState<string | null>(null);
  const fixed = products?.find((product) => product.fixed_price !== null);
  const now = market?.find((m) => m.inst_id === instId) ?? market?.[0];
  const leverage = now?.fixed_price_max_leverage.long ?? null;
  const mark = now?.mark_px ? Number(now.mark_px) : null;
  const stopped = fixed?.off_sale_reason ?? now?.sales_stopped_reason ?? null;
  return (
    <section className="sheet min-h-[430px]" aria-label={t('front.price_now')}>
      <div className="flex items-center justify-between border-b border-line px-4">
        <h2 className="py-3 text-sm font-semibold">{t('front.price_now')}</h2>
        <div className="flex" role="group" aria-label={t('front.instrument')}>
          {(market ?? []).map((m) => (
            <button
              key={m.inst_id}
              type="button"
              aria-pressed={m.inst_id === now?.inst_id}
              className="min-h-11 border-b-2 border-transparent px-3 text-sm font-medium text-muted aria-pressed:border-floor aria-pressed:text-ink"
              onClick={() => setInstId(m.inst_id)}
            >
              {coin(m.inst_id)}
            </button>
          ))}
        </div>
      </div>
      {error && !products ? (
        <div className="p-4">
          <ErrorNote error={error} onRetry={retry} />
        </div>
      ) : !now || !fixed?.fixed_price ? (
        <div className="p-4">
          {products ? <p className="text-sm text-muted">{t('front.nothing_on_sale')}</p> : <Skeleton lines={8} />}
        </div>
      ) : (
        <>
          {mark !== null && leverage !== null && !stopped && (
            <div className="px-4 pt-3">
              <Ruler
                side="long"
                mark={mark}
                liq={approximateLiqPrice('long', mark, leverage)}
                payout={fixed.fixed_price.payout_usdc}
                height={210}
              />
            </div>
          )}
          <div className="grid gap-3 border-t border-line p-4">
            {stopped ? (
              <p className="text-sm font-medium text-wait">{t(`sales_stop.${stopped}`)}</p>
            ) : leverage === null ? (
              <p className="text-sm text-wait">{t('front.fixed_not_now', { coin: coin(now.inst_id) })}</p>
            ) : (
              <p className="text-sm">{t('front.fixed_holds', { coin: coin(now.inst_id), leverage })}</p>
            )}
            <p className="flex items-baseline justify-between gap-3">
              <span className="font-semibold">{t('front.pay_get', { hours: fixed.hours })}</span>
              <span className="num text-2xl font-semibold whitespace-nowrap">
                {money(fixed.fixed_price.premium_usdc)} → {money(fixed.fixed_price.payout_usdc)}
              </span>
            </p>
            <p className="text-xs text-muted">
              {t('front.fixed_terms', { margin: money(fixed.fixed_price.min_margin_usdt) })}
            </p>
          </div>
        </>
      )}
    </section>
  );
}
