import { formatUsdc, shareDown, usdc, type Usdc } from '@liqpass/kernel/money';
import { DAY_MS, HOUR_MS, type EpochMs } from '@liqpass/kernel/time';
import { SIDES, type ExposureLimit, type Side } from '@liqpass/kernel/vocabulary';
import type { Horizon } from './params.ts';
import type { Coin } from './products.ts';
import { sigmaFor, type BookRisk } from './bookRisk.ts';

// What the book may carry. BTC and ETH crash together (an ETH long is hit in 9 of 10 cases where a BTC long is), so each
// side is one risk across both coins.

/** A cover the treasury may still have to pay: room held from quote to payment, paid and running, or claimed and not settled. */
export type BookPolicy = {
  /** null where an unattested binding leaves it unknown: then it counts wherever it could. */
  readonly coin: Coin | null;
  readonly side: Side | null;
  readonly liqPx: number | null;
  readonly horizon: Horizon;
  readonly payout: Usdc;
  readonly mainAccount: string | null;
  /** When its room was first held. */
  readonly soldAtMs: EpochMs;
};

/** A claim of the last days, whatever became of it, by when it was filed; side null counts on both. */
export type BookClaim = { readonly side: Side | null; readonly atMs: EpochMs; readonly payout: Usdc };

export type BookLimits = {
  readonly book: Usdc;
  readonly side: Usdc;
  readonly near: Usdc;
  readonly hour: Usdc;
  readonly account: Usdc;
  readonly policy: Usdc;
  /** Claims of 24 hours above which a side rests. */
  readonly breaker: Usdc;
};

/** For capital K: in force ≤ K; per side ≤ K/3; nearer than 3 sigma ≤ a quarter, sold per hour ≤ 2/24, claims of 24 h ≤ 10 % of the side's limit; per main account ≤ 2 % K; per policy ≤ 0.5 % K. All rounded down. */
export function bookLimits(capital: Usdc): BookLimits {
  return {
    book: capital,
    side: shareDown(capital, 1n, 3n),
    near: shareDown(capital, 1n, 12n),
    hour: shareDown(capital, 2n, 72n),
    account: shareDown(capital, 2n, 100n),
    policy: shareDown(capital, 5n, 1000n),
    breaker: shareDown(capital, 1n, 30n),
  };
}

/** Nearer than this many sigmas of its own product counts as near. */
export const NEAR_SIGMAS = 3;

/**
 * The price from which on a cover is nearer than 3 sigma: at it or above for a long, below it for a short. A decimal number on the
 * edge of a step of 0.05 to 0.1 % of itself, away from the mark, so that a book whose sums are kept by such steps has it exactly.
 */
export function nearFrom(mark: number, sigma: number, side: Side): string {
  const px = mark * (side === 'long' ? 1 - NEAR_SIGMAS * sigma : 1 + NEAR_SIGMAS * sigma);
  if (px <= 0) return '0';
  const exponent = Math.floor(Math.log10(px)) - 3;
  const steps = px / 10 ** exponent;
  const wide = steps < 2000 ? 1 : steps < 5000 ? 2 : 5;
  return `${(side === 'long' ? Math.floor(steps / wide) : Math.ceil(steps / wide)) * wide}e${exponent}`;
}

/** Whether a cover is nearer than 3 sigma to its liquidation price, as the market stands; what cannot be told is near. */
export function isNear(policy: Pick<BookPolicy, 'coin' | 'side' | 'liqPx' | 'horizon'>, risk: BookRisk): boolean {
  const { coin, side, liqPx } = policy;
  const sigma = sigmaFor(policy, risk, policy.horizon);
  const mark = coin === null ? undefined : risk[coin]?.mark;
  if (mark === undefined || side === null || liqPx === null || sigma === null) return true;
  const from = Number(nearFrom(mark, sigma, side));
  return side === 'long' ? liqPx >= from : liqPx < from;
}

export type SideTotals = {
  readonly inForce: Usdc;
  readonly near: Usdc;
  readonly soldLastHour: Usdc;
  /** Until when the circuit breaker keeps this side closed; null when it is open. */
  readonly restsUntilMs: EpochMs | null;
};
export type BookTotals = {
  readonly inForce: Usdc;
  readonly sides: Readonly<Record<Side, SideTotals>>;
  readonly accounts: ReadonlyMap<string, Usdc>;
};

/** Circuit breaker: a side rests 24 h from the moment the claims of its last 24 h passed `limit`; null when it does not rest at `nowMs`. */
export function restsUntil(claims: readonly BookClaim[], side: Side, limit: Usdc, nowMs: EpochMs): EpochMs | null {
  const ours = claims
    .filter((claim) => (claim.side === null || claim.side === side) && claim.atMs <= nowMs)
    .sort((one, other) => one.atMs - other.atMs);
  let until: EpochMs | null = null;
  let sum = 0n;
  let oldest = 0;
  for (const claim of ours) {
    sum += claim.payout;
    for (let first = ours[oldest]; first && first.atMs <= claim.atMs - DAY_MS; first = ours[++oldest]) {
      sum -= first.payout;
    }
    if (sum > limit) until = claim.atMs + DAY_MS;
  }
  return until !== null && until > nowMs ? until : null;
}

