import { PAYEE_SOURCES, PAYOUT_KINDS, PAYOUT_STATUSES } from '@liqpass/kernel/vocabulary';
import { sql, type Kysely } from 'kysely';

const words = (list: readonly string[]) => sql.raw(list.map((word) => `'${word}'`).join(', '));

/** What is to be paid, and the batches it is paid in. What the book owes and has paid by now is written down as well. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await batches(db);
  await payouts(db);
  await refunded(db);
  await takeOver(db);
}

async function batches(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table payout_batches (
      id uuid primary key default gen_random_uuid(),
      list_hash text not null check (list_hash ~ '^0x[0-9a-f]{64}$'),
      count integer not null check (count > 0),
      total_usdc numeric(38, 6) not null check (total_usdc > 0),
      -- The Safe it is to be paid from; null where none is configured, and then there is no file for it.
      safe text,
      created_by text not null,
      created_at timestamptz not null,
      dropped_by text,
      dropped_why text,
      dropped_at timestamptz,
      check ((dropped_by is null) = (dropped_at is null) and (dropped_why is null) = (dropped_at is null))
    )`.execute(db);
  // GET /admin/payouts/batches
  await sql`create index payout_batches_newest on payout_batches (created_at desc, id desc)`.execute(db);
}

async function payouts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table payouts (
      id uuid primary key default gen_random_uuid(),
      kind text not null check (kind in (${words(PAYOUT_KINDS)})),
      -- What it is owed for: the claim, the order, or (a second payment) the transaction that came.
      subject text not null,
      purchase_order_id uuid not null references purchase_orders (id),
      claim_id uuid references insurance_claims (id),
      -- null until somebody has said where the money of an order that belongs to nobody goes.
      payee text,
      payee_source text check (payee_source in (${words(PAYEE_SOURCES)})),
      payee_by text,
      payee_by_identity text,
      payee_why text,
      amount_usdc numeric(38, 6) not null check (amount_usdc > 0),
      status text not null check (status in (${words(PAYOUT_STATUSES)})),
      approved_by text,
      approved_by_identity text,
      approved_at timestamptz,
      batch_id uuid references payout_batches (id),
      tx_hash text check (tx_hash ~ '^0x[0-9a-f]{64}$'),
      paid_at timestamptz,
      recorded_by text,
      recorded_at timestamptz,
      -- No longer owed: the approval of its claim was taken back. The row stays.
      withdrawn_at timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      check ((kind = 'claim') = (claim_id is not null)),
      check ((payee is null) = (payee_source is null)),
      check (coalesce(payee_source = 'OPERATOR', false) = (payee_by is not null)),
      check ((payee_by is null) = (payee_by_identity is null) and (payee_by is null) = (payee_why is null)),
      check ((approved_by is null) = (approved_at is null) and (approved_by is null) = (approved_by_identity is null)),
      -- Nobody is paid without an approval and an address.
      check (status = 'DUE' or (approved_by is not null and payee is not null)),
      check (kind <> 'claim' or approved_by is not null),
      check (status <> 'DUE' or batch_id is null),
      check (status <> 'IN_BATCH' or batch_id is not null),
      check ((status = 'PAID') = (tx_hash is not null) and (tx_hash is null) = (paid_at is null)
        and (tx_hash is null) = (recorded_by is null) and (tx_hash is null) = (recorded_at is null)),
      check (withdrawn_at is null or status = 'DUE')
    )`.execute(db);
  // Nothing is owed twice.
  await sql`create unique index payouts_owed_once on payouts (kind, subject) where withdrawn_at is null`.execute(db);
  // GET /admin/payouts: what is not paid first, then newest first, page by page; and of one status.
  await sql`create index payouts_list on payouts ((status = 'PAID'), created_at desc, id desc) where withdrawn_at is null`.execute(
    db,
  );
  // What the next batch is made of, the oldest first.
  await sql`create index payouts_payable on payouts (approved_at, id) where status = 'DUE' and withdrawn_at is null and approved_at is not null`.execute(
    db,
  );
  await sql`create index payouts_of_order on payouts (purchase_order_id)`.execute(db);
  await sql`create index payouts_of_claim on payouts (claim_id) where claim_id is not null`.execute(db);
  await sql`create index payouts_of_batch on payouts (batch_id) where batch_id is not null`.execute(db);
  await sql`create index payouts_paid on payouts (paid_at, id) where paid_at is not null`.execute(db);
  await sql`create index payouts_tx on payouts (tx_hash) where tx_hash is not null`.execute(db);

  // The list of a batch as it was frozen: what was dropped stays readable.
  await sql`
    create table payout_batch_items (
      batch_id uuid not null references payout_batches (id),
      payout_id uuid not null references payouts (id),
      payee text not null,
      amount_usdc numeric(38, 6) not null check (amount_usdc > 0),
      primary key (batch_id, payout_id)
    )`.execute(db);
  await sql`create index payout_batch_items_payout on payout_batch_items (payout_id)`.execute(db);
}

async function refunded(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table purchase_orders
      add column refunded_at timestamptz,
      add column refund_to text,
      add column refund_tx_hash text,
      add check ((refunded_at is null) = (refund_to is null) and (refunded_at is null) = (refund_tx_hash is null)),
      add check (refunded_at is null or refund_reason is not null)`.execute(db);
  // GET /admin/purchase-orders?status=REFUND_DUE|REFUNDED: rare, of any age. They take the place of one for both.
  await sql`drop index purchase_orders_refunds`.execute(db);
  await sql`create index purchase_orders_refund_due on purchase_orders (created_at desc, id desc)
    where refund_reason is not null and refunded_at is null`.execute(db);
  await sql`create index purchase_orders_refunded on purchase_orders (created_at desc, id desc) where refunded_at is not null`.execute(
    db,
  );
}

/** Writes down what a book owed and had paid before there was a table for it. */
export async function takeOver<T>(db: Kysely<T>): Promise<void> {
  await sql`
    insert into payouts (kind, subject, purchase_order_id, claim_id, payee, payee_source, amount_usdc, status, approved_by,
      approved_by_identity, approved_at, tx_hash, paid_at, recorded_by, recorded_at, created_at, updated_at)
    select 'claim', c.id::text, c.purchase_order_id, c.id, c.claimant, 'CLAIM', c.payout_amount_usdc,
      case c.status when 'PAID' then 'PAID' else 'DUE' end, c.approved_by,
      coalesce((select d.by_identity from claim_decisions d where d.claim_id = c.id order by d.id desc limit 1), c.approved_by), c.approved_at,
      c.multisig_tx_hash, c.paid_at,
      case c.status when 'PAID' then coalesce((select l.actor from audit_log l where l.subject_id = c.id::text and l.action = 'mark_paid' limit 1), 'unknown') end,
      case c.status when 'PAID' then c.updated_at end, c.approved_at, c.updated_at
    from insurance_claims c where c.status in ('APPROVED_PENDING_MULTISIG', 'PAID')`.execute(db);
  await sql`
    insert into payouts (kind, subject, purchase_order_id, payee, payee_source, amount_usdc, status, created_at, updated_at)
    select 'refund', o.id::text, o.id, coalesce(o.payout_address, o.owner),
      case when o.payout_address is not null then 'PAYOUT_ADDRESS' when o.owner is not null then 'OWNER' end,
      o.paid_amount_usdc, 'DUE', o.updated_at, o.updated_at
    from purchase_orders o where o.refund_reason is not null and o.paid_amount_usdc > 0`.execute(db);
}
