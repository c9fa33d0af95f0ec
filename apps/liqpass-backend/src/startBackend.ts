import { systemClock, type Clock } from '@liqpass/kernel/time';
import { ConfigError } from '@liqpass/service/environment';
import { listen } from '@liqpass/service/listen';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { buildApp } from './app.ts';
import type { Config } from './config.ts';
import { countClaimsByStatus, COUNTED_AT_MOST } from './db/claimsRepo.ts';
import { keepAttestationKeys, listAttestationKeys } from './db/platform/attestationKeysRepo.ts';
import { keepOperatorChannels } from './db/watch/channelsRepo.ts';
import { explainConnection } from './db/platform/databaseAddress.ts';
import { databaseErrorCode } from './db/platform/databaseError.ts';
import { openDatabase, type Database } from './db/platform/database.ts';
import { requireFit } from './db/platform/requireFit.ts';
import { migrateToLatest } from './db/platform/migrate.ts';
import { startClaimVerifier } from './jobs/claimVerifier.ts';
import { startLogAppender } from './jobs/log/logAppender.ts';
import { startMarketFeed } from './jobs/book/marketFeed.ts';
import { startBookUpkeep } from './jobs/book/bookUpkeep.ts';
import { startSealer } from './jobs/audit/sealer.ts';
import { startLookout } from './jobs/watch/lookout.ts';
import { startTeller } from './jobs/watch/teller.ts';
import { startTreasuryWatch } from './jobs/treasury/treasuryWatch.ts';
import { liveCapital } from './services/treasury/liveCapital.ts';
import { measureTreasury } from './routes/treasury/treasuryMetrics.ts';
import { measureBook } from './routes/book/bookMetrics.ts';
import { measureExchange } from './routes/book/exchange.ts';
import { startUpkeep } from './jobs/upkeep.ts';
import { buildMetrics } from './routes/platform/operations.ts';
import { beginKeyedStamps } from './services/audit/beginKeyedStamps.ts';
import { attestationClient } from './services/platform/attestationClient.ts';
import { buildChanges } from './services/platform/changes.ts';
import type { Context } from './services/context.ts';
import { vkeysOf } from './services/log/logContext.ts';
import { requireGrownLog } from './services/log/logState.ts';
import { buildMarketFeed } from './services/book/feedMarket.ts';
import { exchangeKeyClient } from './services/people/exchangeKeyClient.ts';
import { jpVerifyClient } from './services/jpVerifyClient.ts';
import { buildExchangeStanding } from './services/book/exchangeStanding.ts';
import { buildMarketState } from './services/book/market.ts';
import { marketClient } from './services/book/marketClient.ts';
import { buildPastState } from './services/book/pastState.ts';
import { quoteSigner } from './services/book/quoteSigner.ts';
import { buildSalesStops } from './services/book/salesStops.ts';
import { seedOperators } from './services/people/operators.ts';
import { checkWaits } from './services/waiting.ts';
import { observeClient } from './services/watch/observeClient.ts';
import { payeeChecks } from './services/treasury/payeeChecks.ts';
import { openWatch } from './services/treasury/openWatch.ts';
import type { Verifications } from './services/hallContext.ts';
import { buildVerifications } from './services/verifications.ts';
import { walletSignatureClient } from './services/people/walletSignatureClient.ts';

export type Backend = { readonly ctx: Context; readonly address: string; stop(): Promise<void> };

/** An orderly stop has its jobs ended, or given back to be taken up again, by then; the rest of the 15 s is for the database. */
const STOP_JOBS_WITHIN_MS = 11_000;

