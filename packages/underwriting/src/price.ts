import { distanceTo } from '@liqpass/kernel/liqPrice';
import type { Usdc } from '@liqpass/kernel/money';
import type { Side } from '@liqpass/kernel/vocabulary';
import { invariant } from '@liqpass/kernel/invariant';
import { usdc } from '@liqpass/kernel/money';
import { HOUR_MS, type EpochMs } from '@liqpass/kernel/time';
import { RULES, type Horizon, type ParamSet, type Season } from './params.ts';

// LP-T3: what liquidation cover costs, from candles to premium. Read it from here to the end.
//
//   candles ──1── v_i: how much each hour moved ──2── V_k, x: how much lately ──3── sigma: how far the price may go
//   liquidation price ──4── d: how far it must go ──5── p: how likely that is ──6── rate ──7── premium
//
// Volatilities, distances, probabilities and rates are statistics: floats, fractions (0.05 = 5 %), natural logarithms.
// Money is not: payouts and premiums are whole millionths of USDC. Symbols are those of LP-T3's definition.

/** An hour of the mark price. `timeMs` is when it opened, on a full hour. */
export type Candle = {
  readonly timeMs: EpochMs;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
};

// ── 1. How much an hour moved ──────────────────────────────────────────────────────────────────────────────────────

/** s(hour): what is usual at that UTC hour, 1 on average; weekdays, Saturdays and Sundays differ. */
export function seasonWeight(season: Season, timeMs: EpochMs): number {
  const hours = Math.floor(timeMs / HOUR_MS);
  const day = (Math.floor(hours / 24) + 4) % 7; // 1 January 1970 was a Thursday; 0 is Sunday
  const weights = day === 0 ? season.sunday : day === 6 ? season.saturday : season.weekday;
  const weight = weights[hours % 24];
  invariant(weight !== undefined, 'a season has 24 hours for each kind of day');
  return weight;
}

/** v_i = ln(high/low)² / (4 ln 2) / s(hour): the hour's variance by its range (Parkinson 1980), by what is usual then. */
export function hourVariance(candle: Candle, season: Season): number {
  const range = Math.log(candle.high / candle.low);
  return (range * range) / (4 * Math.LN2) / seasonWeight(season, candle.timeMs);
}

// ── 2. How much it moved lately ────────────────────────────────────────────────────────────────────────────────────

/** Candles needed: 30 days, the longest window. */
export const CANDLES_NEEDED = 720;
const FALL_HOURS = 72;
const FALL_CAP = 3;
const V_FLOOR = 1e-10;

/** What the candles say. `V4` … `V720`: mean hourly variance of the last so many hours; `v1`: of the last hour alone. */
export type Features = {
  readonly v1: number;
  readonly V4: number;
  readonly V24: number;
  readonly V168: number;
  readonly V720: number;
  /** The move of the last 72 hours in units of its usual size; above 0 it rose. */
  readonly rally: number;
  /** x: how far it fell in them, in the same units, from 0 to 3. */
  readonly x: number;
};
export type CandleFault = 'TOO_FEW_CANDLES' | 'GAP_IN_CANDLES' | 'IMPOSSIBLE_CANDLE';

/**
 * V_k = mean of the last k v_i, k = 4, 24, 168, 720, at least 1e-10; x = min(3, max(0, −ln(C_now/C_72h ago) / √(72 V_720))).
 * Reads the 720 closed hourly candles before index `end`, oldest first; a gap or an impossible candle gives a fault, no number.
 */
