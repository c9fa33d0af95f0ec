import { distanceTo } from '@liqpass/kernel/liqPrice';
import { SIDES } from '@liqpass/kernel/vocabulary';
import type { ParamSet } from '../../src/params.ts';
import { liquidationPriceAt, loadedSigma, probabilityOf, sigmaOf } from '../../src/price.ts';
import { COINS, OKX_24H } from '../../src/products.ts';
import type { EntryHour } from './entryHours.ts';
import { isHit } from '../../src/pastCovers.ts';

const CATALOGUE_LEVERAGES = [5, 8, 10, 15, 20, 50] as const;

export type CatalogueRow = {
  readonly coin: string;
  readonly leverage: number;
  /** Share of the hours and sides at which "1.00 buys 50" is on sale. */
  readonly soldShare: number;
  /** Payouts per premium where it is sold, and if it were always sold. Null without sales. */
  readonly gatedLossRatio: number | null;
  readonly ungatedLossRatio: number;
};

/** What "1.00 buys 50 in 24 h" would have paid per premium, gated at p ≤ 1.39 % and ungated: by coin and leverage, both sides. */
export function catalogueRows(hours: readonly EntryHour[], set: ParamSet): CatalogueRow[] {
  const fixed = OKX_24H.fixedPrice;
  if (!fixed) return [];
  const payoutPerPremium = Number(fixed.payout) / Number(fixed.premium);
  return COINS.flatMap((coin) => {
    const ofCoin = hours.filter((hour) => hour.coin === coin);
    return CATALOGUE_LEVERAGES.map((leverage) => {
      const sums = { all: 0, hits: 0, sold: 0, soldHits: 0 };
      for (const { features, open, timeMs: startMs, low, high } of ofCoin) {
        for (const side of SIDES) {
          const modelSigma = sigmaOf({ set, features, side, horizon: '24h', startMs, nEvents: 0 });
          const liqPx = liquidationPriceAt(open, leverage, side);
          const p = probabilityOf(distanceTo(liqPx, open, side), loadedSigma(modelSigma, side, features.rally));
          const hit = isHit(side, liqPx, low, high) ? 1 : 0;
          sums.all += 1;
          sums.hits += hit;
          if (p > fixed.pMax) continue;
          sums.sold += 1;
          sums.soldHits += hit;
        }
      }
      return {
        coin,
        leverage,
        soldShare: sums.all > 0 ? sums.sold / sums.all : 0,
        gatedLossRatio: sums.sold > 0 ? (sums.soldHits * payoutPerPremium) / sums.sold : null,
        ungatedLossRatio: sums.all > 0 ? (sums.hits * payoutPerPremium) / sums.all : 0,
      };
    }).filter((row) => row.soldShare > 0 || row.ungatedLossRatio > 0);
  });
}
