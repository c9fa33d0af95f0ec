import { minUsdc, type Usdc } from '@liqpass/kernel/money';
import type { UnderwritingSettings } from '../book/bookContext.ts';
import type { SalesStops } from '../book/salesStops.ts';

/** What the book may sell against, as the chain last showed it. */
export type LiveCapital = {
  readonly underwriting: UnderwritingSettings;
  readonly sales: SalesStops;
  set(now: { capital: Usdc | null; differs: boolean }, atMs: number): void;
};

/**
 * The limits of the book follow the treasury's balance, never above a capital that an operator named; and nothing is sold
 * while the books differ from the chain.
 */
export function liveCapital(settings: UnderwritingSettings, stops: SalesStops): LiveCapital {
  let capital: Usdc | null = null;
  let differsSinceMs: number | null = null;
  return {
    underwriting: {
      ...settings,
      get capital() {
        if (capital === null) return settings.capital;
        return settings.countsEveryOrder ? minUsdc(settings.capital, capital) : capital;
      },
    },
    sales: {
      covering: (sale) =>
        differsSinceMs === null
          ? stops.covering(sale)
          : {
              policyType: null,
              instId: null,
              side: null,
              reason: 'TREASURY_DIFFERENCE: the books differ from the chain',
              by: 'chain',
              atMs: differsSinceMs,
            },
      list: () => stops.list(),
      refresh: (db) => stops.refresh(db),
    },
    set(now, atMs) {
      capital = now.capital;
      differsSinceMs = now.differs ? (differsSinceMs ?? atMs) : null;
    },
  };
}
