import { usdc, type Usdc } from '@liqpass/kernel/money';
import { SIDES, type Side } from '@liqpass/kernel/vocabulary';
import type { BookPolicy } from './book.ts';
import { distanceOf, sigmaFor, type BookRisk } from './bookRisk.ts';
import type { Coin } from './products.ts';

const SIGMAS_OF_THE_DAY = 12.9;
/** The worst day seen, as a fraction of the price. */
const WORST_MOVE: Readonly<Record<Coin, number>> = { BTC: 0.26, ETH: 0.32 };

/** D* = max(12.9 sigma_24h, 26 % BTC / 32 % ETH): how far the price may go on the 99.9 % day, as a fraction of the mark. */
export function worstDayDistance(coin: Coin, sigma24h: number): number {
  return Math.max(SIGMAS_OF_THE_DAY * sigma24h, WORST_MOVE[coin]);
}

export type Reserve = {
  /** What must be at hand for the 99.9 % day. */
  readonly reserve: Usdc;
  /** E: payouts in force within D* of their liquidation price. */
  readonly exposed: Readonly<Record<Side, Usdc>>;
  /** Policies counted in E, and all there are. */
  readonly exposedPolicies: number;
  readonly policies: number;
  /** D* by coin and side; null where the market is unknown, and then every payout counts. */
  readonly worstDay: Readonly<Record<Coin, Readonly<Record<Side, number | null>>>>;
};

/** reserve(99.9 %, 24 h) = max(E_long, E_short) + ½ min(E_long, E_short), rounded up; E = payouts in force with d ≤ D*. What cannot be told counts. */
export function reserveFor(policies: readonly BookPolicy[], risk: BookRisk): Reserve {
  const worst = (coin: Coin, side: Side): number | null => {
    const sigma = sigmaFor({ coin, side, liqPx: null }, risk, '24h');
    return sigma === null ? null : worstDayDistance(coin, sigma);
  };
  const worstDay = {
    BTC: { long: worst('BTC', 'long'), short: worst('BTC', 'short') },
    ETH: { long: worst('ETH', 'long'), short: worst('ETH', 'short') },
  };
  const sums = { long: 0n, short: 0n };
  let exposedPolicies = 0;
  for (const policy of policies) {
    const distance = distanceOf(policy, risk);
    const limit = policy.coin && policy.side ? worstDay[policy.coin][policy.side] : null;
    if (distance !== null && limit !== null && distance > limit) continue;
    exposedPolicies += 1;
    for (const side of policy.side === null ? SIDES : [policy.side]) sums[side] += policy.payout;
  }
  const [more, less] = sums.long > sums.short ? [sums.long, sums.short] : [sums.short, sums.long];
  return {
    reserve: usdc(more + (less + 1n) / 2n),
    exposed: { long: usdc(sums.long), short: usdc(sums.short) },
    exposedPolicies,
    policies: policies.length,
    worstDay,
  };
}
