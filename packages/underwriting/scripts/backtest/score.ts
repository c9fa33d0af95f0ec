import { distanceTo } from '@liqpass/kernel/liqPrice';
import { SIDES } from '@liqpass/kernel/vocabulary';
import type { Horizon, ParamSet } from '../../src/params.ts';
import { liquidationPriceAt, probabilityOf, sigmaOf } from '../../src/price.ts';
import { isHit } from '../../src/pastCovers.ts';
import { COINS } from '../../src/products.ts';
import type { EntryHour } from './entryHours.ts';

export const LEVERAGES = [3, 5, 8, 10, 15, 20, 25, 30, 40, 50, 75, 100] as const;
const CLIP = 1e-6;

/** Expected and observed liquidations of a group of cells. */
export type Tally = { cells: number; expected: number; observed: number };
export type Decile = { readonly predicted: number; readonly observed: number; readonly cells: number };
export type Score = {
  readonly horizon: Horizon;
  readonly all: Tally;
  readonly logLoss: number;
  readonly brier: number;
  readonly byLeverage: ReadonlyMap<string, Tally>;
  readonly byYear: ReadonlyMap<string, Tally>;
  readonly byCoinAndSide: ReadonlyMap<string, Tally>;
  /** Chance by coin and leverage, both sides together. */
  readonly byCoinAndLeverage: ReadonlyMap<string, Tally>;
  readonly deciles: readonly Decile[];
};

/**
 * Scores LP-T3 as its definition says: every hour, 12 leverages, long and short, held to the end, no events; p clipped
 * to [1e-6, 1 − 1e-6], natural logarithm, the mean over all cells of both coins. Deciles have equally many cells.
 */
export function score(entries: readonly EntryHour[], set: ParamSet, horizon: Horizon): Score {
  const cells = entries.length * LEVERAGES.length * SIDES.length;
  const predictions = new Float64Array(cells);
  const hits = new Uint8Array(cells);
  const all: Tally = { cells: 0, expected: 0, observed: 0 };
  const byLeverage = tallies(LEVERAGES.map((leverage) => `${leverage}x`));
  const byYear = new Map<string, Tally>();
  const byCoinAndSide = tallies(COINS.flatMap((coin) => SIDES.map((side) => `${coin} ${side}`)));
  const byCoinAndLeverage = tallies(COINS.flatMap((coin) => LEVERAGES.map((leverage) => `${coin} ${leverage}x`)));
  let logLoss = 0;
  let brier = 0;

  for (const entry of entries) {
    const year = String(new Date(entry.timeMs).getUTCFullYear());
    const inYear = byYear.get(year) ?? { cells: 0, expected: 0, observed: 0 };
    byYear.set(year, inYear);
    for (const side of SIDES) {
      const { features, open, timeMs: startMs } = entry;
      const sigma = sigmaOf({ set, features, side, horizon, startMs, nEvents: 0 });
      const ofSide = byCoinAndSide.get(`${entry.coin} ${side}`);
      for (const leverage of LEVERAGES) {
        const liqPx = liquidationPriceAt(open, leverage, side);
        const p = Math.min(1 - CLIP, Math.max(CLIP, probabilityOf(distanceTo(liqPx, open, side), sigma)));
        const hit = isHit(side, liqPx, entry.low, entry.high) ? 1 : 0;
        predictions[all.cells] = p;
        hits[all.cells] = hit;
        logLoss -= Math.log(hit ? p : 1 - p);
        brier += (p - hit) ** 2;
        const groups = [
          all,
          inYear,
          ofSide,
          byLeverage.get(`${leverage}x`),
          byCoinAndLeverage.get(`${entry.coin} ${leverage}x`),
        ];
        for (const tally of groups) {
          if (!tally) continue;
          tally.cells += 1;
          tally.expected += p;
          tally.observed += hit;
        }
      }
    }
  }
  return {
    horizon,
    all,
    logLoss: logLoss / cells,
    brier: brier / cells,
    byLeverage,
    byYear,
    byCoinAndSide,
    byCoinAndLeverage,
    deciles: deciles(predictions, hits),
  };
}

function tallies(names: readonly string[]): Map<string, Tally> {
  return new Map(names.map((name) => [name, { cells: 0, expected: 0, observed: 0 }]));
}

function deciles(predictions: Float64Array, hits: Uint8Array): Decile[] {
  const sorted = Float64Array.from(predictions).sort();
  const bounds = Array.from({ length: 9 }, (_, n) => sorted[Math.floor(((n + 1) * sorted.length) / 10)] ?? 1);
  const sums = Array.from({ length: 10 }, () => ({ cells: 0, expected: 0, observed: 0 }));
  predictions.forEach((p, index) => {
    let bin = 0;
    while (bin < 9 && p >= (bounds[bin] ?? 1)) bin++;
    const sum = sums[bin];
    if (!sum) return;
    sum.cells += 1;
    sum.expected += p;
    sum.observed += hits[index] ?? 0;
  });
  return sums
    .filter((sum) => sum.cells > 0)
    .map(({ cells, expected, observed }) => ({ predicted: expected / cells, observed: observed / cells, cells }));
}
