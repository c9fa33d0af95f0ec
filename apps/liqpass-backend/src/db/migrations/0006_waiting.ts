import { REFUND_REASONS, WAITING_CHECKS } from '@liqpass/kernel/vocabulary';
import { sql, type Kysely } from 'kysely';

const words = (list: readonly string[]) => sql.raw(list.map((word) => `'${word}'`).join(', '));

/** What the mark did while cover waited; and two more reasons for which money goes back. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table purchase_orders drop constraint purchase_orders_refund_reason_check`.execute(db);
  await sql`alter table purchase_orders add constraint purchase_orders_refund_reason_check check (refund_reason in (${words(REFUND_REASONS)}))`.execute(
    db,
  );
  await sql`alter table purchase_orders add column waiting_check text check (waiting_check in (${words(WAITING_CHECKS)}))`.execute(
    db,
  );
  await sql`alter table purchase_orders add check (waiting_check is null or (attested and paid_at is not null)),
    add check (coalesce(waiting_check = 'TOUCHED', false) = coalesce(refund_reason = 'TOUCHED_BEFORE_COVER', false))`.execute(
    db,
  );
  // The sweep for waits that are over: each order is in it once, for some seconds.
  await sql`create index purchase_orders_waiting on purchase_orders (coverage_start_at)
    where attested and waiting_check is null and refund_reason is null and paid_at < coverage_start_at`.execute(db);
}
