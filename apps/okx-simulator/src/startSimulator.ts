import { listen } from '@liqpass/service/listen';
import type { FastifyBaseLogger } from 'fastify';
import { buildSimulator } from './app.ts';
import type { Config } from './config.ts';

/** How often the marks are held against positions while nobody asks. */
const LOOK_EVERY_MS = 1_000;

/** Takes up the journal and listens. */
export async function startSimulator(
  config: Config,
  logger: FastifyBaseLogger,
): Promise<{ address: string; stop(): Promise<void> }> {
  const { app, simulator } = await buildSimulator({ ...config, logger });
  const looking = setInterval(() => {
    try {
      simulator.catchUp();
    } catch (error) {
      logger.error({ err: error }, 'the marks could not be looked at');
    }
  }, LOOK_EVERY_MS);
  const address = await listen(app, config);
  return {
    address,
    async stop() {
      clearInterval(looking);
      await app.close();
    },
  };
}
