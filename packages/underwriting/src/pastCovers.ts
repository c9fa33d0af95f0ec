import { invariant } from '@liqpass/kernel/invariant';
import { DAY_MS, HOUR_MS, type EpochMs } from '@liqpass/kernel/time';
import type { Side } from '@liqpass/kernel/vocabulary';
import type { Candle } from './price.ts';

// What covers would have done in the past: the backtest and the page that says whether one would have paid count with this.

/** Whether a position is liquidated: a low or high reaches its liquidation price. */
export function isHit(side: Side, liqPx: number, low: number, high: number): boolean {
  return side === 'long' ? low <= liqPx : high >= liqPx;
}

/** An hour at whose opening a cover begins, with the lowest low and the highest high of its hours of cover. */
export type PastHour = {
  /** Index of the candle. */
  readonly index: number;
  readonly timeMs: EpochMs;
  readonly open: number;
  readonly low: number;
  readonly high: number;
};

/** The hours with `hours` candles from it on, itself the first, without a gap; oldest first, as the candles are. */
export function pastHours(candles: readonly Candle[], hours: number): PastHour[] {
  invariant(Number.isSafeInteger(hours) && hours > 0, 'a cover lasts whole hours');
  const found: PastHour[] = [];
  for (let index = 0; index + hours <= candles.length; index++) {
    const entry = candles[index];
    const last = candles[index + hours - 1];
    if (!entry || last?.timeMs !== entry.timeMs + (hours - 1) * HOUR_MS) continue;
    let low = Infinity;
    let high = 0;
    for (let at = index; at < index + hours; at++) {
      const candle = candles[at];
      if (candle && candle.low < low) low = candle.low;
      if (candle && candle.high > high) high = candle.high;
    }
    found.push({ index, timeMs: entry.timeMs, open: entry.open, low, high });
  }
  return found;
}

export type PastCount = { readonly covers: number; readonly paid: number };
export type PastPayouts = PastCount & {
  /** The UTC day on which most of the covers begun would have paid; null where none would have. The latest of equals. */
  readonly worstDay: (PastCount & { readonly day: string }) | null;
  /** By the UTC month of the beginning ("2026-03"), oldest first. */
  readonly months: readonly (PastCount & { readonly month: string })[];
};

/**
 * How many covers of one kind, one begun at each of the hours, would have paid: of a position whose liquidation price lies `distance`
 * (a share of the price at the opening) below it for a long, above it for a short.
 */
export function pastPayouts(hours: readonly PastHour[], side: Side, distance: number): PastPayouts {
  invariant(distance > 0 && distance < 1, 'a distance lies between the price and nothing');
  let paid = 0;
  let worstDay: PastPayouts['worstDay'] = null;
  let day = { number: -1, covers: 0, paid: 0 };
  const months: { month: string; covers: number; paid: number }[] = [];
  const endDay = (): void => {
    if (day.covers === 0) return;
    const date = new Date(day.number * DAY_MS).toISOString().slice(0, 10);
    const count = { covers: day.covers, paid: day.paid };
    if (day.paid > 0 && day.paid >= (worstDay?.paid ?? 0)) worstDay = { day: date, ...count };
    const month = date.slice(0, 7);
    const last = months.at(-1);
    if (last?.month === month) {
      last.covers += day.covers;
      last.paid += day.paid;
    } else months.push({ month, ...count });
  };
  for (const { timeMs, open, low, high } of hours) {
    const number = Math.floor(timeMs / DAY_MS);
    if (number !== day.number) {
      endDay();
      day = { number, covers: 0, paid: 0 };
    }
    const liqPx = side === 'long' ? open * (1 - distance) : open * (1 + distance);
    const hit = isHit(side, liqPx, low, high) ? 1 : 0;
    day.covers += 1;
    day.paid += hit;
    paid += hit;
  }
  endDay();
  return { covers: hours.length, paid, worstDay, months };
}
