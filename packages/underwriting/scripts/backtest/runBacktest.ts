import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import type { ParamSet } from '../../src/params.ts';
import { catalogueRows, type CatalogueRow } from './catalogue.ts';
import { entryHours, featuresAtOpen } from './entryHours.ts';
import type { CandleSeries } from './readCandles.ts';
import { score, type Score } from './score.ts';
import { simulateBook, type BookHistory } from './simulateBook.ts';

export type BacktestOptions = {
  readonly series: readonly CandleSeries[];
  readonly set: ParamSet;
  readonly fromMs: EpochMs;
  readonly capital: Usdc;
  readonly payout: Usdc;
};
export type Backtest = {
  readonly day: Score;
  readonly eightHours: Score;
  readonly book: BookHistory;
  readonly catalogue: readonly CatalogueRow[];
};

/** Replays history hour by hour: scores the 24 h and 8 h probabilities, and runs the made-up book. Null when no hour has 720 candles before and 24 after. */
export function runBacktest(options: BacktestOptions): Backtest | null {
  const { series, set, fromMs } = options;
  const prepared = series.map((one) => ({ one, features: featuresAtOpen(one, set) }));
  const hoursOf = (hours: number): ReturnType<typeof entryHours> =>
    prepared.flatMap(({ one, features }) => entryHours(one, features, hours, fromMs));
  const ofDay = hoursOf(24);
  if (ofDay.length === 0) return null;
  return {
    day: score(ofDay, set, '24h'),
    eightHours: score(hoursOf(8), set, '8h'),
    book: simulateBook(ofDay, set, options.capital, options.payout),
    catalogue: catalogueRows(ofDay, set),
  };
}
