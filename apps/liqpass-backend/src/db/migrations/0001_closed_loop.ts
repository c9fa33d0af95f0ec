import { CLAIM_STATUSES, REFUND_REASONS, VERDICTS } from '@liqpass/kernel/vocabulary';
import { sql, type Kysely } from 'kysely';

const words = (list: readonly string[]) => sql.raw(list.map((word) => `'${word}'`).join(', '));

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table purchase_orders (
      id uuid primary key,
      policy_type text not null,
      chain_id integer not null,
      premium_amount_usdc numeric(38, 6) not null check (premium_amount_usdc > 0),
      policy_params_json jsonb not null,
      -- An order taken over from an earlier book may lack its window; a new one never does.
      coverage_start_at timestamptz,
      coverage_end_at timestamptz,
      -- Set by the server, the window moves to the payment; given by the trader, it stays.
      coverage_moves boolean not null default false,
      owner text,
      payout_address text,
      okx_meta_json jsonb,
      bound_at timestamptz,
      attested boolean,
      -- Once set, the binding no longer keeps other orders from insuring the same OKX order.
      binding_released_at timestamptz,
      reported_at timestamptz,
      reported_tx_hash text,
      paid_at timestamptz,
      paid_amount_usdc numeric(38, 6),
      payment_tx_hash text,
      payment_note text,
      marked_paid_by text,
      quote_hash text,
      refund_reason text check (refund_reason in (${words(REFUND_REASONS)})),
      -- Counts the updates: what was decided on facts that were read is written only while they still stand.
      version integer not null default 1,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      check (coverage_start_at < coverage_end_at),
      check ((okx_meta_json is null) = (bound_at is null) and (bound_at is null) = (attested is null)),
      check ((reported_at is null) <= (reported_tx_hash is null)),
      check ((paid_at is null) = (marked_paid_by is null)),
      check (paid_at is not null or (refund_reason is null and payment_tx_hash is null and paid_amount_usdc is null)),
      -- Money without a binding is no cover: it goes back.
      check (paid_at is null or okx_meta_json is not null or refund_reason = 'PAID_BEFORE_BINDING')
    )`.execute(db);
  // One OKX order in at most one live purchase order (bind-okx).
  await sql`create unique index purchase_orders_live_okx_order on purchase_orders ((okx_meta_json ->> 'ordId'))
    where okx_meta_json is not null and binding_released_at is null`.execute(db);
  // One transaction pays one order (mark-paid), and is reported for one (report-payment).
  await sql`create unique index purchase_orders_payment_tx on purchase_orders (payment_tx_hash) where payment_tx_hash is not null`.execute(
    db,
  );
  await sql`create unique index purchase_orders_reported_tx on purchase_orders (reported_tx_hash) where reported_tx_hash is not null`.execute(
    db,
  );
  // GET /admin/purchase-orders: reported and still unpaid first, then newest first, page by page.
  await sql`create index purchase_orders_queue on purchase_orders
    ((case when paid_at is null and reported_at is not null then 1 else 0 end) desc, created_at desc, id desc)`.execute(
    db,
  );

  await sql`
    create table insurance_claims (
      id uuid primary key,
      purchase_order_id uuid not null references purchase_orders (id),
      claimant text not null,
      submit_tx_hash text,
      triggered_at_sec bigint not null,
      okx_event_id text not null,
      status text not null check (status in (${words(CLAIM_STATUSES)})),
      verdict text check (verdict in (${words(VERDICTS)})),
      flags text[] not null default '{}',
      -- json, not jsonb: kept to the letter as jp-verify gave it.
      evidence_json json,
      evidence_root text check (evidence_root ~ '^0x[0-9a-f]{64}$'),
      liquidation_time_ms bigint,
      coverage_window_start timestamptz not null,
      coverage_window_end timestamptz not null,
      payout_amount_usdc numeric(38, 6) check (payout_amount_usdc > 0),
      payout_cap_usdc numeric(38, 6) not null check (payout_cap_usdc > 0),
      hold_reasons text[] not null default '{}',
      attempts integer not null default 0,
      last_attempt_reason text,
      next_attempt_at timestamptz,
      approved_by text,
      approved_at timestamptz,
      rejected_reason text,
      multisig_safe text,
      multisig_tx_hash text check (multisig_tx_hash ~ '^0x[0-9a-f]{64}$'),
      paid_at timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      unique (purchase_order_id, okx_event_id),
      check (coverage_window_start < coverage_window_end),
      check (payout_amount_usdc <= payout_cap_usdc),
      -- Waiting for the verifier means that somebody will ask it.
      check ((status = 'VERIFYING') = (next_attempt_at is not null)),
      check (status not in ('REJECTED', 'FAILED') or rejected_reason is not null),
      -- No review without proof: verdict, evidence, the moment inside the window, and the amount.
      check (status not in ('VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG', 'PAID') or (
        verdict in ('LIQUIDATED', 'PARTIALLY_LIQUIDATED') and evidence_root is not null and evidence_json is not null
        and payout_amount_usdc is not null and liquidation_time_ms is not null
        and liquidation_time_ms >= extract(epoch from coverage_window_start) * 1000
        and liquidation_time_ms < extract(epoch from coverage_window_end) * 1000)),
      check ((status in ('APPROVED_PENDING_MULTISIG', 'PAID')) = (approved_by is not null)),
      check ((approved_by is null) = (approved_at is null)),
      check ((status = 'PAID') = (multisig_tx_hash is not null) and (multisig_tx_hash is null) = (paid_at is null))
    )`.execute(db);
  // GET /admin/claims: newest first, with and without a status.
  await sql`create index insurance_claims_newest on insurance_claims (created_at desc, id desc)`.execute(db);
  await sql`create index insurance_claims_by_status on insurance_claims (status, created_at desc, id desc)`.execute(db);
  // The sweep for claims whose job was lost.
  await sql`create index insurance_claims_next_attempt on insurance_claims (next_attempt_at) where next_attempt_at is not null`.execute(
    db,
  );

  await sql`
    create table audit_log (
      id bigint generated always as identity primary key,
      at timestamptz not null,
      actor text not null,
      action text not null,
      subject_type text not null,
      subject_id text not null,
      from_status text,
      to_status text,
      why text,
      details jsonb,
      request_id text
    )`.execute(db);
  // The history of one claim or one order.
  await sql`create index audit_log_subject on audit_log (subject_id, id)`.execute(db);

  await sql`
    create table idempotency_keys (
      scope text not null,
      key text not null,
      body_hash text not null,
      status_code integer not null,
      answer json not null,
      created_at timestamptz not null,
      primary key (scope, key)
    )`.execute(db);
  // Keys are forgotten after a day.
  await sql`create index idempotency_keys_age on idempotency_keys (created_at)`.execute(db);
}
