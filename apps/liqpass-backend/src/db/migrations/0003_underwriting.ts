import { SIDES } from '@liqpass/kernel/vocabulary';
import { sql, type Kysely } from 'kysely';

const words = (list: readonly string[]) => sql.raw(list.map((word) => `'${word}'`).join(', '));

/** The market, the prices offered on it, and the room they take in the book. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await market(db);
  await sales(db);
  await book(db);
}

async function market(db: Kysely<unknown>): Promise<void> {
  // Hourly mark candles, the running one among them: rewritten while it runs and when the exchange revises it.
  await sql`
    create table market_candles (
      inst_id text not null,
      at timestamptz not null,
      open numeric not null check (open > 0),
      high numeric not null,
      low numeric not null check (low > 0),
      close numeric not null check (close > 0),
      primary key (inst_id, at),
      check (low <= open and low <= close and high >= open and high >= close)
    )`.execute(db);
  // The mark and the index beside it, as read every few seconds; the last of an instrument is the price now.
  await sql`
    create table market_marks (
      inst_id text not null,
      at timestamptz not null,
      mark_px numeric not null check (mark_px > 0),
      index_px numeric check (index_px > 0),
      index_at timestamptz,
      primary key (inst_id, at),
      check ((index_px is null) = (index_at is null))
    )`.execute(db);
  // One backend reads the exchange for all: whoever holds the lease, until it runs out.
  await sql`
    create table leases (
      name text primary key,
      holder text not null,
      until timestamptz not null
    )`.execute(db);
}

async function sales(db: Kysely<unknown>): Promise<void> {
  // What operators took off sale; null means every one.
  await sql`
    create table sales_stops (
      policy_type text,
      inst_id text,
      side text check (side in (${words(SIDES)})),
      reason text not null,
      stopped_by text not null,
      stopped_at timestamptz not null
    )`.execute(db);
  await sql`create unique index sales_stops_scope on sales_stops
    ((coalesce(policy_type, '')), (coalesce(inst_id, '')), (coalesce(side, '')))`.execute(db);

  await sql`
    create table quotes (
      quote_hash text primary key check (quote_hash ~ '^0x[0-9a-f]{64}$'),
      policy_type text not null,
      inst_id text not null,
      side text not null check (side in (${words(SIDES)})),
      leverage double precision not null,
      mark_px numeric not null,
      liq_px numeric not null,
      probability double precision not null check (probability >= 0 and probability <= 1),
      honoured_up_to double precision not null,
      premium_usdc numeric(38, 6) not null check (premium_usdc > 0),
      payout_usdc numeric(38, 6) not null check (payout_usdc > premium_usdc),
      fixed_price boolean not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      purchase_order_id uuid unique references purchase_orders (id),
      used_at timestamptz,
      check ((purchase_order_id is null) = (used_at is null))
    )`.execute(db);
  // Quotes that nobody used are forgotten after a day.
  await sql`create index quotes_unused on quotes (created_at) where purchase_order_id is null`.execute(db);
  // What an order covers, as quoted and then as seen at binding; null for an order without either.
  await sql`alter table purchase_orders add column position_json jsonb`.execute(db);
}

async function book(db: Kysely<unknown>): Promise<void> {
  // A row each for what the treasury may have to pay: from the quote to the end of cover. It counts while now < held_until,
  // and while a claim on it is under way. Nothing is counted in a column: sums are taken under the book's lock.
  await sql`
    create table book_rooms (
      id uuid primary key,
      quote_hash text unique references quotes (quote_hash) on delete cascade,
      purchase_order_id uuid unique references purchase_orders (id),
      policy_type text not null,
      -- null where an unattested order without a quote leaves it unknown: then it counts wherever it could.
      inst_id text,
      side text check (side in (${words(SIDES)})),
      liq_px numeric,
      payout_usdc numeric(38, 6) not null check (payout_usdc > 0),
      -- The chance of a claim at the last pricing; null for an order without a price of its own.
      probability double precision,
      -- Known once bound with a key.
      main_account text,
      margin_usdt numeric(38, 6),
      sold_at timestamptz not null,
      held_until timestamptz not null,
      check (quote_hash is not null or purchase_order_id is not null),
      check ((main_account is null) = (margin_usdt is null))
    )`.execute(db);
  // The live book.
  await sql`create index book_rooms_live on book_rooms (held_until)`.execute(db);
  // Claims of the last days, by when their cover was sold (circuit breaker).
  await sql`create index book_rooms_sold on book_rooms (sold_at)`.execute(db);
  // Other covers of the same account.
  await sql`create index book_rooms_account on book_rooms (main_account, held_until) where main_account is not null`.execute(
    db,
  );

  // How each day went: finished days are added up once.
  await sql`
    create table book_days (
      day date primary key,
      premiums_usdc numeric(38, 6) not null,
      payouts_usdc numeric(38, 6) not null,
      in_force_usdc numeric(38, 6) not null,
      reserve_usdc numeric(38, 6),
      finished boolean not null
    )`.execute(db);
  // A day's premiums and payouts. BRIN: rows come in time order, and paying stays as cheap as it was.
  await sql`create index purchase_orders_paid_brin on purchase_orders using brin (paid_at)`.execute(db);
  await sql`create index insurance_claims_paid_brin on insurance_claims using brin (paid_at)`.execute(db);
}
