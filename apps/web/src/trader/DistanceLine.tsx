import { distanceTo } from '@liqpass/kernel/liqPrice';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { WatchAnswer } from '@liqpass/api/watch';
import { HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { candlesQuery, marksQuery } from '../data/marketQueries.ts';
import { localTime, percent } from '../format.ts';
import { useNow } from '../ui/Instant.tsx';
import { Skeleton } from '../ui/kit.tsx';
import { distancesOf, type Distance } from './distances.ts';
import { Axes, Lines } from './chartParts.tsx';
import { roundTicks } from './ticks.ts';

/** So long minutes are told apart; a longer time is drawn by its hours. */
const BY_MINUTES_MS = 6 * HOUR_MS;

type Position = NonNullable<PurchaseOrderAnswer['position']>;

/** How far liquidation was, from the binding until now or the cover's end: a line, and the same in words. */
export default function DistanceLine({
  position,
  boundAt,
  endAt,
  watch,
}: {
  position: Position;
  boundAt: number;
  /** When there is no more to be seen; later than now while there is. */
  endAt: number;
  watch: WatchAnswer;
}): ReactNode {
  const { t } = useTranslation('trader');
  const now = useNow(MINUTE_MS);
  const isOver = endAt <= now;
  const spanMs = Math.max(MINUTE_MS, (isOver ? endAt : now) - boundAt);
  const bar = spanMs <= BY_MINUTES_MS ? '1m' : '1H';
  // In steps, so that the question stays the same for a while.
  const limit = bar === '1m' ? Math.ceil(spanMs / HOUR_MS) * 60 + 1 : Math.ceil(spanMs / (24 * HOUR_MS)) * 24 + 1;
  const until = isOver ? new Date(endAt).toISOString() : undefined;
  const candles = useQuery(candlesQuery(position.inst_id, bar, limit, until));
  const marks = useQuery({ ...marksQuery, enabled: !isOver });
  const { side } = position;
  const seen = watch.position;
  const last =
    seen !== null && Number(seen.liq_px ?? 0) > 0 ? { at: Date.parse(seen.at), liqPx: Number(seen.liq_px) } : null;
  const then = distanceTo(Number(position.liq_px), Number(position.mark_px), side);
  const mark = marks.data?.items.find(({ inst_id: instId }) => instId === position.inst_id)?.mark_px;
  const current =
    isOver || mark === undefined || mark === null
      ? null
      : distanceTo(last?.liqPx ?? Number(position.liq_px), Number(mark), side);
  if (!candles.data) return candles.isPending ? <Skeleton lines={3} /> : null;
  const points: Distance[] = [
    { at: boundAt, share: then },
    ...distancesOf(side, candles.data.items, {
      bound: { at: boundAt, liqPx: Number(position.liq_px) },
      last,
      changedAt: watch.changes.map(({ at }) => Date.parse(at)),
    }).filter(({ at }) => at <= (isOver ? endAt : now)),
    ...(current === null ? [] : [{ at: now, share: current }]),
  ];
  const nearest = points.reduce((least, point) => ((point.share ?? 1) < (least.share ?? 1) ? point : least));
  return (
    <figure className="grid gap-2">
      <figcaption className="text-sm font-semibold">{t('distance.title')}</figcaption>
      <Drawn points={points} />
      <dl className="flex flex-wrap gap-x-6 gap-y-1 text-sm">
        <Figure name={t('distance.then')} share={then} at={boundAt} />
        {nearest.share !== null && <Figure name={t('distance.nearest')} share={nearest.share} at={nearest.at} />}
        {current !== null && <Figure name={t('distance.now')} share={current} />}
      </dl>
    </figure>
  );
}

function Figure({ name, share, at }: { name: string; share: number; at?: number }) {
  return (
    <div className="flex flex-wrap gap-x-2">
      <dt className="text-muted">{name}</dt>
      <dd className="num" translate="no">
        <span className="font-semibold">{percent(share, 1)}</span>
        {at !== undefined && <span className="text-muted"> · {localTime(at).slice(5, 16)}</span>}
      </dd>
    </div>
  );
}

/** The line itself; what it shows is said below it. */
function Drawn({ points }: { points: readonly Distance[] }) {
  const shares = points.flatMap(({ share }) => (share === null ? [] : [share]));
  const from = points[0]?.at ?? 0;
  const to = Math.max(points.at(-1)?.at ?? 0, from + MINUTE_MS);
  const high = Math.max(...shares, 0.001) * 1.1;
  const low = Math.min(...shares, 0);
  const x = (at: number): number => ((at - from) / (to - from)) * 100;
  const y = (share: number): number => ((high - share) / (high - low)) * 100;
  // Where nothing is known the line is broken.
  const parts: string[][] = [[]];
  for (const { at, share } of points)
    if (share === null) parts.push([]);
    else parts.at(-1)?.push(`${x(at).toFixed(2)},${y(share).toFixed(2)}`);
  return (
    <div aria-hidden="true" className="num relative mt-2 mr-3 mb-6 ml-13 h-28 text-xs text-muted">
      <Axes
        ticks={roundTicks(low, high, 3)
          .filter((tick) => tick !== 0)
          .map((tick) => ({ top: y(tick), label: percent(tick, 1) }))}
        from={from}
        to={to}
      />
      <div className="absolute inset-x-0 -mt-px border-t-2 border-dashed border-liq" style={{ top: `${y(0)}%` }}>
        <span className="absolute right-full -translate-y-1/2 pr-2">0%</span>
      </div>
      <Lines of={parts.filter((part) => part.length > 1)} />
    </div>
  );
}
