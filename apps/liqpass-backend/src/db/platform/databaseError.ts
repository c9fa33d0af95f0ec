import { LiqPassError } from '@liqpass/api/errors';

/** SQLSTATE or system code of what a driver threw; undefined when it has none. By its shape, never by its class: both engines have one. */
export function databaseErrorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** Whether a unique index or constraint refused a row: which one, by name. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  return (
    databaseErrorCode(error) === '23505' &&
    typeof error === 'object' &&
    error !== null &&
    'constraint' in error &&
    error.constraint === constraint
  );
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: lost connections, server shutting down, too many clients, out of disk; and what the socket says. */
const UNAVAILABLE = /^(08...|57P0[1-5]|53...|25P03|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)$/;
const UNAVAILABLE_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|Cannot use a pool after calling end|terminating connection)/;

/** read_only_sql_transaction: a standby, or a server that was told to take no writes. */
export const READ_ONLY = '25006';
/** The database answers, and takes no writes. */
export class DatabaseIsReadOnly extends Error {
  override readonly name = 'DatabaseIsReadOnly';
  readonly code = READ_ONLY;
  constructor() {
    super('the database takes no writes');
  }
}

/** DATABASE_UNAVAILABLE for a database that cannot be reached now or takes no writes, VALIDATION_FAILED for text it cannot hold; null for anything else. */
export function classifyDatabaseError(error: unknown): LiqPassError | null {
  const code = databaseErrorCode(error);
  // character_not_in_repertoire, untranslatable_character: text may hold NUL in JSON, but not in PostgreSQL.
  if (code === '22021' || code === '22P05')
    return new LiqPassError('VALIDATION_FAILED', 'A text holds a character that cannot be kept (NUL): leave it out.', {
      cause: error,
    });
  if (code === READ_ONLY)
    return new LiqPassError(
      'DATABASE_UNAVAILABLE',
      'The database takes no writes right now. Nothing was written; try again in a moment.',
      { cause: error },
    );
  const lost =
    (code !== undefined && UNAVAILABLE.test(code)) ||
    (error instanceof Error && UNAVAILABLE_MESSAGES.test(error.message));
  return lost
    ? new LiqPassError(
        'DATABASE_UNAVAILABLE',
        'The database does not answer right now. Nothing was written; try again in a moment.',
        { cause: error },
      )
    : null;
}
