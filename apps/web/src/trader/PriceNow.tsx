import type { MarketNow, Product } from '@liqpass/api/quotes';
import type { SALES_STOP_REASONS } from '@liqpass/kernel/vocabulary';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { coin, money } from '../format.ts';
import { ErrorNote, useErrorTexts } from '../ui/ErrorNote.tsx';
import { Skeleton } from '../ui/kit.tsx';
import { approximateLiqPrice, Ruler } from '../ui/Ruler.tsx';
import { coverPeriod } from './coverPeriod.ts';

type Stop = (typeof SALES_STOP_REASONS)[number];
type Known = { products: readonly Product[] | undefined; market: readonly MarketNow[] | undefined };
type FixedPrice = NonNullable<Product['fixed_price']>;

/** The product that has a fixed price, and whether anything holds it back on this market. */
function fixedNow(products: readonly Product[], now: MarketNow | undefined) {
  const product = products.find((each) => each.fixed_price !== null);
  if (!product?.fixed_price || !now) return null;
  return {
    hours: product.hours,
    price: product.fixed_price,
    payouts: product.payout_choices.toSorted((a, b) => Number(a) - Number(b)),
    stopped: product.off_sale_reason ?? now.sales_stopped_reason,
    leverage: now.fixed_price_max_leverage.long,
  };
}

/** "24 hours   1.00 → 50.00 USDC" */
function PayGet({ hours, price }: { hours: number; price: FixedPrice }) {
  const { t } = useTranslation();
  return (
    <p className="flex flex-wrap items-baseline justify-between gap-x-3">
      <span className="font-semibold whitespace-nowrap">{t('front.pay_get', { period: coverPeriod(t, hours) })}</span>
      <span translate="no" className="num text-lg font-semibold whitespace-nowrap sm:text-2xl">
        {money(price.premium_usdc)} → {money(price.payout_usdc)}{' '}
        <span className="text-sm font-normal sm:text-base">USDC</span>
      </span>
    </p>
  );
}

/** Whether it can be had now, in one sentence. */
function Holds({ inst, stopped, leverage }: { inst: string; stopped: Stop | null; leverage: number | null }) {
  const { t } = useTranslation();
  if (stopped) return <p className="text-sm font-medium text-wait">{t(`sales_stop.${stopped}`)}</p>;
  if (leverage === null) return <p className="text-sm text-wait">{t('front.fixed_not_now', { coin: coin(inst) })}</p>;
  return <p className="text-sm">{t('front.fixed_holds', { coin: coin(inst), leverage })}</p>;
}

/** What it costs now, in two lines: for the first screen of a phone. */
export function PriceLine({ products, market }: Known) {
  const { t } = useTranslation();
  const now = market?.[0];
  if (!products) return <Skeleton lines={2} />;
  const fixed = fixedNow(products, now);
  if (!fixed || !now) return <p className="text-sm text-muted">{t('front.nothing_on_sale')}</p>;
  return (
    <>
      <PayGet hours={fixed.hours} price={fixed.price} />
      <Holds inst={now.inst_id} stopped={fixed.stopped} leverage={fixed.leverage} />
    </>
  );
}

/** The fixed price where it holds right now, drawn on the ruler; where it does not, why, until when, and the terms. */
export function PriceNow({ products, market, error, retry }: Known & { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  const [instId, setInstId] = useState<string | null>(null);
  const now = market?.find((m) => m.inst_id === instId) ?? market?.[0];
  const mark = now?.mark_px ? Number(now.mark_px) : null;
  const fixed = products ? fixedNow(products, now) : null;
  return (
    <section className="sheet" aria-label={t('front.price_now')}>
      <div className="flex min-h-12 items-center justify-between border-b border-line px-4">
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
      ) : !products ? (
        <div className="min-h-[380px] p-4">
          <Skeleton lines={8} />
        </div>
      ) : !now || !fixed ? (
        <p className="p-4 text-sm text-muted">{t('front.nothing_on_sale')}</p>
      ) : (
        <>
          {fixed.stopped ? (
            <div className="grid gap-1 border-b border-line bg-wait-soft p-4 text-sm">
              <p className="font-semibold text-wait">{t(`sales_stop.${fixed.stopped}`)}</p>
              <WhenBack stopped={fixed.stopped} />
              <p>{t('front.stopped_running')}</p>
            </div>
          ) : (
            mark !== null &&
            fixed.leverage !== null && (
              <div className="border-b border-line px-4 pt-3">
                <Ruler
                  side="long"
                  mark={mark}
                  liq={approximateLiqPrice('long', mark, fixed.leverage)}
                  payout={fixed.price.payout_usdc}
                  height={210}
                />
              </div>
            )
          )}
          <div className="grid gap-3 p-4">
            {!fixed.stopped && <Holds inst={now.inst_id} stopped={null} leverage={fixed.leverage} />}
            <PayGet hours={fixed.hours} price={fixed.price} />
            {fixed.stopped ? (
              <Terms
                rows={[
                  [
                    t('front.windows'),
                    products
                      .map((product) => product.hours)
                      .toSorted((a, b) => a - b)
                      .map((hours) => coverPeriod(t, hours))
                      .join(' · '),
                  ],
                  [
                    t('front.payouts'),
                    `${money(fixed.payouts[0] ?? '–')} – ${money(fixed.payouts.at(-1) ?? '–')} USDC`,
                  ],
                  [t('front.margin'), t('front.at_least', { margin: money(fixed.price.min_margin_usdt) })],
                ]}
              />
            ) : (
              <p className="text-xs text-muted">
                {t('front.fixed_terms', { margin: money(fixed.price.min_margin_usdt) })}
              </p>
            )}
          </div>
        </>
      )}
    </section>
  );
}

function Terms({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 border-t border-line pt-3 text-sm">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="num text-right">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** How sales return; with the sentences of refusals, for no first load needs it. */
function WhenBack({ stopped }: { stopped: Stop }) {
  const { i18n } = useTranslation();
  const te = useErrorTexts();
  return i18n.hasResourceBundle(i18n.language, 'errors') ? <p>{te(`sales_return.${stopped}`)}</p> : null;
}