export function featuresOf(
  candles: readonly Candle[],
  season: Season,
  end: number = candles.length,
): { readonly features: Features } | { readonly fault: CandleFault } {
  if (end < CANDLES_NEEDED || end > candles.length) return { fault: 'TOO_FEW_CANDLES' };
  const means: number[] = [];
  let sum = 0;
  let v1 = 0;
  let dueMs = candles[end - 1]?.timeMs ?? 0;
  for (let k = 1; k <= CANDLES_NEEDED; k++) {
    const candle = candles[end - k];
    if (!candle || !(candle.low > 0 && candle.high >= candle.low && candle.high < Infinity && candle.close > 0)) {
      return { fault: 'IMPOSSIBLE_CANDLE' };
    }
    if (candle.timeMs !== dueMs) return { fault: 'GAP_IN_CANDLES' };
    dueMs -= HOUR_MS;
    sum += hourVariance(candle, season);
    if (k === 1) v1 = sum;
    if (k === 4 || k === 24 || k === 168 || k === 720) means.push(Math.max(V_FLOOR, sum / k));
  }
  const [V4 = V_FLOOR, V24 = V_FLOOR, V168 = V_FLOOR, V720 = V_FLOOR] = means;
  const now = candles[end - 1]?.close ?? 0;
  const before = candles[end - 1 - FALL_HOURS]?.close ?? 0;
  const rally = Math.log(now / before) / Math.sqrt(FALL_HOURS * V720);
  return { features: { v1, V4, V24, V168, V720, rally, x: Math.min(FALL_CAP, Math.max(0, -rally)) } };
}

// ── 3. How far the price may go ────────────────────────────────────────────────────────────────────────────────────

/** SH = Σ s over the hours of cover, in usual hours; the first is the UTC hour that holds the start. */
export function seasonSum(season: Season, startMs: EpochMs, hours: number): number {
  let sum = 0;
  for (let hour = 0; hour < hours; hour++) sum += seasonWeight(season, startMs + hour * HOUR_MS);
  return sum;
}

export type SigmaInput = {
  readonly set: ParamSet;
  readonly features: Pick<Features, 'V4' | 'V24' | 'V168' | 'V720' | 'x'>;
  readonly side: Side;
  readonly horizon: Horizon;
  readonly startMs: EpochMs;
  /** Rate decisions and CPI releases inside the window (calendar.ts). */
  readonly nEvents: number;
};

/** sigma = exp(a + Σ b_k · ½ ln V_k) · √(SH + 10 nEvents) · [exp(gamma x), longs only]: the move to expect, as a fraction of the price. */
export function sigmaOf(input: SigmaInput): number {
  const { features, set } = input;
  const { a, b, gamma, hours } = set.horizons[input.horizon];
  const level =
    a +
    0.5 *
      (b[0] * Math.log(features.V4) +
        b[1] * Math.log(features.V24) +
        b[2] * Math.log(features.V168) +
        b[3] * Math.log(features.V720));
  const usualHours = seasonSum(set.season, input.startMs, hours) + RULES.eventHours * input.nEvents;
  const fall = input.side === 'long' ? Math.exp(gamma * features.x) : 1;
  return Math.exp(level) * Math.sqrt(usualHours) * fall;
}

const RALLY_THAT_LOADS_SHORTS = 2;
const SHORT_LOAD = 1.25;

/** Shorts after a rally above 2 sigma: +25 % on sigma (rule 5 against the insured). What a price rests on; LP-T3 is fitted without. */
export function loadedSigma(sigma: number, side: Side, rally: number): number {
  return side === 'short' && rally > RALLY_THAT_LOADS_SHORTS ? sigma * SHORT_LOAD : sigma;
}

// ── 4. How far it must go ──────────────────────────────────────────────────────────────────────────────────────────

/** m = mmr + fee of tier 1: 0.45 %. */
export const MAINTENANCE = RULES.mmr + RULES.liqFee;

/** Where an isolated position in tier 1 is liquidated: long E(1 − 1/L)/(1 − m), short E(1 + 1/L)/(1 + m). The cross-check of OKX's liqPx. */
export function liquidationPriceAt(entry: number, leverage: number, side: Side): number {
  return side === 'long'
    ? (entry * (1 - 1 / leverage)) / (1 - MAINTENANCE)
    : (entry * (1 + 1 / leverage)) / (1 + MAINTENANCE);
}

/** The leverage at which a position opened at the mark is `distance` away from its liquidation: liquidationPriceAt, solved for L. */
export function leverageAt(distance: number, side: Side): number {
  return (
    1 / (side === 'long' ? distance * (1 - MAINTENANCE) + MAINTENANCE : distance * (1 + MAINTENANCE) + MAINTENANCE)
  );
}

// ── 5. How likely that is ──────────────────────────────────────────────────────────────────────────────────────────

