import { distanceTo } from '@liqpass/kernel/liqPrice';
import type { Candles } from '@liqpass/api/quotes';

export type Distance = {
  readonly at: number;
  /** From mark to liquidation price, as a share of the mark; null where the liquidation price of that time is not known. */
  readonly share: number | null;
};
export type Seen = { readonly at: number; readonly liqPx: number };
type Side = 'long' | 'short';

/**
 * How near each candle came to the liquidation price, oldest first. That is the one at binding until the holder changed something,
 * and the one last seen from the last change on: in between nobody looked at it, and nothing is made up.
 */
export function distancesOf(
  side: Side,
  candles: Candles['items'],
  known: { readonly bound: Seen; readonly last: Seen | null; readonly changedAt: readonly number[] },
): Distance[] {
  const { bound, last, changedAt } = known;
  const first = Math.min(...changedAt);
  const latest = Math.max(...changedAt);
  const liqAt = (at: number): number | null => {
    if (changedAt.length === 0 || at < first) return bound.liqPx;
    return last !== null && at >= latest && last.at >= latest ? last.liqPx : null;
  };
  return candles
    .map((candle) => {
      const at = Date.parse(candle.at);
      const liqPx = liqAt(at);
      const worst = Number(side === 'long' ? candle.l : candle.h);
      return { at, share: liqPx === null ? null : distanceTo(liqPx, worst, side) };
    })
    .filter(({ at }) => at >= bound.at);
}
