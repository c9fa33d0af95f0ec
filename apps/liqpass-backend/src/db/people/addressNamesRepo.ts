import type { EpochMs } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import { auditFrom, type AuditEntry } from '../audit/auditRepo.ts';
import type { Db } from '../platform/database.ts';

export type AddressName = {
  readonly address: string;
  readonly name: string;
  readonly by: string;
  readonly updatedAtMs: EpochMs;
};
/** Where a page of names begins: after this one. */
export type NameCursor = { readonly name: string; readonly address: string };

type Row = { address: string; name: string; by_name: string; updated_at: Date };
const toName = (row: Row): AddressName => ({
  address: row.address,
  name: row.name,
  by: row.by_name,
  updatedAtMs: row.updated_at.getTime(),
});

/** Gives an address a name, or another one; named as it is already, it changes nothing and leaves no row. */
export async function putAddressName(db: Db, address: string, name: string, entry: AuditEntry): Promise<AddressName> {
  const now = new Date(entry.atMs);
  await sql`
    with before as (select name from address_names where address = ${address}),
    moved as (
      insert into address_names (address, name, by_name, updated_at) values (${address}, ${name}, ${entry.actor.name}, ${now})
      on conflict (address) do update set name = excluded.name, by_name = excluded.by_name, updated_at = excluded.updated_at
        where address_names.name <> excluded.name
      returning address as id, (select name from before) as from_status, name as to_status
    )
    ${auditFrom('moved', entry)}`.execute(db);
  const row = await db.selectFrom('address_names').selectAll().where('address', '=', address).executeTakeFirst();
  // Forgotten by somebody in the same moment: it had the name that was given.
  return row ? toName(row) : { address, name, by: entry.actor.name, updatedAtMs: entry.atMs };
}

/** Takes an address's name away; the audit trail keeps it. */
export async function forgetAddressName(db: Db, address: string, entry: AuditEntry): Promise<void> {
  await sql`
    with moved as (
      delete from address_names where address = ${address}
      returning address as id, name as from_status, null::text as to_status
    )
    ${auditFrom('moved', entry)}`.execute(db);
}

/** The address book, by name whatever its case; a page of it. */
export async function listAddressNames(db: Db, after: NameCursor | null, limit: number): Promise<AddressName[]> {
  const { rows } = await sql<Row>`
    select address, name, by_name, updated_at from address_names
    ${after === null ? sql`` : sql`where (lower(name), address) > (lower(${after.name}), ${after.address})`}
    order by lower(name), address limit ${limit}`.execute(db);
  return rows.map(toName);
}

/** The names of these addresses. */
export async function readAddressNames(db: Db, addresses: readonly string[]): Promise<Map<string, string>> {
  if (addresses.length === 0) return new Map();
  const { rows } = await sql<{ address: string; name: string }>`
    select address, name from address_names where address = any(${[...addresses]}::text[])`.execute(db);
  return new Map(rows.map((row) => [row.address, row.name]));
}
