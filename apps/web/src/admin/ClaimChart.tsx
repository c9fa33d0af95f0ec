import type { AdminClaim } from '@liqpass/api/operators';
import { HOUR_MS } from '@liqpass/kernel/time';
import { getCandles } from '@liqpass/api/marketCalls';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../data/serverTime.ts';
import { approximatePrice, axisNumber, localTime, price } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Sheet } from '../ui/sheets.tsx';
import { Skeleton } from '../ui/kit.tsx';
import TimeChart from '../ui/TimeChart.tsx';
import { api } from './operatorApi.ts';

const MARKED = new Set(['POSITION_OPENED', 'BOUND', 'PREMIUM_PAID', 'LIQUIDATED']);

/** Position, price, binding, payment and liquidation on one chart. */
export default function ClaimChart({ claim }: { claim: AdminClaim }) {
  const { t, i18n } = useTranslation('admin');
  const points = claim.timeline.filter((step) => MARKED.has(step.kind));
  const last = claim.liquidation_time_ms ?? Date.parse(claim.created_at);
  const first = Math.min(last, ...points.map((step) => Date.parse(step.at)));
  const minutes = last - first < 12 * HOUR_MS;
  const bar = minutes ? '1m' : '1H';
  const step = minutes ? 60_000 : HOUR_MS;
  const untilMs = Math.min(serverNow(), last + 30 * step);
  const until = new Date(Math.ceil(untilMs / step) * step).toISOString();
  const limit = Math.min(1440, Math.max(60, Math.ceil((untilMs - first) / step) + 30));
  const candles = useQuery({
    queryKey: ['candles', claim.inst_id, bar, limit, until],
    queryFn: () => getCandles(api, { instId: claim.inst_id ?? '', bar, limit, until }),
    enabled: claim.inst_id !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (claim.inst_id === null) return null;
  const items = candles.data?.items ?? [];
  const short = claim.side === 'short';
  const liqPx = claim.snapshot?.liq_px ?? claim.purchase_order.position?.liq_px ?? null;
  return (
    <Sheet title={`${claim.inst_id} · ${t('chart.title')}`}>
      <div className="p-4">
        {candles.error ? (
          <ErrorNote error={candles.error} onRetry={() => void candles.refetch()} />
        ) : items.length < 2 ? (
          candles.isPending ? (
            <Skeleton lines={4} />
          ) : (
            <p className="text-sm text-muted">{t('chart.none')}</p>
          )
        ) : (
          <TimeChart
            times={items.map((c) => Date.parse(c.at) / 1000)}
            series={[
              { label: t('chart.mark'), values: items.map((c) => Number(c.c)), color: '--ink' },
              // What decides is how far the mark went, not where the minute ended.
              {
                label: short ? t('chart.highest') : t('chart.lowest'),
                values: items.map((c) => Number(short ? c.h : c.l)),
                color: '--muted',
                dash: [2, 3],
              },
            ]}
            levels={liqPx ? [{ value: Number(liqPx), label: t('chart.liq'), color: '--liq' }] : []}
            zones={[
              {
                fromSec: Date.parse(claim.coverage_window_start) / 1000,
                toSec: Math.min(Date.parse(claim.coverage_window_end), untilMs) / 1000,
                label: t('chart.window'),
              },
            ]}
            marks={points.map((point) => ({ atSec: Date.parse(point.at) / 1000, label: t(`timeline.${point.kind}`) }))}
            value={(v) =>
              i18n.language === 'zh' && v >= 10_000 ? axisNumber(v, 'zh') : price(String(Number(v.toFixed(2))))
            }
            readout={approximatePrice}
            time={(sec) => localTime(sec * 1000, false).slice(5)}
            height={230}
          />
        )}
      </div>
    </Sheet>
  );
}
