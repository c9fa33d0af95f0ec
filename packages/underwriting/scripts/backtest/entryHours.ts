import { HOUR_MS, type EpochMs } from '@liqpass/kernel/time';
import type { ParamSet } from '../../src/params.ts';
import { pastHours } from '../../src/pastCovers.ts';
import { CANDLES_NEEDED, featuresOf, type Candle, type Features } from '../../src/price.ts';
import type { Coin } from '../../src/products.ts';
import type { CandleSeries } from './readCandles.ts';

/** An hour at whose open positions are entered: what was known then, and where the price went afterwards. */
export type EntryHour = {
  readonly coin: Coin;
  readonly timeMs: EpochMs;
  /** Open of that hour: entry price and mark. */
  readonly open: number;
  readonly features: Features;
  /** The candles of the hours of cover, the entry's own first. */
  readonly after: readonly Candle[];
  /** Lowest low and highest high of them. */
  readonly low: number;
  readonly high: number;
};

/** What was known at each candle's opening: the features of the 720 candles before it, by the same function that prices; null where there are none. */
export function featuresAtOpen(series: CandleSeries, set: ParamSet): (Features | null)[] {
  const { candles } = series;
  return candles.map((candle, index) => {
    // The candle itself must follow those before it: a gap right here is a gap too.
    const before = candles[index - 1];
    if (index < CANDLES_NEEDED || before?.timeMs !== candle.timeMs - HOUR_MS) return null;
    const answer = featuresOf(candles, set.season, index);
    return 'features' in answer ? answer.features : null;
  });
}

/** The hours from `fromMs` on whose 720 candles before and `hours` after exist without a gap, oldest first. */
export function entryHours(
  series: CandleSeries,
  featuresOfHours: readonly (Features | null)[],
  hours: number,
  fromMs: EpochMs,
): EntryHour[] {
  const { candles, coin } = series;
  return pastHours(candles, hours).flatMap(({ index, timeMs, open, low, high }) => {
    const features = featuresOfHours[index];
    if (!features || timeMs < fromMs) return [];
    return [{ coin, timeMs, open, features, after: candles.slice(index, index + hours), low, high }];
  });
}
