import { HOUR_MS, type EpochMs } from '@liqpass/kernel/time';
import { pastHours, type PastHour } from '@liqpass/underwriting/pastCovers';
import { PRODUCTS } from '@liqpass/underwriting/products';
import { listCandles } from '../../db/book/marketRepo.ts';
import type { Db } from '../../db/platform/database.ts';
import { INSTRUMENTS } from './market.ts';

/** The past that is told of. */
export const YEAR_HOURS = 365 * 24;
/** A cover that begins in the first of them, and one that ends in the last. */
export const PAST_HOURS = YEAR_HOURS + Math.max(...PRODUCTS.map(({ hours }) => hours));

/** The last year by the hours at which a cover could have begun, as this process last read it: asked without a query. */
export type PastState = {
  /** With what became of a cover of so many hours; empty where it is not known. */
  hours(instId: string, hours: number): readonly PastHour[];
  /** Reads it again in a new hour, and while it is short of a year. */
  refresh(db: Db, nowMs: EpochMs): Promise<void>;
};

export function buildPastState(): PastState {
  const known = new Map<string, { readonly hour: number; readonly count: number }>();
  const sums = new Map<string, readonly PastHour[]>();
  return {
    hours: (instId, hours) => sums.get(`${instId} ${hours}`) ?? [],
    async refresh(db, nowMs) {
      const hour = Math.floor(nowMs / HOUR_MS);
      const runningMs = hour * HOUR_MS;
      for (const instId of INSTRUMENTS) {
        const last = known.get(instId);
        if (last?.hour === hour && last.count >= PAST_HOURS) continue;
        // Whole hours alone: what the running one will come to nobody knows.
        const range = { fromMs: runningMs - PAST_HOURS * HOUR_MS, untilMs: runningMs - 1, limit: PAST_HOURS };
        const rows = await listCandles(db, instId, range);
        if (last?.hour === hour && last.count === rows.length) continue;
        known.set(instId, { hour, count: rows.length });
        const candles = rows.map(({ atMs, open, high, low, close }) => ({
          timeMs: atMs,
          open: Number(open),
          high: Number(high),
          low: Number(low),
          close: Number(close),
        }));
        for (const { hours } of PRODUCTS) sums.set(`${instId} ${hours}`, pastHours(candles, hours).slice(-YEAR_HOURS));
      }
    },
  };
}
