import { sql, type Kysely } from 'kysely';

/** What pages still sorted or walked past, seen in their plans. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // GET /admin/claims?status=VERIFIED_PENDING_REVIEW&sort=amount_high|amount_low: the few that wait, out of all that were paid.
  await sql`create index insurance_claims_status_amount on insurance_claims (status, (coalesce(payout_amount_usdc, 0)), id)`.execute(
    db,
  );
  // GET /api/me/purchase-orders, in the order it shows: a wallet of a machine has many. It takes the place of the one without that order.
  await sql`create index purchase_orders_own on purchase_orders
    (owner, (case when paid_at is null and reported_at is not null then 1 else 0 end) desc, created_at desc, id desc) where owner is not null`.execute(
    db,
  );
  await sql`drop index purchase_orders_of_owner`.execute(db);
  // GET /admin/purchase-orders?status=REFUND_DUE: rare, of any age.
  await sql`create index purchase_orders_refunds on purchase_orders (created_at desc, id desc) where refund_reason is not null`.execute(
    db,
  );
  // GET /admin/purchase-orders?status=AWAITING_BINDING|AWAITING_PAYMENT|SCHEDULED|ACTIVE: those whose window is not over. Orders lie as
  // they were made, so ranges of pages tell them apart, and cost next to nothing to keep.
  await sql`create index purchase_orders_window_brin on purchase_orders using brin (coverage_end_at) with (pages_per_range = 32, autosummarize = on)`.execute(
    db,
  );
}
