import { sql, type Kysely } from 'kysely';
import type { Tables } from '../platform/tables.ts';

/** Transactions that somebody named before they counted: the reader goes on looking at them. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await sql`
    create table told_payments (
      id bigint generated always as identity primary key,
      reader_id text not null references chain_readers (id),
      tx_hash text not null check (tx_hash ~ '^0x[0-9a-f]{64}$'),
      -- What it is said to pay: an order's premium, or a payout.
      purchase_order_id uuid references purchase_orders (id),
      payout_id uuid references payouts (id),
      quote_hash text,
      why text,
      told_by text not null,
      told_by_identity text not null,
      told_at timestamptz not null,
      -- Looked at no longer, and why: the chain showed otherwise, another hash was told, or it never came.
      dropped_at timestamptz,
      dropped_why text,
      check ((purchase_order_id is null) <> (payout_id is null)),
      check ((dropped_at is null) = (dropped_why is null))
    )`.execute(db);
  await sql`create unique index told_payments_of_order on told_payments (purchase_order_id, tx_hash) where purchase_order_id is not null`.execute(
    db,
  );
  // A payout waits for one transaction.
  await sql`create unique index told_payments_of_payout on told_payments (payout_id) where payout_id is not null and dropped_at is null`.execute(
    db,
  );
  await sql`create index told_payments_by_hash on told_payments (reader_id, tx_hash)`.execute(db);
}
