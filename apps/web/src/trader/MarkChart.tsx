import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { candlesQuery } from '../data/marketQueries.ts';
import { axisNumber, localTime, price } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Skeleton } from '../ui/kit.tsx';
import TimeChart from '../ui/TimeChart.tsx';

const HOUR_SEC = 3_600;
const WAIT_SEC = 600;

/** The mark price of the last three days, the liquidation price, and the window in which cover would count. */
export default function MarkChart({
  instId,
  liqPx,
  hours,
  window,
}: {
  instId: string;
  liqPx: string | null;
  hours: number;
  window?: { fromMs: number; toMs: number };
}) {
  const { t, i18n } = useTranslation('trader');
  const candles = useQuery(candlesQuery(instId, '1H', 72));
  const items = candles.data?.items;
  const drawn = useMemo(() => {
    if (!items) return null;
    const times = items.map((c) => Date.parse(c.at) / 1000);
    const last = times.at(-1) ?? Date.now() / 1000;
    return { times, values: items.map((c) => Number(c.c)), last };
  }, [items]);
  if (candles.error && !items) return <ErrorNote error={candles.error} onRetry={() => void candles.refetch()} />;
  if (!drawn || drawn.times.length < 2) return candles.isPending ? <Skeleton lines={4} /> : null;
  const zone = window
    ? { fromSec: window.fromMs / 1000, toSec: window.toMs / 1000 }
    : { fromSec: drawn.last + WAIT_SEC, toSec: drawn.last + WAIT_SEC + hours * HOUR_SEC };
  const axis = (value: number): string =>
    i18n.language === 'zh' && value >= 10_000 ? axisNumber(value, 'zh') : price(String(Number(value.toFixed(2))));
  return (
    <figure className="grid gap-2">
      <figcaption className="text-sm font-semibold">{t('chart.title', { instId })}</figcaption>
      <TimeChart
        times={drawn.times}
        series={[{ label: t('chart.mark'), values: drawn.values, color: '--ink' }]}
        levels={liqPx ? [{ value: Number(liqPx), label: t('chart.liq'), color: '--liq' }] : []}
        zones={[{ ...zone, label: t('chart.window') }]}
        value={axis}
        readout={(v) => price(String(Number(v.toFixed(2))))}
        time={(sec) => localTime(sec * 1000, false).slice(5)}
        height={190}
      />
    </figure>
  );
}
