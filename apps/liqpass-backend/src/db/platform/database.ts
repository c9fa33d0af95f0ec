import { PGlite } from '@electric-sql/pglite';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kysely } from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';
import { Dialect } from './dialect.ts';
import { lockDirectory } from './directoryLock.ts';
import { DatabaseIsReadOnly } from './databaseError.ts';
import { embeddedPool } from './embeddedPool.ts';
import { prepareStatements } from './preparedStatements.ts';
import { setSession } from './sessionSettings.ts';
import type { Tables } from './tables.ts';

/** A connection or a transaction: what every repository function takes first. */
export type Db = Kysely<Tables>;

export type Database = {
  db: Db;
  pool: pg.Pool;
  /**
   * For what nobody waits for: jobs, sealing, upkeep. On a server it has a few connections of its own, so that a burst of verdicts
   * takes turns with itself and no request queues behind it; the embedded database has one session for all.
   */
  background: { readonly db: Db; readonly pool: pg.Pool };
  /** The embedded database; null on a PostgreSQL server. */
  lite: PGlite | null;
  /** Rejects while the database does not answer, or takes no writes. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

const MAINTENANCE_MS = 5 * 60_000;
/** Few enough that requests keep most of two cores, enough that one slow statement does not hold up the verdicts. */
const BACKGROUND_CONNECTIONS = 3;

/**
 * Opens the database: `embedded:<directory>` or `embedded:memory` for PostgreSQL inside this process, else a
 * `postgres://` address. Same driver, same SQL, same error codes on both.
 */
export async function openDatabase(url: string, log: Pick<Logger, 'warn'>, poolSize = 10): Promise<Database> {
  return url.startsWith('embedded:')
    ? openEmbedded(url.slice('embedded:'.length), log)
    : openServer(url, log, poolSize);
}

function openServer(url: string, log: Pick<Logger, 'warn'>, poolSize: number): Database {
  const connect = (max: number, connectionTimeoutMillis: number): pg.Pool =>
    new pg.Pool({
      connectionString: url,
      max,
      connectionTimeoutMillis,
      keepAlive: true,
      // Waited for by the pool; its types don't say so.
      onConnect: (client): unknown => setSession(client),
    });
  const pool = connect(poolSize, 10_000);
  // What takes turns may wait longer.
  const background = connect(BACKGROUND_CONNECTIONS, 60_000);
  return assemble(pool, background, null, log, async () => {
    await Promise.all([pool.end(), background.end()]);
  });
}

/** Opens the embedded database; in memory it may begin as an image of another (PGlite's dumpDataDir). */
export async function openEmbedded(directory: string, log: Pick<Logger, 'warn'>, image?: Blob): Promise<Database> {
  const unlock = directory === 'memory' ? (): void => undefined : lockDirectory(directory);
  let lite: PGlite;
  try {
    if (directory !== 'memory') await createIfMissing(directory);
    lite =
      directory === 'memory'
        ? await PGlite.create(image ? { loadDataDir: image } : {})
        : await PGlite.create(directory);
  } catch (error) {
    unlock();
    throw error;
  }
  const pool = embeddedPool(lite);
  // No autovacuum and no automatic checkpoint in a single-process server: without these 18 MB grew to 711 MB.
  const maintenance = setInterval(() => {
    pool
      .query('vacuum (analyze)')
      .then(
        () => pool.query('checkpoint'),
        (error: unknown) => log.warn({ err: error }, 'database maintenance failed'),
      )
      .catch((error: unknown) => log.warn({ err: error }, 'database checkpoint failed'));
  }, MAINTENANCE_MS);
  maintenance.unref();
  return assemble(pool, pool, lite, log, async () => {
    clearInterval(maintenance);
    await pool.end();
    await lite.close();
    unlock();
  });
}

/** Makes the database the first time. It is made beside its place and moved there whole: a kill leaves no half of one. */
async function createIfMissing(directory: string): Promise<void> {
  if (existsSync(join(directory, 'PG_VERSION'))) return;
  const making = `${directory}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  await promisify(execFile)(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, 'createEmbedded.ts'),
    making,
  ]);
  rmSync(directory, { recursive: true, force: true });
  renameSync(making, directory);
}

function assemble(
  pool: pg.Pool,
  backgroundPool: pg.Pool,
  lite: PGlite | null,
  log: Pick<Logger, 'warn'>,
  close: () => Promise<void>,
): Database {
  const readOnly = new WeakSet<pg.ClientBase>();
  for (const each of new Set([pool, backgroundPool])) {
    // An idle connection that the server drops is an event of the pool; without a listener it would end the process.
    each.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
    each.on('connect', (client) => {
      // A connection that is cut between two statements of its user is nobody's query: its next one fails, and the pool drops it.
      client.on('error', (error) => log.warn({ err: error }, 'a database connection was lost'));
      prepareStatements(client, () => void readOnly.add(client));
    });
    // A server that takes no writes any more was a primary: the next connection may lead to the one that is.
    each.on('release', (_error, client) => {
      if (readOnly.has(client)) void client.end();
    });
  }
  const over = (connections: pg.Pool): Db => new Kysely<Tables>({ dialect: new Dialect({ pool: connections }) });
  const db = over(pool);
  return {
    db,
    pool,
    background: { db: backgroundPool === pool ? db : over(backgroundPool), pool: backgroundPool },
    lite,
    ping: async () => {
      const client = await pool.connect();
      let failure: Error | undefined;
      try {
        const { rows } = await client.query<{ answer: string }>(
          "select current_setting('transaction_read_only') as answer",
        );
        if (rows[0]?.answer !== 'off') throw new DatabaseIsReadOnly();
      } catch (error) {
        failure = error instanceof Error ? error : new Error('it failed', { cause: error });
        throw failure;
      } finally {
        client.release(failure);
      }
    },
    close,
  };
}
