import { sql, type Kysely } from 'kysely';

/**
 * Opposite covers with one payout address are read from those that are paid for: anybody may name any address, as often as he
 * likes, in orders that are never paid. One index, which the desk's search begins alike: with two, the planner may take the other.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop index purchase_orders_payout_address`.execute(db);
  await sql`create index purchase_orders_payout_address on purchase_orders (payout_address, paid_at, coverage_end_at)
    where payout_address is not null`.execute(db);
}
