import { SECOND_MS } from '@liqpass/kernel/time';
import type { Side } from '@liqpass/kernel/vocabulary';
import type { Db } from '../../db/platform/database.ts';
import { listSalesStops, type SalesStop } from '../../db/book/salesRepo.ts';

/** How often a process reads the stops that another one set. */
export const STOPS_EVERY_MS = 5 * SECOND_MS;

/** What is asked to be sold; null where it is not known yet. */
export type Sale = { readonly policyType: string; readonly instId: string | null; readonly side: Side | null };

/** The operators' stops as this process last read them: the plain way to buy asks without a query. */
export type SalesStops = {
  /** The stop that covers a sale; null when there is none. A stop of one instrument or side does not cover a sale without one. */
  covering(sale: Sale): SalesStop | null;
  list(): readonly SalesStop[];
  refresh(db: Db): Promise<void>;
};

export function buildSalesStops(): SalesStops {
  let stops: readonly SalesStop[] = [];
  return {
    covering: (sale) =>
      stops.find(
        (stop) =>
          (stop.policyType === null || stop.policyType === sale.policyType) &&
          (stop.instId === null || stop.instId === sale.instId) &&
          (stop.side === null || stop.side === sale.side),
      ) ?? null,
    list: () => stops,
    async refresh(db) {
      stops = await listSalesStops(db);
    },
  };
}
