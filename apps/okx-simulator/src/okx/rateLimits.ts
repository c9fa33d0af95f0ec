import type { EpochMs } from '@liqpass/kernel/time';

/** Requests per window. Source: the table of okx/liquidation-proof.md; per key where private, per address where public. */
export const WINDOW_MS = 2_000;
export const LIMITS: Record<string, number> = {
  '/api/v5/account/config': 5,
  '/api/v5/account/positions': 10,
  '/api/v5/account/positions-history': 10,
  '/api/v5/account/bills': 10,
  '/api/v5/account/bills-archive': 5,
  '/api/v5/trade/order': 60,
  '/api/v5/trade/orders-history-archive': 20,
  '/api/v5/trade/fills-history': 10,
  '/api/v5/public/time': 10,
  '/api/v5/public/instruments': 20,
  '/api/v5/public/position-tiers': 10,
  '/api/v5/public/mark-price': 10,
  '/api/v5/market/index-tickers': 20,
  '/api/v5/market/mark-price-candles': 20,
  '/api/v5/market/history-mark-price-candles': 20,
};
const OTHERWISE = 20;
const MANY_CALLERS = 10_000;

export type RateLimiter = { take(path: string, caller: string, nowMs: EpochMs): boolean };

/** Counts requests in a sliding window by endpoint and caller; `take` says whether one more is allowed. */
export function rateLimiter(): RateLimiter {
  const taken = new Map<string, EpochMs[]>();
  return {
    take(path, caller, nowMs) {
      if (taken.size > MANY_CALLERS) taken.clear();
      const key = `${path} ${caller}`;
      const recent = (taken.get(key) ?? []).filter((ms) => nowMs - ms < WINDOW_MS);
      const isAllowed = recent.length < (LIMITS[path] ?? OTHERWISE);
      if (isAllowed) recent.push(nowMs);
      taken.set(key, recent);
      return isAllowed;
    },
  };
}