/** Opens the database, brings it up to date, takes up the jobs that are there, and listens. */
export async function startBackend(
  config: Config,
  log: Logger,
  clock: Clock = systemClock,
  opened?: Database,
): Promise<Backend> {
  const database = opened ?? (await openDatabase(config.databaseUrl, log));
  try {
    await answers(database, config.databaseUrl, log);
    await requireFit(database);
    await migrateToLatest(database.db);
    for (const name of config.shortKeys)
      log.warn(`${name} holds a key of fewer than 16 characters: fit for trying, not for money`);
    if (config.auditKeys.length === 0)
      log.warn('AUDIT_KEY is not set: whoever may write to the database can put in audit rows that check as ours');
    if (config.underwriting.quoteSigningKey === null)
      log.warn('QUOTE_SIGNING_KEY is not set: quotes are signed with a key made at this start');
    if (config.publicLog !== null) {
      await requireGrownLog(database, config.publicLog);
      log.info(
        { vkey: vkeysOf(config.publicLog)[0] },
        'the public log is signed with this key: give it to people elsewhere',
      );
    }
    const attestations = attestationClient({
      baseUrl: config.jpVerifyBaseUrl,
      apiKey: config.jpVerifyApiKey,
      pinned: config.attestationPublicKeys,
      store: {
        load: () => listAttestationKeys(database.db, config.jpVerifyBaseUrl),
        keep: (keys) => keepAttestationKeys(database.db, config.jpVerifyBaseUrl, keys, clock.now()),
      },
      log,
      now: () => clock.now(),
    });
    const stops = buildSalesStops();
    const live = config.watch === null ? null : liveCapital(config.underwriting, stops);
    const world: Omit<Context, 'verifications'> = {
      database,
      db: database.db,
      clock,
      log,
      jpVerify: jpVerifyClient(config.jpVerifyBaseUrl, config.jpVerifyApiKey, attestations),
      exchangeKeys: exchangeKeyClient(config.jpVerifyBaseUrl, config.jpVerifyApiKey, attestations),
      attestations,
      wallets: walletSignatureClient(config.people.rpcUrls),
      payees: payeeChecks(config.watch?.rpcUrls ?? config.people.rpcUrls, config.chain.usdc),
      changes: buildChanges(),
      market: buildMarketState(),
      past: buildPastState(),
      marketClient: marketClient(config.jpVerifyBaseUrl, config.jpVerifyApiKey),
      quoteSigner: quoteSigner(config.underwriting.quoteSigningKey, config.chain.chainId),
      sales: live?.sales ?? stops,
      exchange: buildExchangeStanding(),
      settings: live === null ? config : { ...config, underwriting: live.underwriting },
      watch: openWatch(config),
      observe: observeClient(config.jpVerifyBaseUrl, config.jpVerifyApiKey),
    };
    const metrics = buildMetrics(
      { depth: () => verifications.depth() },
      { atMost: COUNTED_AT_MOST, count: () => countClaimsByStatus(world.db) },
    );
    const backstage = { ...world, db: database.background.db };
    const verifications: Verifications = buildVerifications(backstage, (seconds, to) =>
      metrics.observeVerification(seconds, to),
    );
    const ctx: Context = { ...world, verifications };
    const background: Context = { ...backstage, verifications };
    await beginKeyedStamps(ctx);
    await seedOperators(ctx);
    await keepOperatorChannels(
      ctx.db,
      config.telling.operators.map((channel) => ({ ...channel, id: randomUUID() })),
      clock.now(),
    );
    const app = await buildApp(
      ctx,
      { internal: config.internalKeys, admin: config.adminKeys },
      metrics,
      config.role,
      config.simulatedExchange,
    );
    // Who serves pages alone asks about what is filed there, and leaves the rest to others.
    const stopClaimVerifier = config.role === 'web' ? async (): Promise<void> => {} : startClaimVerifier(background);
    const stopLookout = config.role === 'web' ? null : startLookout(background);
    const stopTeller = config.role === 'web' ? null : startTeller(background);
    const stopUpkeep = startUpkeep(background);
    const stopSealer = startSealer(background);
    const stopLog = config.publicLog === null ? async () => undefined : startLogAppender(background, config.publicLog);
    const stopBookUpkeep = startBookUpkeep(background, () => checkWaits(background));
    const stopMarketFeed = startMarketFeed(background, buildMarketFeed(ctx.marketClient));
    const { watch } = background;
    const stopTreasuryWatch =
      watch === null || live === null
        ? null
        : startTreasuryWatch({ ...background, watch }, { reads: config.role !== 'web', live });
    measureExchange(metrics.registry, ctx);
    measureBook(metrics.registry, ctx);
    if (watch !== null) measureTreasury(metrics.registry, { ...ctx, watch });
    const address = await listen(app, config);
    return {
      ctx,
      address,
      async stop() {
        const startedMs = performance.now();
        ctx.changes.stop();
        stopUpkeep();
        await stopBookUpkeep();
        await stopMarketFeed();
        await stopTreasuryWatch?.();
        await stopLookout?.();
        await stopTeller?.();
        await app.close();
        await stopClaimVerifier();
        await verifications.stop(STOP_JOBS_WITHIN_MS - (performance.now() - startedMs));
        // Last, so that what the others wrote is sealed too.
        await stopSealer();
        await stopLog();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** PostgreSQL starts, recovers or stops (cannot_connect_now): it will answer, or say why not. */
const NOT_NOW = '57P03';
const COMES_UP_WITHIN_MS = 60_000;

/**
 * A database that cannot be reached is a wrong DATABASE_URL, as far as whoever starts the backend can tell; one that is coming up,
 * as after a crash that took both down, is waited for.
 */
async function answers(database: Database, url: string, log: Logger): Promise<void> {
  for (const deadlineMs = performance.now() + COMES_UP_WITHIN_MS; ; await pause(250)) {
    try {
      await database.ping();
      return;
    } catch (cause) {
      const code = cause instanceof Error ? databaseErrorCode(cause) : null;
      if (code === NOT_NOW && performance.now() < deadlineMs) {
        log.info('the database is coming up');
        continue;
      }
      throw new ConfigError(`DATABASE_URL: ${explainConnection(url, cause)}`, { cause });
    }
  }
}
