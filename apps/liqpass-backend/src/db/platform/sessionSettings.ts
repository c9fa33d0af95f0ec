import type pg from 'pg';

/**
 * What each session is set to, whatever role, database or server were set to before: or a date is read the other way round, and
 * tables are looked for elsewhere. A pooler keeps these for each of its clients (PgBouncer does), since PostgreSQL reports them.
 */
const REPORTED = {
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  standard_conforming_strings: 'on',
} as const;
/**
 * What a pooler in transaction mode would set for whoever has the same connection next: there it is the role's to have
 * (`alter role … set …`). A statement that hangs must not hold its connection for ever; verbs take milliseconds.
 */
const OWN = {
  search_path: 'public',
  default_transaction_isolation: 'read committed',
  bytea_output: 'hex',
  IntervalStyle: 'postgres',
  statement_timeout: '30000',
  idle_in_transaction_session_timeout: '30000',
} as const;

const set = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `set_config('${name}', '${value}', false)`)
    .join(', ');

/** Connections whose session changes from one transaction to the next: nothing that is prepared or set on them stays. */
const shared = new WeakSet<pg.ClientBase>();

/** Whether a pooler gives this connection's transactions to any session of the server that is free. */
export const isShared = (client: pg.ClientBase): boolean => shared.has(client);

/**
 * Sets a new connection to a server. Nothing of it is a startup parameter, which poolers refuse. A pooler that shares sessions is
 * known by the process id that it greets with: it is not the one that answers.
 */
export async function setSession(client: pg.ClientBase): Promise<void> {
  const greeted = 'processID' in client ? Number(client.processID) : 0;
  const { rows } = await client.query<{ own: boolean }>(
    `select pg_backend_pid() = ${greeted} as own, ${set(REPORTED)}`,
  );
  if (rows[0]?.own === true) await client.query(`select ${set(OWN)}`);
  else shared.add(client);
}
