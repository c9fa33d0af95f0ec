import { sql, type Kysely } from 'kysely';

/** Liquidations as the exchange tells everybody, as far as they were heard: they can bear a liquidation out, and refute none. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table public_liquidations (
    inst_id text not null,
    at timestamptz not null,
    side text not null check (side in ('buy', 'sell')),
    px numeric not null check (px > 0),
    size numeric not null check (size > 0),
    primary key (inst_id, at, side, px, size)
  )`.execute(db);
  await sql`create index public_liquidations_brin on public_liquidations using brin (at)`.execute(db);
}
