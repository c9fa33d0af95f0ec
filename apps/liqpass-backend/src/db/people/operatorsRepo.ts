import type { EpochMs } from '@liqpass/kernel/time';
import type { OperatorRole } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import { auditFrom, type AuditEntry } from '../audit/auditRepo.ts';
import type { Db } from '../platform/database.ts';
import { violatesUnique } from '../platform/databaseError.ts';

export type OperatorRow = {
  readonly address: string;
  readonly name: string;
  readonly role: OperatorRole;
  readonly addedBy: string;
  readonly createdAtMs: EpochMs;
};

export async function listOperators(db: Db): Promise<OperatorRow[]> {
  const rows = await db
    .selectFrom('operators')
    .selectAll()
    .where('removed_at', 'is', null)
    .orderBy('created_at')
    .orderBy('address')
    .execute();
  return rows.map((row) => ({
    address: row.address,
    name: row.name,
    role: row.role,
    addedBy: row.added_by,
    createdAtMs: row.created_at.getTime(),
  }));
}

export async function isOperator(db: Db, address: string): Promise<boolean> {
  const row = await db
    .selectFrom('operators')
    .select('address')
    .where('address', '=', address)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether an operator has, or had, this name (as personOf() gives it) or this wallet. */
export async function isOperatorsName(db: Db, person: string): Promise<boolean> {
  const { rows } = await sql<{ known: boolean }>`
    select exists (select from operators where lower(btrim(name)) = ${person} or lower(address) = ${person}) as known`.execute(
    db,
  );
  return rows[0]?.known === true;
}

/** Makes changes of the list wait for each other until the transaction ends, so that two admins don't remove each other at once. */
export async function lockOperators(trx: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('liqpass operators', 0))`.execute(trx);
}

const otherAdmins = (address: string) =>
  sql`(select count(*) from operators o where o.removed_at is null and o.role = 'admin' and o.address <> ${address})`;

/** Adds an operator, or changes its role and name; throws where the name is another's. `keepAdmin`: the last admin keeps the role. */
export async function putOperator(
  db: Db,
  operator: { address: string; role: OperatorRole; name: string },
  keepAdmin: boolean,
  entry: AuditEntry,
): Promise<'put' | 'last_admin'> {
  const now = new Date(entry.atMs);
  const { address, role, name } = operator;
  const guard =
    keepAdmin && role !== 'admin'
      ? sql`where operators.role <> 'admin' or operators.removed_at is not null or ${otherAdmins(address)} > 0`
      : sql``;
  const { rows } = await sql<{ id: string }>`
      with before as (select role from operators where address = ${address} and removed_at is null),
      moved as (
        insert into operators (address, name, role, added_by, created_at, updated_at)
        values (${address}, ${name}, ${role}, ${entry.actor.name}, ${now}, ${now})
        on conflict (address) do update set role = excluded.role, name = excluded.name, updated_at = excluded.updated_at, removed_at = null
          ${guard}
        returning address as id, (select role from before) as from_status, role as to_status
      ), noted as (${auditFrom('moved', entry)})
      select id from moved`.execute(db);
  return rows.length === 1 ? 'put' : 'last_admin';
}

/** Whether `error` says that a name is, or was, another operator's. */
export const isNameTaken = (error: unknown): boolean => violatesUnique(error, 'operators_name_key');

/** Takes an operator off the list; its row, and so its name, stays taken. */
export async function removeOperator(
  db: Db,
  address: string,
  keepAdmin: boolean,
  entry: AuditEntry,
): Promise<'removed' | 'unknown' | 'last_admin'> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ known: boolean; removed: boolean }>`
    with moved as (
      update operators set removed_at = ${now}, updated_at = ${now}
      where address = ${address} and removed_at is null
        ${keepAdmin ? sql`and (role <> 'admin' or ${otherAdmins(address)} > 0)` : sql``}
      returning address as id, role as from_status, null::text as to_status
    ), noted as (${auditFrom('moved', entry)})
    select exists (select from operators where address = ${address} and removed_at is null) as known,
      exists (select from moved) as removed`.execute(db);
  const row = rows[0];
  if (row?.removed) return 'removed';
  return row?.known ? 'last_admin' : 'unknown';
}

/** Writes the first operators, where they have never been; one that was removed stays removed. */
export async function seedOperator(
  db: Db,
  operator: { address: string; role: OperatorRole; name: string },
  entry: AuditEntry,
): Promise<void> {
  const now = new Date(entry.atMs);
  await sql`
    with moved as (
      insert into operators (address, name, role, added_by, created_at, updated_at)
      values (${operator.address}, ${operator.name}, ${operator.role}, ${entry.actor.name}, ${now}, ${now})
      on conflict do nothing
      returning address as id, null::text as from_status, role as to_status
    )
    ${auditFrom('moved', entry)}`.execute(db);
}
