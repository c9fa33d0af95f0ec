import { distanceTo } from '@liqpass/kernel/liqPrice';
import type { Side } from '@liqpass/kernel/vocabulary';
import { useTranslation } from 'react-i18next';
import { approximatePrice, money, percent } from '../format.ts';

/** Where `price` stands on the ruler, from 0 (the mark's end) to 1: a logarithm of the distance, so that 5x and 50x look different. */
export function rulerPosition(side: Side, mark: number, value: number): number {
  const distance = distanceTo(value, mark, side);
  return 0.16 + 0.58 * (Math.log(1 + 40 * Math.max(0, distance)) / Math.log(21)) + Math.min(0, distance) * 2;
}

/**
 * The signature of LiqPass: a vertical price ruler. The hatched zone beyond the liquidation price is where cover pays;
 * leverage visibly moves the line.
 */
export function Ruler({
  side,
  mark,
  liq,
  entry,
  payout,
  height = 264,
}: {
  side: Side;
  mark: number;
  liq: number;
  entry?: number | undefined;
  payout: string;
  height?: number;
}) {
  const { t } = useTranslation();
  const long = side === 'long';
  const y = (value: number): number => {
    const at = Math.min(0.9, Math.max(0.05, rulerPosition(side, mark, value)));
    return (long ? at : 1 - at) * height;
  };
  const away = distanceTo(liq, mark, side);
  const liqY = y(liq);
  const lines = [
    { key: 'mark', label: t('price.mark'), value: mark, text: 'font-semibold text-ink', line: 'border-ink' },
    ...(entry !== undefined && Math.abs(entry - mark) / mark > 0.001
      ? [{ key: 'entry', label: t('price.entry'), value: entry, text: 'text-muted', line: 'border-dashed border-edge' }]
      : []),
    { key: 'liq', label: t('price.liq'), value: liq, text: 'font-semibold text-liq', line: 'border-t-2 border-liq' },
  ]
    .map((line) => ({ ...line, y: y(line.value) }))
    .toSorted((a, b) => a.y - b.y);
  // Labels sit above their line and push each other down to 24 px.
  let last = Number.NEGATIVE_INFINITY;
  const placed = lines.map((line) => {
    const above = line.y - 23;
    const labelY = above < last + 24 ? Math.max(line.y + 3, last + 24) : Math.max(above, 0);
    last = labelY;
    return { ...line, labelY };
  });
  // And back up where the lowest would hang out below.
  let floor = height;
  for (const line of placed.toReversed()) floor = line.labelY = Math.min(line.labelY, floor - 22);
  const spoken = placed.map((line) => `${line.label} ${approximatePrice(line.value)}`).join(', ');
  return (
    <div
      role="img"
      translate="no"
      className="relative overflow-hidden"
      style={{ height }}
      aria-label={`${spoken}. ${t('price.away', { percent: percent(away, 1) })}. ${t('price.pays_beyond', { amount: money(payout) })}`}
    >
      <div
        className="hatch absolute inset-x-0 transition-[top,height] duration-300"
        style={long ? { top: liqY, height: height - liqY } : { top: 0, height: liqY }}
      />
      <div className="absolute inset-x-0 flex justify-center" style={long ? { bottom: 8 } : { top: 8 }}>
        <span className="num rounded-sm bg-surface px-2 py-0.5 text-sm font-semibold text-floor">
          +{money(payout)} USDC
        </span>
      </div>
      {placed.map((line) => (
        <div key={line.key}>
          <div
            className={`absolute inset-x-0 border-t transition-[top] duration-300 ${line.line}`}
            style={{ top: line.y }}
          />
          <div
            className={`absolute inset-x-0 flex items-baseline justify-between gap-2 text-sm leading-[22px] transition-[top] duration-300 ${line.text}`}
            style={{ top: line.labelY }}
          >
            <span className="rounded-sm bg-surface pr-2">
              {line.label}
              {line.key === 'liq' && (
                <span className="num ml-2 text-xs font-normal text-muted">
                  {t('price.away', { percent: percent(away, 1) })}
                </span>
              )}
            </span>
            <span className="num rounded-sm bg-surface pl-2">{approximatePrice(line.value)}</span>
          </div>
        </div>
      ))}
    </div>
  );
}

/** About where OKX liquidates an isolated position opened at `mark` (maintenance margin and fee 0.45 %, tier 1); a picture, not a price. */
export const approximateLiqPrice = (side: Side, mark: number, leverage: number): number =>
  side === 'long' ? (mark * (1 - 1 / leverage)) / (1 - 0.0045) : (mark * (1 + 1 / leverage)) / (1 + 0.0045);
