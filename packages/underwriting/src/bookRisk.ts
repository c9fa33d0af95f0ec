import { distanceTo } from '@liqpass/kernel/liqPrice';
import { HOUR_MS, type EpochMs } from '@liqpass/kernel/time';
import type { Side } from '@liqpass/kernel/vocabulary';
import { eventsWithin } from './calendar.ts';
import type { Market } from './market.ts';
import type { Horizon, ParamSet } from './params.ts';
import { loadedSigma, sigmaOf } from './price.ts';
import { PRODUCTS, type Coin } from './products.ts';

/** The sigmas of one coin now, by side and length of cover; a length that is not sold may be missing. */
export type CoinRisk = {
  readonly mark: number;
  readonly sigma: Readonly<Record<Side, Readonly<Partial<Record<Horizon, number>>>>>;
};
/** How the market stands for the book. A coin whose data are missing is left out: its covers then count as near and exposed. */
export type BookRisk = Readonly<Partial<Record<Coin, CoinRisk | undefined>>>;

/** The risk of one coin from its market, for covers starting now, with the releases that lie ahead. */
export function coinRisk(market: Market, set: ParamSet, nowMs: EpochMs): CoinRisk {
  const { features, mark } = market;
  const bySide = (side: Side): Partial<Record<Horizon, number>> => {
    const sigmas: Partial<Record<Horizon, number>> = {};
    for (const { horizon, hours } of PRODUCTS) {
      const nEvents = eventsWithin(nowMs, nowMs + hours * HOUR_MS).length;
      const sigma = sigmaOf({ set, features, side, horizon, startMs: nowMs, nEvents });
      sigmas[horizon] = loadedSigma(sigma, side, features.rally);
    }
    return sigmas;
  };
  return { mark, sigma: { long: bySide('long'), short: bySide('short') } };
}

type Placed = { readonly coin: Coin | null; readonly side: Side | null; readonly liqPx: number | null };

/** How far a cover is from its liquidation price now, as a fraction of the mark; null when that cannot be told. */
export function distanceOf(policy: Placed, risk: BookRisk): number | null {
  if (policy.coin === null || policy.side === null || policy.liqPx === null) return null;
  const coin = risk[policy.coin];
  return coin ? distanceTo(policy.liqPx, coin.mark, policy.side) : null;
}

/** Sigma over `horizon` for a cover's coin and side; null when it cannot be told. */
export function sigmaFor(policy: Placed, risk: BookRisk, horizon: Horizon): number | null {
  if (policy.coin === null || policy.side === null) return null;
  return risk[policy.coin]?.sigma[policy.side][horizon] ?? null;
}
