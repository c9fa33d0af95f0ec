import pg from 'pg';

/** What pg keeps of how an answer's columns are called, and how each is read. */
type Shape = { fields: unknown; _parsers: unknown; _prebuiltEmptyResultObject: unknown };
/** What pg's queries have beside what its types tell. */
type Inside = {
  prepare(connection: pg.Connection): void;
  handleRowDescription(message: unknown): void;
  _result: Shape;
  _accumulateRows: boolean;
};
const pgQuery = pg.Query.prototype as unknown as Inside;

/** The shapes of a connection's prepared statements, by name; and the connection as one that leaves out the question for them. */
type Known = { readonly shapes: Map<string, Shape>; readonly quiet: pg.Connection };
const known = new WeakMap<pg.Connection, Known>();

function knownOf(connection: pg.Connection): Known {
  let found = known.get(connection);
  if (!found) {
    const quiet = Object.create(connection, { describe: { value: () => undefined } }) as pg.Connection;
    known.set(connection, (found = { shapes: new Map(), quiet }));
  }
  return found;
}

/**
 * A prepared statement that asks once on each connection what the columns of its answer are, not at each run: while it is prepared they stay
 * (PostgreSQL refuses to run it once they would change). Of a claim or an order that is two kilobytes, more than the row, which
 * the server writes and pg reads each time.
 */
export class PreparedQuery extends pg.Query {
  readonly #name: string;
  #shapes: Known['shapes'] | null = null;

  constructor(
    config: { name: string; text: string; values: unknown[] },
    callback: (error: Error | undefined, result: pg.QueryResult) => void,
  ) {
    super(config, undefined, callback);
    this.#name = config.name;
  }

  prepare(connection: pg.Connection): void {
    const { shapes, quiet } = knownOf(connection);
    const shape = shapes.get(this.#name);
    if (!shape) {
      this.#shapes = shapes;
      pgQuery.prepare.call(this, connection);
      return;
    }
    const inside = this as unknown as Inside;
    Object.assign(inside._result, shape);
    inside._accumulateRows = true;
    pgQuery.prepare.call(this, quiet);
  }

  handleRowDescription(message: unknown): void {
    pgQuery.handleRowDescription.call(this, message);
    const { fields, _parsers, _prebuiltEmptyResultObject } = (this as unknown as Inside)._result;
    this.#shapes?.set(this.#name, { fields, _parsers, _prebuiltEmptyResultObject });
  }
}