/** Adds up the book as it stands. Give every policy in force or held, and the claims of the last 48 hours. */
export function bookTotals(input: {
  readonly policies: readonly BookPolicy[];
  readonly claims: readonly BookClaim[];
  readonly risk: BookRisk;
  readonly limits: BookLimits;
  readonly nowMs: EpochMs;
}): BookTotals {
  const { policies, claims, risk, limits, nowMs } = input;
  let inForce = 0n;
  const accounts = new Map<string, Usdc>();
  const sums = { long: { inForce: 0n, near: 0n, sold: 0n }, short: { inForce: 0n, near: 0n, sold: 0n } };
  for (const policy of policies) {
    inForce += policy.payout;
    if (policy.mainAccount !== null) {
      accounts.set(policy.mainAccount, usdc((accounts.get(policy.mainAccount) ?? 0n) + policy.payout));
    }
    const near = isNear(policy, risk);
    const fresh = policy.soldAtMs > nowMs - HOUR_MS;
    for (const side of sidesOf(policy)) {
      sums[side].inForce += policy.payout;
      if (near) sums[side].near += policy.payout;
      if (fresh) sums[side].sold += policy.payout;
    }
  }
  const sideTotals = (side: Side): SideTotals => ({
    inForce: usdc(sums[side].inForce),
    near: usdc(sums[side].near),
    soldLastHour: usdc(sums[side].sold),
    restsUntilMs: restsUntil(claims, side, limits.breaker, nowMs),
  });
  return { inForce: usdc(inForce), sides: { long: sideTotals('long'), short: sideTotals('short') }, accounts };
}

const sidesOf = (policy: { readonly side: Side | null }): readonly Side[] =>
  policy.side === null ? SIDES : [policy.side];

/** The totals after a sale, without adding everything up again. */
export function withSale(totals: BookTotals, sale: BookPolicy, risk: BookRisk): BookTotals {
  const sides = { ...totals.sides };
  const near = isNear(sale, risk) ? sale.payout : 0n;
  for (const side of sidesOf(sale)) {
    const before = sides[side];
    sides[side] = {
      ...before,
      inForce: usdc(before.inForce + sale.payout),
      near: usdc(before.near + near),
      soldLastHour: usdc(before.soldLastHour + sale.payout),
    };
  }
  let accounts = totals.accounts;
  if (sale.mainAccount !== null) {
    const sum = usdc((accounts.get(sale.mainAccount) ?? 0n) + sale.payout);
    accounts = new Map(accounts).set(sale.mainAccount, sum);
  }
  return { inForce: usdc(totals.inForce + sale.payout), sides, accounts };
}

export type SaleDecision =
  | {
      readonly allowed: true;
      /** The largest payout that would still have been allowed for this very cover. */
      readonly room: Usdc;
    }
  | {
      readonly allowed: false;
      readonly limit: ExposureLimit | 'CIRCUIT_BREAKER';
      readonly room: Usdc;
      readonly message: string;
      /** When asking again may help; null when only lower payouts or other covers' ends do. */
      readonly retryAtMs: EpochMs | null;
    };

/** Whether the book may take one more cover, and if not which limit leaves the least room. Pure: hold the book's lock between this and the write. */
export function decideSale(
  totals: BookTotals,
  limits: BookLimits,
  candidate: BookPolicy,
  risk: BookRisk,
): SaleDecision {
  const near = isNear(candidate, risk);
  const rooms: { limit: ExposureLimit; room: bigint }[] = [
    { limit: 'POLICY', room: limits.policy },
    { limit: 'BOOK', room: limits.book - totals.inForce },
  ];
  if (candidate.mainAccount !== null) {
    rooms.push({ limit: 'ACCOUNT', room: limits.account - (totals.accounts.get(candidate.mainAccount) ?? 0n) });
  }
  for (const side of sidesOf(candidate)) {
    const sums = totals.sides[side];
    if (sums.restsUntilMs !== null) {
      const message = `Covers of ${side}s rest until ${new Date(sums.restsUntilMs).toISOString()}: too many claims came in one day.`;
      return { allowed: false, limit: 'CIRCUIT_BREAKER', room: usdc(0n), message, retryAtMs: sums.restsUntilMs };
    }
    rooms.push({ limit: 'SIDE', room: limits.side - sums.inForce });
    rooms.push({ limit: 'HOUR', room: limits.hour - sums.soldLastHour });
    if (near) rooms.push({ limit: 'NEAR_BUCKET', room: limits.near - sums.near });
  }
  const tightest = rooms.reduce((least, one) => (one.room < least.room ? one : least));
  const room = usdc(tightest.room > 0n ? tightest.room : 0n);
  if (candidate.payout <= room) return { allowed: true, room };
  return {
    allowed: false,
    limit: tightest.limit,
    room,
    message: `${LIMIT_SENTENCES[tightest.limit]} At most ${formatUsdc(room)} can be covered now.`,
    retryAtMs: tightest.limit === 'HOUR' ? candidate.soldAtMs + HOUR_MS : null,
  };
}

const LIMIT_SENTENCES: Readonly<Record<ExposureLimit, string>> = {
  BOOK: 'The treasury covers no more payouts than it can pay.',
  SIDE: 'The treasury covers no more payouts on this side of the market.',
  NEAR_BUCKET:
    'The treasury covers no more positions this near to their liquidation price; further away there may be room.',
  HOUR: 'The treasury sells no more on this side within this hour.',
  ACCOUNT: 'One account can be covered only up to 2 % of the treasury.',
  POLICY: 'One cover can pay only up to 0.5 % of the treasury.',
};
