import { sql, type Kysely } from 'kysely';

/** The watch: whom to look at and when, what was seen, for how long, and the evidence that was kept. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // A row is its own job: next_look_at says from when on any process may look. null: nothing is to be looked at any more.
  await sql`create table watches (
    purchase_order_id uuid primary key references purchase_orders,
    is_on boolean not null,
    files_claims boolean not null,
    changed_at timestamptz not null,
    ended_as text check (ended_as in ('LIQUIDATED', 'CLAIMED', 'CLOSED', 'WINDOW_OVER', 'NOT_COVERED', 'KEY_GONE')),
    next_look_at timestamptz,
    -- Who looks, and until when the look is theirs alone.
    taken_by uuid,
    taken_until timestamptz,
    looked_at timestamptz,
    unsettled integer not null default 0 check (unsettled >= 0),
    -- What says whom to look at sooner, as last seen.
    inst_id text not null,
    side text not null check (side in ('long', 'short')),
    liq_px numeric not null check (liq_px > 0),
    touched_at timestamptz,
    seen_at timestamptz,
    seen_json json,
    blind_since timestamptz,
    blind_code text,
    check (next_look_at is null or (is_on and ended_as is null)),
    check ((taken_by is null) = (taken_until is null)),
    check ((blind_since is null) = (blind_code is null)),
    check ((seen_at is null) = (seen_json is null))
  )`.execute(db);
  await sql`create index watches_due on watches (next_look_at) where next_look_at is not null`.execute(db);
  await sql`create index watches_near on watches (inst_id, side, liq_px) where next_look_at is not null`.execute(db);
  // From when until when the position was seen, look after look; what lies between two of them was not watched.
  await sql`create table watch_intervals (
    id bigint generated always as identity primary key,
    purchase_order_id uuid not null references watches,
    from_at timestamptz not null,
    until_at timestamptz not null,
    check (until_at >= from_at)
  )`.execute(db);
  await sql`create index watch_intervals_order on watch_intervals (purchase_order_id, id)`.execute(db);
  // What its holder changed. `ref` is what makes a change itself: the bill's id, or the moment of the look that saw it.
  await sql`create table watch_changes (
    purchase_order_id uuid not null references watches,
    kind text not null check (kind in ('MARGIN_ADDED', 'MARGIN_REMOVED', 'LEVERAGE_CHANGED', 'SIZE_ADDED', 'SIZE_REDUCED')),
    ref text not null,
    at timestamptz not null,
    before text,
    after text,
    amount text,
    primary key (purchase_order_id, kind, ref)
  )`.execute(db);
  await sql`create table watch_evidence (
    purchase_order_id uuid not null references watches,
    kind text not null check (kind in ('GONE', 'CLOSING')),
    at timestamptz not null,
    verdict text not null,
    reason text,
    evidence_root text,
    evidence_json json not null,
    primary key (purchase_order_id, kind)
  )`.execute(db);
}
