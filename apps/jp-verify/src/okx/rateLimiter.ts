import type { Clock, EpochMs } from '@liqpass/kernel/time';

// The exchange counts private requests per user and endpoint, public ones per address: the trader's own quota. So one
// limiter for the whole process, by key and endpoint.

/** Requests in two seconds. Source: OKX v5 documentation, March and June 2026. */
const LIMITS: Record<string, number> = {
  'account/config': 5,
  'account/bills-archive': 5,
  'account/positions': 10,
  'account/positions-history': 10,
  'trade/order': 60,
  'trade/orders-history-archive': 20,
  'trade/fills-history': 10,
  // One in 5 s: whoever asks for it spaces the calls (services/exchange.ts).
  'system/status': 2,
  'public/instruments': 20,
  'market/index-tickers': 20,
  'market/mark-price-candles': 20,
  'market/history-mark-price-candles': 20,
};
const OTHERWISE = 10;
/**
 * Public data is counted per address, so that prices for everybody and questions that a user set off share one quota. Prices have a lane
 * of their own in it, kept free even while nobody reads them: reservations that were given out cannot be taken back, and whoever binds
 * in a loop would otherwise stand before them.
 */
export const LANES = ['market', 'user'] as const;
export type Lane = (typeof LANES)[number];
const SHARE_OF_MARKET = 0.4;
const limitOf = (limit: number, isShared: boolean, lane: Lane): number => {
  if (!isShared) return limit;
  const market = Math.ceil(limit * SHARE_OF_MARKET);
  return lane === 'market' ? market : limit - market;
};

/** What requests without a key are counted under. */
export const PUBLIC = 'public';

/** A little more than the exchange's two seconds: its clock and ours do not tick together. */
const USUAL = { spanMs: 2_050, slowDownMs: 2_000 };
const FORGET_ABOVE = 2_000;

export type RateLimiter = {
  /** How long to wait before a request may be sent, counting it as sent then; null where that is after the deadline. */
  reserve(who: string, target: string, deadlineMs: EpochMs, lane: Lane): number | null;
  /** The exchange said that it was too much. */
  slowDown(who: string, target: string): void;
};

const endpointOf = (target: string): string => (target.split('?', 1)[0] ?? '').replace('/api/v5/', '');

export function createRateLimiter(clock: Clock, { spanMs, slowDownMs } = USUAL): RateLimiter {
  const slots = new Map<string, EpochMs[]>();
  const blockedUntil = new Map<string, EpochMs>();
  const forget = (nowMs: EpochMs): void => {
    if (slots.size < FORGET_ABOVE) return;
    for (const [key, taken] of slots) if ((taken.at(-1) ?? 0) < nowMs - spanMs) slots.delete(key);
    for (const [key, until] of blockedUntil) if (until < nowMs) blockedUntil.delete(key);
  };
  return {
    reserve(who, target, deadlineMs, lane) {
      const endpoint = endpointOf(target);
      const counted = `${who} ${endpoint}`;
      const key = `${counted} ${lane}`;
      const nowMs = clock.now();
      forget(nowMs);
      const limit = limitOf(LIMITS[endpoint] ?? OTHERWISE, who === PUBLIC, lane);
      const taken = slots.get(key) ?? [];
      const atMs = Math.max(nowMs, (taken.at(-limit) ?? 0) + spanMs, blockedUntil.get(counted) ?? 0);
      if (atMs > deadlineMs) return null;
      slots.set(key, [...taken, atMs].slice(-limit));
      return atMs - nowMs;
    },
    slowDown(who, target) {
      blockedUntil.set(`${who} ${endpointOf(target)}`, clock.now() + slowDownMs);
    },
  };
}
