import type { EpochMs } from '@liqpass/kernel/time';
import type { ExchangeState } from '@liqpass/kernel/vocabulary';
import { listExchangeIntervals, type ExchangeInterval } from '../../db/book/exchangeRepo.ts';
import type { Db } from '../../db/platform/database.ts';
import { SAYS_FOR_MS } from '../../domain/book/exchangeHealth.ts';

/** How the exchange is, as this process last read it from the database: selling and claiming ask without a query. */
export type ExchangeStanding = {
  /** The interval that goes on at `nowMs`; null where nobody has looked lately. */
  at(nowMs: EpochMs): ExchangeInterval | null;
  stateAt(nowMs: EpochMs): ExchangeState | null;
  refresh(db: Db): Promise<void>;
};

export function buildExchangeStanding(): ExchangeStanding {
  let last: ExchangeInterval | null = null;
  const at: ExchangeStanding['at'] = (nowMs) =>
    last !== null && Math.abs(nowMs - last.untilMs) <= SAYS_FOR_MS ? last : null;
  return {
    at,
    stateAt: (nowMs) => at(nowMs)?.state ?? null,
    async refresh(db) {
      [last = null] = await listExchangeIntervals(db, { limit: 1, onlyTrouble: false });
    },
  };
}
