import { systemClock, type Clock } from '@liqpass/kernel/time';
import type { Logger } from 'pino';
import { buildApp } from './app.ts';
import type { Config } from './config.ts';
import { openDatabase, type Database } from './db/database.ts';
import { migrateToLatest } from './db/migrate.ts';
import { openQueue } from './jobs/queue.ts';
import { startUpkeep } from './jobs/upkeep.ts';
import { buildMetrics } from './routes/operations.ts';
import { buildChanges } from './services/changes.ts';
import type { Context } from './services/context.ts';
import { jpVerifyClient } from './services/jpVerifyClient.ts';
import { verifyClaim } from './services/verifyClaim.ts';

export type Backend = { readonly ctx: Context; readonly address: string; stop(): Promise<void> };

/** Opens the database, brings it up to date, takes up the jobs that are there, and listens. */
export async function startBackend(
  config: Config,
  log: Logger,
  clock: Clock = systemClock,
  opened?: Database,
): Promise<Backend> {
  const database = opened ?? (await openDatabase(config.databaseUrl, log));
  try {
    await migrateToLatest(database.db);
    const queue = await openQueue(database, clock, log);
    const ctx: Context = {
      database,
      db: database.db,
      clock,
      log,
      jobs: queue,
      jpVerify: jpVerifyClient(config.jpVerifyBaseUrl, config.jpVerifyApiKey),
      changes: buildChanges(),
      settings: config,
    };
    const metrics = buildMetrics(ctx, queue);
    const app = await buildApp(ctx, { internal: config.internalKeys, admin: config.adminKeys }, queue, metrics);
    await queue.work(async (claimId) => {
      const startedMs = performance.now();
      await verifyClaim(ctx, claimId);
      metrics.observeVerification((performance.now() - startedMs) / 1000);
    });
    const stopUpkeep = startUpkeep(ctx);
    const address = await app.listen({ port: config.port, host: config.host });
    return {
      ctx,
      address,
      async stop() {
        stopUpkeep();
        await app.close();
        await queue.stop();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
