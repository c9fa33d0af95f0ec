import { SIDES } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import type { Api } from './apiClient.ts';
import { instId, instant } from './wire.ts';

/** GET /api/market/past: what such a cover would have done. */
export const pastQuery = z.strictObject({
  instId,
  side: z.enum(SIDES),
  policyType: z.string().max(40),
  /** From the price at its beginning to the liquidation price, as a share of the price. */
  distance: z.coerce.number().min(0.0001).max(0.99),
});
export type PastQuery = z.infer<typeof pastQuery>;

const counted = { covers: z.int(), paid: z.int() };
/** One cover begun at each hour of the last year, as far as the hours of it are known: how many would have paid. */
export const pastAnswer = z
  .strictObject({
    ...counted,
    from: instant.nullable(),
    until: instant.nullable(),
    /** The UTC day on which most of those begun would have paid; null: none would have. */
    worst_day: z.strictObject({ day: z.string(), ...counted }).nullable(),
    months: z.array(z.strictObject({ month: z.string(), ...counted })),
  })
  .meta({ id: 'PastCovers' });
export type PastAnswer = z.infer<typeof pastAnswer>;

export const getPast = (api: Api, query: { instId: string; side: string; policyType: string; distance: number }) =>
  api('GET', '/api/market/past', pastAnswer, { query: { ...query, distance: String(query.distance) } });
