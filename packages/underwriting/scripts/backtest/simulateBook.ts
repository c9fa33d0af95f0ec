import type { Usdc } from '@liqpass/kernel/money';
import { DAY_MS, HOUR_MS, type EpochMs } from '@liqpass/kernel/time';
import { SIDES, type Side } from '@liqpass/kernel/vocabulary';
import { coinRisk, type CoinRisk } from '../../src/bookRisk.ts';
import { bookLimits, bookTotals, decideSale, withSale, type BookClaim, type BookPolicy } from '../../src/book.ts';
import type { Market } from '../../src/market.ts';
import type { ParamSet } from '../../src/params.ts';
import { liquidationPriceAt } from '../../src/price.ts';
import { OKX_24H, type Coin } from '../../src/products.ts';
import { quoteCover } from '../../src/quoteCover.ts';
import { reserveFor } from '../../src/reserve.ts';
import type { EntryHour } from './entryHours.ts';
import { isHit } from '../../src/pastCovers.ts';

/** The leverages that are asked for, by as many buyers each. */
export const BOOK_LEVERAGES = [5, 8, 10, 15, 20] as const;

export type Flow = { sales: number; premium: number; claims: number };
export type Week = Flow & {
  readonly week: string;
  /** The largest move within 24 h of an hour's opening, up or down, of either coin. */
  largestMove: number;
};
export type BookHistory = {
  readonly capital: number;
  readonly payout: number;
  readonly asked: number;
  /** What was refused, by code. */
  readonly refused: ReadonlyMap<string, number>;
  readonly total: Flow;
  readonly byMonth: ReadonlyMap<string, Flow>;
  readonly byLeverage: ReadonlyMap<string, Flow>;
  readonly weeks: readonly Week[];
  /** By day: money earned so far (premiums in, payouts out), how far it was below its peak at the worst of that day, and the largest reserve. */
  readonly days: readonly Day[];
  /** The deepest fall of what was earned, from a peak; and the largest reserve on the way. */
  readonly drawdown: { readonly amount: number; readonly fromMs: EpochMs; readonly toMs: EpochMs };
  readonly largestReserve: number;
  /** Hours with a book, and those whose book then claimed more than its reserve. */
  readonly hours: number;
  readonly hoursAboveReserve: number;
  /** The largest share of a reserve that the book of an hour went on to claim. */
  readonly largestUse: number;
};

export type Day = {
  readonly timeMs: EpochMs;
  readonly earned: number;
  readonly drawdown: number;
  readonly reserve: number;
};
type Sold = BookPolicy & { readonly endMs: EpochMs; readonly hitMs: EpochMs | null };

/**
 * Runs a made-up book over history with the server's own rules: at every hour's opening one buyer per coin, side and
 * leverage (5, 8, 10, 15, 20x: balanced) asks for 24 h of cover with the same payout, each a main account of its own;
 * sold when quoteCover and decideSale say so, at the computed premium; cover starts at once; a hit is paid in full at
 * the end of its hour. No events, no expenses, capital stays what it was.
 */
