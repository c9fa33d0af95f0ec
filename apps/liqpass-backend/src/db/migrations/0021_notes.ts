import { sql, type Kysely } from 'kysely';

/** What operators write down: notes on an order and its claim, who looked at them and when, and names of addresses. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table notes (
      id uuid primary key,
      purchase_order_id uuid not null references purchase_orders,
      text text not null check (btrim(text) <> '' and length(text) <= 2000),
      by_name text not null,
      by_identity text not null,
      at timestamptz not null
    )`.execute(db);
  await sql`create index notes_of_order on notes (purchase_order_id, at, id)`.execute(db);
  await sql`
    create table looks (
      purchase_order_id uuid not null references purchase_orders,
      by_identity text not null,
      by_name text not null,
      first_at timestamptz not null,
      last_at timestamptz not null check (last_at >= first_at),
      primary key (purchase_order_id, by_identity)
    )`.execute(db);
  await sql`
    create table address_names (
      address text primary key check (address ~ '^0x[0-9a-fA-F]{40}$'),
      name text not null check (btrim(name) <> '' and length(name) <= 60),
      by_name text not null,
      updated_at timestamptz not null
    )`.execute(db);
  // GET /admin/addresses, and a search by a name.
  await sql`create index address_names_by_name on address_names (lower(name), address)`.execute(db);
}
