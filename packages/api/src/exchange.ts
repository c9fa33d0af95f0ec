import { EXCHANGE_STATES, EXCHANGE_TROUBLES } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import type { Api } from './apiClient.ts';
import { instant } from './wire.ts';

/** GET /api/exchange: how the exchange answers; state and since are null where nobody has looked lately. */
export const exchangeStandingAnswer = z
  .strictObject({
    state: z.enum(EXCHANGE_STATES).nullable(),
    trouble: z.enum(EXCHANGE_TROUBLES).nullable(),
    /** What the exchange calls its maintenance. */
    title: z.string().nullable(),
    since: instant.nullable(),
    /** When it was not up, the newest first, as far as somebody looked. */
    troubles: z.array(
      z.strictObject({
        state: z.enum(EXCHANGE_STATES),
        trouble: z.enum(EXCHANGE_TROUBLES).nullable(),
        from: instant,
        until: instant,
      }),
    ),
  })
  .meta({ id: 'ExchangeStanding' });
export type ExchangeStandingAnswer = z.infer<typeof exchangeStandingAnswer>;

export const getExchange = (api: Api) => api('GET', '/api/exchange', exchangeStandingAnswer);
