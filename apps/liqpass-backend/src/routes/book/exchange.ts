import { exchangeStandingAnswer } from '@liqpass/api/exchange';
import { EXCHANGE_STATES } from '@liqpass/kernel/vocabulary';
import type { Server } from '@liqpass/service/server';
import { Gauge, type Registry } from 'prom-client';
import type { BookContext } from '../../services/book/bookContext.ts';
import { readExchange } from '../../services/book/exchange.ts';

/** How the exchange is, for whoever waits for it. */
export function exchangeRoutes(app: Server, ctx: BookContext): void {
  app.get(
    '/api/exchange',
    {
      schema: {
        tags: ['quotes'],
        summary: 'How the exchange answers now, and its trouble lately',
        response: { 200: exchangeStandingAnswer },
      },
    },
    () => readExchange(ctx),
  );
}

/** 1 for the state it is in; all 0 where nobody has looked lately. */
export function measureExchange(registry: Registry, ctx: Pick<BookContext, 'exchange' | 'clock'>): void {
  new Gauge({
    name: 'liqpass_exchange_state',
    help: 'How the exchange answers: 1 for the state it is in, 0 for the others; all 0 where that is not known',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const now = ctx.exchange.stateAt(ctx.clock.now());
      for (const state of EXCHANGE_STATES) this.set({ state }, state === now ? 1 : 0);
    },
  });
}
