import type { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { EmbeddedSocket } from './embeddedSocket.ts';

type ClientConfig = ConstructorParameters<typeof pg.Client>[0];
type ConnectCallback = ((error: Error) => void) & ((error: null, client: pg.Client) => void);

/**
 * A pg.Pool over the embedded database, so that driver, row types and error codes are those of PostgreSQL.
 *
 * The adapter that comes with it was left: it hands every client the same connection object, which breaks after the first
 * failed query, leaves a dropped client's transaction open, and enters the database four times a statement where once is
 * enough. Closing a client resets the one session there is, as a server would.
 */
export function embeddedPool(lite: PGlite): pg.Pool {
  let tail: Promise<unknown> = lite.waitReady;

  class EmbeddedClient extends pg.Client {
    constructor(config?: ClientConfig) {
      super({
        ...(typeof config === 'object' ? config : {}),
        stream: () => new EmbeddedSocket(lite),
        ssl: false,
      });
    }
    override connect(): Promise<pg.Client>;
    override connect(callback: ConnectCallback): void;
    override connect(callback?: ConnectCallback): Promise<pg.Client> {
      const connected = tail.then(() => super.connect()).then(() => this);
      if (callback) connected.then(() => callback(null, this), callback);
      return connected;
    }
    override end(callback?: (error: Error) => void): Promise<void> {
      // Cut first, so that no statement it still had waiting comes after the rollback.
      const cut = super.end();
      const ended = tail
        .then(() => cut)
        .then(() => lite.exec('rollback'))
        .then(() => lite.exec('discard all'))
        // A closed database has no session left to reset.
        .then(
          () => undefined,
          () => undefined,
        );
      tail = ended;
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
