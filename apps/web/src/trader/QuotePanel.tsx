import { isLiqPriceOf } from '@liqpass/kernel/liqPrice';
import type { MarketNow, Quote } from '@liqpass/api/quotes';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@liqpass/api/apiClient';
import { money, percent } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Facts } from '../ui/sheets.tsx';
import { Money } from '../ui/Money.tsx';
import { approximateLiqPrice, Ruler } from '../ui/Ruler.tsx';
import { TimeLeft } from '../ui/TimeLeft.tsx';
import { coverPeriod } from './coverPeriod.ts';
import type { BuyDraft } from './draft.ts';
import type { LiveQuote } from './useQuote.ts';

// Only for whoever asks; without a network the price stands all the same.
const PastCovers = lazy<(props: { quote: Quote }) => ReactNode>(() =>
  import('./PastCovers.tsx').catch(() => ({ default: () => null })),
);

/** The quote beside the form: ruler, chance, premium, what would make it cheaper, and how long it holds. */
export function QuotePanel({
  draft,
  market,
  quote,
  onLeverage,
  onProduct,
  onPayout,
}: {
  draft: BuyDraft;
  market: MarketNow | undefined;
  quote: LiveQuote;
  onLeverage: (leverage: number) => void;
  onProduct: (policyType: string) => void;
  onPayout: (payout: string) => void;
}) {
  const { t } = useTranslation('trader');
  const { t: tc } = useTranslation();
  const [past, setPast] = useState(false);
  const mark = market?.mark_px ? Number(market.mark_px) : null;
  const data = quote.data;
  const leverage = Number(draft.leverage);
  // What the server has tried and would sell.
  const would = isApiError(quote.error) ? (quote.error.params ?? {}) : {};
  // The line moves with the slider at once; the server's own figure takes its place when it comes.
  const liq =
    draft.by === 'liqPx'
      ? mark !== null && isLiqPriceOf(Number(draft.liqPx), mark)
        ? Number(draft.liqPx)
        : null
      : mark !== null && leverage >= 1 && leverage <= 125
        ? approximateLiqPrice(draft.side, mark, leverage)
        : null;
  return (
    <aside className="sheet min-w-0 lg:sticky lg:top-6" aria-label={t('quote.title')}>
      <div className="px-4 pt-3">
        <h2 className="mb-1 text-sm font-semibold">{t('quote.title')}</h2>
        {mark !== null && liq !== null && liq > 0 ? (
          <Ruler side={draft.side} mark={mark} liq={liq} payout={draft.payout} />
        ) : (
          <div className="h-66">
            <Skeleton lines={5} />
          </div>
        )}
      </div>
      {quote.error !== null && (
        <div className="border-t border-line p-4">
          <ErrorNote error={quote.error} />
          {would.max_leverage !== undefined ? (
            <Button kind="quiet" className="mt-3 w-full" onClick={() => onLeverage(Number(would.max_leverage))}>
              {t('quote.use_leverage', { leverage: would.max_leverage })}
            </Button>
          ) : (
            would.policy_type !== undefined && (
              <Button kind="quiet" className="mt-3 w-full" onClick={() => onProduct(would.policy_type ?? '')}>
                {t('quote.use_period', { period: coverPeriod(tc, Number(would.hours)) })}
              </Button>
            )
          )}
        </div>
      )}
      <div className="grid gap-3 border-t border-line p-4" aria-busy={quote.loading}>
        {data ? (
          <>
            <Facts
              rows={[
                [t('quote.pays'), <Money key="p" usdc={data.payout_usdc} className="font-semibold" />],
                [
                  t('quote.period'),
                  <span key="h" className="num">
                    {coverPeriod(tc, data.hours)}
                  </span>,
                ],
                [
                  t('quote.chance'),
                  <span key="c" translate="no" className="num">
                    {percent(data.probability)}
                  </span>,
                ],
                [
                  t('quote.distance'),
                  <span key="d" translate="no" className="num">
                    {percent(data.distance, 1)}
                  </span>,
                ],
                [
                  t('quote.min_margin'),
                  <span key="m" translate="no" className="num">
                    {money(data.min_margin_usdt)} USDT
                  </span>,
                ],
              ]}
            />
            <p className="flex items-baseline justify-between border-t border-line pt-3">
              <span className="font-semibold">{t('buy.premium')}</span>
              <span translate="no" className="num text-2xl font-semibold" data-testid="premium">
                {money(data.premium_usdc)} <span className="text-sm font-normal">USDC</span>
              </span>
            </p>
            <TimeLeft label={t('quote.held')} until={Date.parse(data.expires_at)} from={Date.parse(data.created_at)} />
            {data.more_payout_usdc !== undefined && (
              <div className="grid justify-items-start gap-2 border-t border-line pt-3 text-sm">
                <p>{t('quote.more_for_it', { payout: money(data.more_payout_usdc) })}</p>
                <Button kind="quiet" size="sm" onClick={() => onPayout(data.more_payout_usdc ?? data.payout_usdc)}>
                  {t('quote.use_payout', { payout: money(data.more_payout_usdc) })}
                </Button>
              </div>
            )}
            {data.cheaper.length > 0 && (
              <div className="grid gap-1 border-t border-line pt-3 text-sm">
                <p className="text-muted">{t('quote.cheaper')}</p>
                <ul>
                  {data.cheaper.slice(0, 3).map((option) => (
                    <li key={option.leverage}>
                      <button
                        type="button"
                        className="flex min-h-9 w-full items-center justify-between rounded-sm px-1 hover:bg-sunken"
                        onClick={() => onLeverage(option.leverage)}
                      >
                        <span className="num link">{option.leverage}×</span>
                        <span className="num">{percent(option.probability)}</span>
                        <span className="num">{money(option.premium_usdc)} USDC</span>
                      </button>
                    </li>
                  ))}
                </ul>
              </div>
            )}
          </>
        ) : quote.error === null ? (
          <Skeleton lines={5} />
        ) : (
          <p className="text-sm text-muted">{t('quote.none')}</p>
        )}
      </div>
      {data && (
        <div className="grid gap-3 border-t border-line p-4">
          <button
            type="button"
            className="link min-h-6 justify-self-start text-sm"
            aria-expanded={past}
            onClick={() => setPast(!past)}
          >
            {t('past.title')}
          </button>
          {past && (
            <Suspense fallback={<Skeleton lines={4} />}>
              <PastCovers quote={data} />
            </Suspense>
          )}
        </div>
      )}
      <p className="border-t border-line bg-sunken px-4 py-3 text-sm text-muted">{t('quote.terms')}</p>
    </aside>
  );
}
