import { createHash } from 'node:crypto';
import type pg from 'pg';
import { databaseErrorCode, READ_ONLY } from './databaseError.ts';
import { PreparedQuery } from './preparedQuery.ts';
import { isShared } from './sessionSettings.ts';

/** Texts that are given a name: the product has about a hundred, and text made up on the fly must not fill the server's memory. */
const MOST_NAMES = 500;
const names = new Map<string, string>();
/** Part of every name: raised when a migration made what was prepared unusable, so that everything is prepared anew. */
let generation = 0;

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST_NAMES) return known;
  const name = `${generation}_${createHash('sha1').update(text).digest('base64url')}`;
  names.set(text, name);
  return name;
}

/** A text without values may hold several statements, which cannot be prepared: one that begins as a query and has no second is one. */
const ONE_QUERY = /^\s*(?:select|with)\b[^;]*$/i;
/** "cached plan must not change result type": another process has added a column since. */
const FEATURE_NOT_SUPPORTED = '0A000';

type Result = pg.QueryResult;
type Query = (config: { text: string; values: unknown[] }) => Promise<Result>;

/**
 * Has every statement with parameters prepared once on each connection: parsing and planning a guarded UPDATE with its audit
 * row costs more than doing it (measured: loops/s +40 % on PostgreSQL, +80 % embedded). Behind a pooler that shares sessions nothing
 * is: older ones lose what was prepared (PgBouncer before 1.21), newer ones keep it by its text, so that what a migration made
 * unusable would stay so. `onReadOnly` is told of a server that takes no writes.
 */
export function prepareStatements(client: pg.Client, onReadOnly: () => void): void {
  const query = client.query.bind(client) as unknown as Query & ((...args: unknown[]) => unknown);

  const run = (name: string, text: string, values: unknown[]): Promise<Result> =>
    new Promise((resolve, reject) => {
      query(new PreparedQuery({ name, text, values }, (error, result) => (error ? reject(error) : resolve(result))));
    });

  async function prepared(text: string, values: unknown[]): Promise<Result> {
    const name = isShared(client) ? undefined : nameOf(text);
    try {
      return await (name === undefined ? query({ text, values }) : run(name, text, values));
    } catch (error) {
      // From here it leads back to whoever asked, as pg's own errors do.
      if (error instanceof Error) Error.captureStackTrace(error);
      if (databaseErrorCode(error) === READ_ONLY) onReadOnly();
      if (name === undefined || databaseErrorCode(error) !== FEATURE_NOT_SUPPORTED) throw error;
      if (names.get(text) === name) {
        generation += 1;
        names.clear();
      }
      // Inside a transaction the error has ended it: the caller's next try is prepared anew.
      if (client.getTransactionStatus() !== 'I') throw error;
      return query({ text, values });
    }
  }

  type Callback = (error: unknown, result?: Result) => void;
  const overridden = (...args: unknown[]): unknown => {
    const [text, values, callback] = args as [unknown, unknown, Callback | undefined];
    if (typeof text !== 'string' || !Array.isArray(values)) return query(...args);
    if (values.length === 0 && !ONE_QUERY.test(text)) return query(...args);
    const result = prepared(text, values);
    if (!callback) return result;
    // Outside the promise chain, so that what the callback throws is not taken for the query's failure.
    result.then(
      (answer) => process.nextTick(callback, null, answer),
      (error: unknown) => process.nextTick(callback, error),
    );
    return undefined;
  };
  client.query = overridden as typeof client.query;
}