/** Both tails of Student's t with 3 degrees of freedom: p = 1 − (2/π)(atan u + u/(1 + u²)), falling from 1 at 0. */
function bothTails(u: number): number {
  if (u <= 0) return 1;
  // The same, written so that small tails keep their digits: π/2 − atan u = atan(1/u).
  return (2 / Math.PI) * (Math.atan(1 / u) - u / (1 + u * u));
}

/** p: chance that the mark goes `distance` within the window; u = d / (√3 sigma). Between 0 and 1; 1 when it is already there. */
export function probabilityOf(distance: number, sigma: number): number {
  return Math.min(1, Math.max(0, bothTails(distance / (Math.sqrt(3) * sigma))));
}

/** The smallest distance at which the probability is at most `p` (0 < p < 1): probabilityOf, solved for d by halving. */
export function smallestDistance(p: number, sigma: number): number {
  invariant(p > 0 && p <= 1, 'a probability to stay under is above 0');
  let near = 0;
  let far = 1;
  while (bothTails(far) > p) far *= 2;
  for (let step = 0; step < 200; step++) {
    const middle = (near + far) / 2;
    if (middle === near || middle === far) break;
    if (bothTails(middle) > p) near = middle;
    else far = middle;
  }
  return far * Math.sqrt(3) * sigma;
}

// ── 6. What a USDC of payout costs ─────────────────────────────────────────────────────────────────────────────────

const HOURS_A_YEAR = 8760;

/** rate = 1.35 p + 0.0005 + 0.25 H/8760: expected claim with its load, handling, and the capital that waits behind it. */
export function rateOf(p: number, hours: number): number {
  return (1 + RULES.theta) * p + RULES.kappa0 + (RULES.cocAnnual * hours) / HOURS_A_YEAR;
}

/** The highest probability that `rate` pays for: rateOf, solved for p; null when it does not even pay for handling and capital. */
export function probabilityPaidBy(rate: number, hours: number): number | null {
  const p = (rate - rateOf(0, hours)) / (1 + RULES.theta);
  return p > 0 ? Math.min(1, p) : null;
}

// ── 7. The premium ─────────────────────────────────────────────────────────────────────────────────────────────────

/** premium = max(0.50, rate · payout) in USDC as LP-T3 defines it, unrounded. For checks; what is charged is premiumFor. */
export function premiumExact(rate: number, payout: number): number {
  return Math.max(RULES.minPremium, rate * payout);
}

const RATE_UNITS = 1e12;
const CENT = 10_000n;
const MIN_PREMIUM = usdc(BigInt(RULES.minPremium * 1e6));

/** The premium charged: premiumExact, rounded up to the cent, in favour of the treasury and easy to read. */
export function premiumFor(rate: number, payout: Usdc): Usdc {
  // The rate, not the money, is rounded out of its float (up), so that cutting a payout in two can never cost less.
  const units = BigInt(Math.ceil(rate * RATE_UNITS));
  const divisor = BigInt(RATE_UNITS) * CENT;
  const cents = (payout * units + divisor - 1n) / divisor;
  const premium = usdc(cents * CENT);
  return premium > MIN_PREMIUM ? premium : MIN_PREMIUM;
}

// ── All of it ──────────────────────────────────────────────────────────────────────────────────────────────────────

export type PriceInput = Omit<SigmaInput, 'features'> & {
  readonly features: Features;
  readonly mark: number;
  readonly liqPx: number;
  readonly payout: Usdc;
};

/** A price and what it rests on. `sigma` includes the load on shorts after a rally, `modelSigma` does not. */
export type Price = {
  readonly distance: number;
  readonly modelSigma: number;
  readonly sigma: number;
  readonly distanceInSigmas: number;
  readonly probability: number;
  readonly rate: number;
  readonly premium: Usdc;
};

/** Steps 3 to 7 for one cover. Prices anything; what may be sold is said in quoteCover.ts. */
export function priceCover(input: PriceInput): Price {
  const modelSigma = sigmaOf(input);
  const sigma = loadedSigma(modelSigma, input.side, input.features.rally);
  const distance = distanceTo(input.liqPx, input.mark, input.side);
  const probability = probabilityOf(distance, sigma);
  const rate = rateOf(probability, input.set.horizons[input.horizon].hours);
  return {
    distance,
    modelSigma,
    sigma,
    distanceInSigmas: distance / sigma,
    probability,
    rate,
    premium: premiumFor(rate, input.payout),
  };
}
