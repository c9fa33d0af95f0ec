import { systemClock, type Clock } from '@liqpass/kernel/time';
import { buildServer, type Server } from '@liqpass/service/server';
import type { FastifyBaseLogger } from 'fastify';
import { controlRoutes } from './control/controlRoutes.ts';
import { openJournal } from './journal.ts';
import { serveLiquidationFeed } from './okx/liquidationFeed.ts';
import { OKX_PREFIX, okxRoutes } from './okx/okxRoutes.ts';
import { playRoutes, type Trial } from './play/playRoutes.ts';
import { openSimulator, type DefaultKey, type Simulator } from './simulator.ts';

export type SimulatorContext = {
  readonly logger: FastifyBaseLogger;
  readonly defaultKey: DefaultKey;
  readonly clock?: Clock;
  /** Of the made-up market. */
  readonly seed?: string;
  /** Where commands are kept; null: nowhere. */
  readonly journalPath?: string | null;
  readonly trial?: Trial;
  /** Whether the exchange counts requests; false where a test asks more in a second than a person would. */
  readonly limitsRates?: boolean;
};

/** Recordings come whole in a request. */
const BODY_LIMIT = 4 * 1024 * 1024;

/** The exchange with its API and its control, not listening. Closing the server closes the journal. */
export async function buildSimulator(context: SimulatorContext): Promise<{ app: Server; simulator: Simulator }> {
  const journal = openJournal(context.journalPath ?? null);
  const simulator = openSimulator(context.clock ?? systemClock, context.seed ?? 'liqpass', journal, context.defaultKey);
  const app = await buildServer({
    name: 'okx-simulator',
    version: '0.1.0',
    description: 'An exchange to try and test against. Not OKX, and no money in it.',
    logger: context.logger,
    bodyLimit: BODY_LIMIT,
  });
  app.addHook('onClose', async () => journal.close());
  const endFeed = serveLiquidationFeed(app.server, simulator);
  app.addHook('preClose', async () => endFeed());
  app.get('/healthz', { schema: { hide: true } }, async () => ({ ok: true }));
  await app.register(playRoutes);
  await app.register(controlRoutes(simulator, context.trial ?? { shop: null, operatorKey: null }), {
    prefix: '/control',
  });
  await app.register(okxRoutes(simulator, context.limitsRates ?? true), { prefix: OKX_PREFIX });
  return { app, simulator };
}
