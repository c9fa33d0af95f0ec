import { OKX_REGIONS, OPERATOR_ROLES, REJECTION_CODES } from '@liqpass/kernel/vocabulary';
import { sql, type Kysely } from 'kysely';

const words = (list: readonly string[]) => sql.raw(list.map((word) => `'${word}'`).join(', '));

/** Who asks: wallets, sessions, operators; exchange keys under seal; decisions and the audit trail as chains of rows. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await people(db);
  await credentials(db);
  await decisions(db);
  await auditChain(db);
}

async function people(db: Kysely<unknown>): Promise<void> {
  // What a wallet is asked to sign, whole: the signature is checked over this text, and it is taken once.
  await sql`
    create table sign_in_messages (
      nonce text primary key,
      address text not null,
      chain_id integer not null,
      message text not null,
      -- Set when the signature is for a payout address instead of a session.
      purchase_order_id uuid references purchase_orders (id),
      payout_address text,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      used_at timestamptz,
      check ((purchase_order_id is null) = (payout_address is null))
    )`.execute(db);
  // Messages are forgotten a day after they end.
  await sql`create index sign_in_messages_age on sign_in_messages (expires_at)`.execute(db);

  await sql`
    create table sessions (
      id uuid primary key,
      -- SHA-256 of the token in the cookie: who reads the database cannot sign in with it.
      token_hash bytea not null unique,
      -- The token before the last rotation: accepted for a moment, for requests that were under way; after that, a sign of theft.
      previous_token_hash bytea unique,
      address text not null,
      created_at timestamptz not null,
      rotated_at timestamptz not null,
      expires_at timestamptz not null,
      revoked_at timestamptz,
      revoked_why text,
      check ((revoked_at is null) = (revoked_why is null))
    )`.execute(db);
  // Sessions are forgotten a day after they end.
  await sql`create index sessions_age on sessions (expires_at)`.execute(db);

  await sql`
    create table operators (
      address text primary key,
      name text not null unique,
      role text not null check (role in (${words(OPERATOR_ROLES)})),
      added_by text not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      -- A row stays when its operator goes: the name in old audit rows never becomes somebody else's.
      removed_at timestamptz
    )`.execute(db);
  await sql`
    create table settings (
      key text primary key,
      value jsonb not null,
      updated_by text not null,
      updated_at timestamptz not null
    )`.execute(db);
  await sql`
    create table rate_limits (
      key text primary key,
      count integer not null,
      resets_at timestamptz not null
    )`.execute(db);
  // Counters are forgotten when their time is over.
  await sql`create index rate_limits_age on rate_limits (resets_at)`.execute(db);
  // GET /api/me/purchase-orders: a wallet's own, newest first.
  await sql`create index purchase_orders_of_owner on purchase_orders (owner, created_at desc, id desc) where owner is not null`.execute(
    db,
  );
}

async function credentials(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table okx_credentials (
      id uuid primary key,
      owner text not null,
      -- Opened by jp-verify alone; null once deleted.
      sealed text,
      key_id text not null,
      region text not null check (region in (${words(OKX_REGIONS)})),
      label text not null,
      uid text not null,
      main_uid text not null,
      created_at timestamptz not null,
      -- Asked to be deleted while a cover still needs it.
      delete_asked_at timestamptz,
      deleted_at timestamptz,
      check ((sealed is null) = (deleted_at is not null))
    )`.execute(db);
  // A wallet's keys; and a key of the same account, for verifying.
  await sql`create index okx_credentials_of_owner on okx_credentials (owner, created_at desc) where deleted_at is null`.execute(
    db,
  );
  // Those to delete when the cover that needs them ends.
  await sql`create index okx_credentials_to_delete on okx_credentials (delete_asked_at)
    where delete_asked_at is not null and deleted_at is null`.execute(db);

  await sql`
    alter table purchase_orders
      add column credential_id uuid references okx_credentials (id),
      add column snapshot_id uuid,
      add column okx_uid text,
      add column okx_main_uid text,
      add column okx_pos_id text,
      add column okx_pos_ctime text,
      add check ((attested is true) = (snapshot_id is not null)),
      add check ((snapshot_id is null) = (okx_main_uid is null) and (okx_main_uid is null) = (okx_pos_id is null)
        and (okx_pos_id is null) = (okx_pos_ctime is null) and (okx_pos_id is null) = (okx_uid is null)
        and (snapshot_id is null) = (credential_id is null))`.execute(db);
  // One lifetime of one position in at most one live purchase order (bind-okx with a key). Sub-accounts count as their main one.
  await sql`create unique index purchase_orders_live_position on purchase_orders (okx_main_uid, okx_pos_id, okx_pos_ctime)
    where okx_pos_id is not null and binding_released_at is null`.execute(db);
  // Which orders need a key.
  await sql`create index purchase_orders_credential on purchase_orders (credential_id) where credential_id is not null`.execute(
    db,
  );
  // Other covers of the same account.
  await sql`create index purchase_orders_account on purchase_orders (okx_main_uid, created_at desc) where okx_main_uid is not null`.execute(
    db,
  );

  // One row for each position that was bound: never overwritten, the order points to the one in force.
  await sql`
    create table binding_snapshots (
      id uuid primary key,
      purchase_order_id uuid not null references purchase_orders (id),
      credential_id uuid not null references okx_credentials (id),
      snapshot_json json not null,
      checks_json json not null,
      evidence_root text not null check (evidence_root ~ '^0x[0-9a-f]{64}$'),
      evidence_json json not null,
      taken_at timestamptz not null
    )`.execute(db);
  await sql`create index binding_snapshots_of_order on binding_snapshots (purchase_order_id)`.execute(db);
}

async function decisions(db: Kysely<unknown>): Promise<void> {
  // What people decided about a claim: a row each, none overwritten. The claim's status is what the last one made of it.
  await sql`
    create table claim_decisions (
      id bigint generated always as identity primary key,
      claim_id uuid not null references insurance_claims (id),
      decision text not null check (decision in ('APPROVE', 'REJECT', 'TAKE_BACK', 'RELEASE_HOLD')),
      at timestamptz not null,
      by_name text not null,
      -- The same for the same person or key whatever the name: whoever approved does not record the payment.
      by_identity text not null,
      code text check (code in (${words(REJECTION_CODES)})),
      reason text,
      check (decision = 'REJECT' or code is null),
      check (decision = 'APPROVE' or reason is not null)
    )`.execute(db);
  // The last decision on a claim; all of them in order.
  await sql`create index claim_decisions_of_claim on claim_decisions (claim_id, id)`.execute(db);
}

async function auditChain(db: Kysely<unknown>): Promise<void> {
  // Every audit row is stamped in the statement that writes it: a row written by hand, or changed before it was sealed, shows.
  await sql`
    create function audit_stamp(id bigint, at timestamptz, actor text, action text, subject_type text, subject_id text,
      from_status text, to_status text, why text, details jsonb, request_id text) returns bytea language sql stable as $$
      select sha256(convert_to(jsonb_build_array('liqpass audit row 1', id, extract(epoch from at), actor, action, subject_type,
        subject_id, from_status, to_status, why, details, request_id)::text, 'UTF8'))
    $$`.execute(db);
  await sql`alter table audit_log add column stamp bytea`.execute(db);
  await sql`update audit_log set stamp = audit_stamp(id, at, actor, action, subject_type, subject_id, from_status, to_status,
    why, details, request_id)`.execute(db);
  // A row each for the rows of audit_log, in a chain, written by one sealer at a time: writers wait for nobody, and nothing is updated.
  await sql`
    create table audit_seals (
      seq bigint primary key,
      audit_id bigint not null unique,
      prev_hash bytea not null,
      hash bytea not null
    )`.execute(db);
}
