import { sql, type Kysely } from 'kysely';

/** An unpaid order may be taken back by its trader; and how long confirming a reported payment took, the last times. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table purchase_orders add column cancelled_at timestamptz`.execute(db);
  await sql`create index purchase_orders_confirmed on purchase_orders (reported_at desc)
    where reported_at is not null and paid_at is not null`.execute(db);
}
