import { useQuery } from '@tanstack/react-query';
import { useState, type PointerEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { candlesQuery } from '../data/marketQueries.ts';
import { localTime, price } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Skeleton } from '../ui/kit.tsx';
import { Axes, Lines } from './chartParts.tsx';
import { roundTicks } from './ticks.ts';

const HOUR_MS = 3_600_000;
const WAIT_MS = 600_000;
type Point = { readonly at: number; readonly mark: number };

/** The mark price of the last three days, the liquidation price, and the window in which cover would count. */
export default function MarkChart({ instId, liqPx, hours }: { instId: string; liqPx: string | null; hours: number }) {
  const { t } = useTranslation('trader');
  const candles = useQuery(candlesQuery(instId, '1H', 72));
  const items = candles.data?.items;
  if (candles.error && !items) return <ErrorNote error={candles.error} onRetry={() => void candles.refetch()} />;
  const points = (items ?? []).map((candle) => ({ at: Date.parse(candle.at), mark: Number(candle.c) }));
  if (points.length < 2) return candles.isPending ? <Skeleton lines={4} /> : null;
  return (
    <figure className="grid gap-2">
      <figcaption className="text-sm font-semibold">{t('chart.title', { instId })}</figcaption>
      <Drawn points={points} liq={liqPx === null ? null : Number(liqPx)} hours={hours} />
    </figure>
  );
}

/** One line of some seventy points: drawn by the page itself, for a chart library is a tenth of all that a page may load. */
function Drawn({ points, liq, hours }: { points: readonly Point[]; liq: number | null; hours: number }) {
  const { t } = useTranslation('trader');
  const [read, setRead] = useState<number | null>(null);
  const marks = points.map(({ mark }) => mark);
  const all = liq === null ? marks : [...marks, liq];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const room = (most - least || most) * 0.12;
  const [low, high] = [least - room, most + room];
  const from = points[0]?.at ?? 0;
  const opens = (points.at(-1)?.at ?? 0) + WAIT_MS;
  const to = opens + hours * HOUR_MS;
  const x = (at: number): number => ((at - from) / (to - from)) * 100;
  const y = (value: number): number => ((high - value) / (high - low)) * 100;
  const point = points[read ?? points.length - 1];
  const nearest = (event: PointerEvent<HTMLDivElement>): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const at = from + ((event.clientX - left) / width) * (to - from);
    const distances = points.map((each) => Math.abs(each.at - at));
    setRead(distances.indexOf(Math.min(...distances)));
  };
  return (
    <>
      <div aria-hidden="true" className="num relative mr-3 mb-6 ml-16 h-39 text-xs text-muted">
        <Axes
          ticks={roundTicks(low, high, 4).map((tick) => ({ top: y(tick), label: figure(tick) }))}
          from={from}
          to={to}
        />
        <div className="hatch absolute inset-y-0" style={{ left: `${x(opens)}%`, width: `${x(to) - x(opens)}%` }} />
        <Lines of={[points.map(({ at, mark }) => `${x(at).toFixed(2)},${y(mark).toFixed(2)}`)]} />
        {liq !== null && (
          <div
            className="absolute inset-x-0 -mt-px border-t-2 border-dashed border-liq"
            style={{ top: `${y(liq)}%` }}
          />
        )}
        {read !== null && point && (
          <>
            <div
              className="absolute inset-y-0 border-l border-dashed border-edge"
              style={{ left: `${x(point.at)}%` }}
            />
            <div
              className="absolute -m-1 size-2 rounded-full bg-ink"
              style={{ left: `${x(point.at)}%`, top: `${y(point.mark)}%` }}
            />
          </>
        )}
        <div
          className="absolute inset-0 touch-pan-y"
          onPointerDown={nearest}
          onPointerMove={nearest}
          onPointerLeave={() => setRead(null)}
        />
      </div>
      <div className="flex min-h-6 flex-wrap gap-x-5 gap-y-1 text-sm text-muted">
        {point && <span className="num">{localTime(point.at, false).slice(5)}</span>}
        <Key sign="border-t-2 border-ink" label={t('chart.mark')} value={point && figure(point.mark)} />
        {liq !== null && <Key sign="border-t-2 border-dashed border-liq" label={t('chart.liq')} value={figure(liq)} />}
        <Key sign="hatch h-3 border border-floor" label={t('chart.window')} />
      </div>
    </>
  );
}

const figure = (value: number): string => price(String(Number(value.toFixed(2))));

function Key({ sign, label, value }: { sign: string; label: string; value?: string | undefined }): ReactNode {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden="true" className={`inline-block w-4.5 ${sign}`} /> {label}
      {value !== undefined && <span className="num text-ink">{value}</span>}
    </span>
  );
}