export function simulateBook(hours: readonly EntryHour[], set: ParamSet, capital: Usdc, payout: Usdc): BookHistory {
  const limits = bookLimits(capital);
  const byTime = new Map<EpochMs, EntryHour[]>();
  for (const hour of hours) byTime.set(hour.timeMs, [...(byTime.get(hour.timeMs) ?? []), hour]);
  const times = [...byTime.keys()].sort((one, other) => one - other);

  const refused = new Map<string, number>();
  const total = emptyFlow();
  const byMonth = new Map<string, Flow>();
  const byLeverage = new Map<string, Flow>();
  const weeks = new Map<string, Week>();
  const days: Day[] = [];
  let today = { drawdown: 0, reserve: 0 };
  let live: Sold[] = [];
  let claims: BookClaim[] = [];
  let asked = 0;
  let earned = 0;
  let peak = { earned: 0, timeMs: times[0] ?? 0 };
  let drawdown = { amount: 0, fromMs: peak.timeMs, toMs: peak.timeMs };
  let largestReserve = 0;
  let hoursWithBook = 0;
  let hoursAboveReserve = 0;
  let largestUse = 0;

  for (const nowMs of times) {
    // What ended until now: hits are paid, the rest has expired.
    for (const policy of live) {
      if (policy.hitMs === null || policy.hitMs > nowMs) continue;
      earned -= usdcNumber(policy.payout);
      claims.push({ side: policy.side, atMs: policy.hitMs, payout: policy.payout });
    }
    live = live.filter((policy) => (policy.hitMs === null || policy.hitMs > nowMs) && policy.endMs > nowMs);
    claims = claims.filter((claim) => claim.atMs > nowMs - 2 * DAY_MS);
    if (earned > peak.earned) peak = { earned, timeMs: nowMs };
    if (peak.earned - earned > drawdown.amount) {
      drawdown = { amount: peak.earned - earned, fromMs: peak.timeMs, toMs: nowMs };
    }

    const drawnTo = earned;
    const week = weekOf(weeks, nowMs);
    const inMonth = flowOf(byMonth, new Date(nowMs).toISOString().slice(0, 7));
    const markets: { hour: EntryHour; market: Market }[] = [];
    const risk: Partial<Record<Coin, CoinRisk>> = {};
    for (const hour of byTime.get(nowMs) ?? []) {
      const market: Market = {
        coin: hour.coin,
        mark: hour.open,
        markAtMs: nowMs,
        candlesUntilMs: nowMs,
        features: hour.features,
        lastHourVariance: hour.features.v1,
      };
      markets.push({ hour, market });
      risk[hour.coin] = coinRisk(market, set, nowMs);
      week.largestMove = Math.max(week.largestMove, hour.high / hour.open - 1, 1 - hour.low / hour.open);
    }

    let totals = bookTotals({ policies: live, claims, risk, limits, nowMs });
    for (const { hour, market } of markets) {
      for (const leverage of BOOK_LEVERAGES) {
        for (const side of SIDES) {
          asked += 1;
          const liqPx = liquidationPriceAt(hour.open, leverage, side);
          const answer = quoteCover({
            set,
            product: OKX_24H,
            market,
            side,
            liqPx,
            leverage,
            payout,
            startMs: nowMs,
            nEvents: 0,
            fixedPrice: false,
          });
          if (!answer.offered) {
            refused.set(answer.refusal.code, (refused.get(answer.refusal.code) ?? 0) + 1);
            continue;
          }
          const policy: BookPolicy = {
            coin: hour.coin,
            side,
            liqPx,
            horizon: '24h',
            payout,
            mainAccount: null,
            soldAtMs: nowMs,
          };
          const sale = decideSale(totals, limits, policy, risk);
          if (!sale.allowed) {
            refused.set(sale.limit, (refused.get(sale.limit) ?? 0) + 1);
            continue;
          }
          totals = withSale(totals, policy, risk);
          const hitMs = hitAt(hour, side, liqPx);
          live.push({ ...policy, endMs: nowMs + OKX_24H.hours * HOUR_MS, hitMs });
          const premium = usdcNumber(answer.premium);
          earned += premium;
          for (const flow of [total, inMonth, flowOf(byLeverage, `${leverage}x`), week]) {
            flow.sales += 1;
            flow.premium += premium;
            if (hitMs !== null) flow.claims += usdcNumber(payout);
          }
        }
      }
    }

    const reserve = usdcNumber(reserveFor(live, risk).reserve);
    // Every live cover ends within the next 24 hours: what it will claim is the reserve's own horizon.
    const claimed = live.reduce((sum, policy) => (policy.hitMs === null ? sum : sum + usdcNumber(policy.payout)), 0);
    if (live.length > 0) hoursWithBook += 1;
    if (claimed > reserve) hoursAboveReserve += 1;
    if (reserve > 0) largestUse = Math.max(largestUse, claimed / reserve);
    largestReserve = Math.max(largestReserve, reserve);
    today = {
      drawdown: Math.max(today.drawdown, peak.earned - drawnTo),
      reserve: Math.max(today.reserve, reserve),
    };
    if (nowMs % DAY_MS === 0) {
      days.push({ timeMs: nowMs, earned, ...today });
      today = { drawdown: 0, reserve: 0 };
    }
  }

  return {
    capital: usdcNumber(capital),
    payout: usdcNumber(payout),
    asked,
    refused,
    total,
    byMonth,
    byLeverage,
    weeks: [...weeks.values()],
    days,
    drawdown,
    largestReserve,
    hours: hoursWithBook,
    hoursAboveReserve,
    largestUse,
  };
}

/** The end of the hour in which the price reaches the liquidation price; null when it does not within the cover. */
function hitAt(hour: EntryHour, side: Side, liqPx: number): EpochMs | null {
  if (!isHit(side, liqPx, hour.low, hour.high)) return null;
  const candle = hour.after.find((one) => isHit(side, liqPx, one.low, one.high));
  return candle ? candle.timeMs + HOUR_MS : null;
}

const emptyFlow = (): Flow => ({ sales: 0, premium: 0, claims: 0 });

function flowOf(flows: Map<string, Flow>, name: string): Flow {
  const flow = flows.get(name) ?? emptyFlow();
  flows.set(name, flow);
  return flow;
}

/** Weeks begin on Monday and are named by it. */
function weekOf(weeks: Map<string, Week>, nowMs: EpochMs): Week {
  const dayNumber = Math.floor(nowMs / DAY_MS);
  const monday = new Date((dayNumber - ((dayNumber + 3) % 7)) * DAY_MS).toISOString().slice(0, 10);
  const week = weeks.get(monday) ?? { week: monday, largestMove: 0, ...emptyFlow() };
  weeks.set(monday, week);
  return week;
}

/** For statistics and drawings only: an amount as a float of USDC. */
function usdcNumber(amount: Usdc): number {
  return Number(amount) / 1e6;
}
