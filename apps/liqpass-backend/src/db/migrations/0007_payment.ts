import { REFUND_REASONS } from '@liqpass/kernel/vocabulary';
import { sql, type Kysely } from 'kysely';

const words = (list: readonly string[]) => sql.raw(list.map((word) => `'${word}'`).join(', '));

/** Cover is sold at the moment the money counts: what that is judged by, and what may never be. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await payments(db);
  await bindings(db);
  // The mark by the minute, where the reading every few seconds left a gap.
  await sql`
    create table market_minutes (
      inst_id text not null,
      at timestamptz not null,
      low numeric not null check (low > 0),
      high numeric not null,
      close numeric not null,
      primary key (inst_id, at),
      check (low <= close and high >= close)
    )`.execute(db);
  // Whose room this is while nobody has shown that they can buy: a quote's, or an order's that no key bound. Null once one has.
  await sql`alter table book_rooms add column tentative_of text`.execute(db);
}

async function payments(db: Kysely<unknown>): Promise<void> {
  await sql`alter table purchase_orders drop constraint purchase_orders_refund_reason_check`.execute(db);
  await sql`alter table purchase_orders add constraint purchase_orders_refund_reason_check check (refund_reason in (${words(REFUND_REASONS)}))`.execute(
    db,
  );
  // Who sent the money, and how likely a claim was when it came; null where that was not known.
  await sql`alter table purchase_orders
    add column payer text,
    add column paid_probability double precision,
    add constraint purchase_orders_payer_is_of_money check (paid_at is not null or (payer is null and paid_probability is null))`.execute(
    db,
  );
  // A touch may be found at the payment already, before there is a wait to look at.
  await sql`alter table purchase_orders drop constraint purchase_orders_check9`.execute(db);
  await sql`alter table purchase_orders add constraint purchase_orders_check9
    check (waiting_check is distinct from 'TOUCHED' or refund_reason is not distinct from 'TOUCHED_BEFORE_COVER')`.execute(
    db,
  );
  // A report is not money: several orders may name one transaction.
  await sql`drop index purchase_orders_reported_tx`.execute(db);
  await sql`create index purchase_orders_reported_tx on purchase_orders (reported_tx_hash) where reported_tx_hash is not null`.execute(
    db,
  );
  // The sweep for waits that are over, and for those that nobody could judge yet.
  await sql`drop index purchase_orders_waiting`.execute(db);
  await sql`create index purchase_orders_waiting on purchase_orders (paid_at)
    where attested and refund_reason is null and waiting_check is distinct from 'UNTOUCHED'`.execute(db);
}

async function bindings(db: Kysely<unknown>): Promise<void> {
  // The unique indexes are over every binding that has not let go; and what let go of its binding is no cover, or was one that had
  // ended by then. So of two covers of one position one has ended before the other begins. Rows from before are as they are.
  await sql`alter table purchase_orders add constraint purchase_orders_released_is_no_cover
    check (binding_released_at is null or paid_at is null or refund_reason is not null or binding_released_at >= coverage_end_at) not valid`.execute(
    db,
  );
}
