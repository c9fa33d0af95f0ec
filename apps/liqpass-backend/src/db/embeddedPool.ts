import type { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import pg from 'pg';

type ClientConfig = ConstructorParameters<typeof pg.Client>[0];
type ConnectCallback = ((error: Error) => void) & ((error: null, client: pg.Client) => void);

/**
 * A pg.Pool over the embedded database, so that driver, row types and error codes are those of PostgreSQL.
 *
 * The adapter as shipped hands every client the same connection object, which breaks after the first failed query and
 * leaves a dropped client's transaction open in the one session there is. Here each client gets a connection object of its
 * own, and closing a client resets the session as a server would: all that DISCARD ALL does but UNLISTEN, which would
 * silence the listeners that do not belong to the client.
 */
export function embeddedPool(lite: PGlite): pg.Pool {
  let tail: Promise<unknown> = lite.waitReady;

  class EmbeddedClient extends pg.Client {
    constructor(config?: ClientConfig) {
      const own = createPgConfig(lite);
      const connection = own.connection as unknown as { parse(query: { types?: unknown }): unknown };
      const parse = connection.parse.bind(connection);
      // An object of type parsers arrives where the protocol wants a list of type ids.
      connection.parse = (query) => parse({ ...query, types: Array.isArray(query.types) ? query.types : undefined });
      super(Object.assign({}, typeof config === 'object' ? config : {}, own));
    }
    override connect(): Promise<pg.Client>;
    override connect(callback: ConnectCallback): void;
    override connect(callback?: ConnectCallback): Promise<pg.Client> {
      const connected = tail.then(() => super.connect()).then(() => this);
      if (callback) connected.then(() => callback(null, this), callback);
      return connected;
    }
    override end(callback?: (error: Error) => void): Promise<void> {
      tail = tail
        .then(() => lite.exec('rollback'))
        .then(() =>
          lite.exec(
            'close all; set session authorization default; reset all; deallocate all; select pg_advisory_unlock_all(); discard temp',
          ),
        )
        // A closed database has no session left to reset.
        .catch(() => undefined);
      const ended = tail.then(() => super.end());
      if (callback) ended.then(() => callback(undefined as unknown as Error), callback);
      return ended;
    }
  }
  // One session, so one client: whoever asks for a second inside a transaction would wait for ever, and gets an error instead.
  return new pg.Pool({
    Client: EmbeddedClient as unknown as typeof pg.Client,
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 15_000,
  } as pg.PoolConfig);
}
