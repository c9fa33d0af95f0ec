import { sql, type Kysely } from 'kysely';

/** What is seen on the chain: where the reader is, the money that moved, and what each order is to pay so that it is known by it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table chain_readers (
      -- chain id, Safe and USDC: another treasury is read from its own beginning.
      id text primary key,
      chain_id integer not null,
      genesis_hash text not null check (genesis_hash ~ '^0x[0-9a-f]{64}$'),
      -- The first block that is read, and the Safe's balance before it.
      first_block bigint not null,
      opening_usdc numeric(38, 6) not null check (opening_usdc >= 0),
      -- The last block that is read.
      last_block bigint not null,
      last_hash text not null check (last_hash ~ '^0x[0-9a-f]{64}$'),
      read_at timestamptz not null,
      head_block bigint not null,
      safe_block bigint not null,
      final_block bigint not null,
      -- The last final block at which balance = opening + in - out, and that balance.
      balanced_block bigint,
      balance_usdc numeric(38, 6),
      balanced_at timestamptz,
      -- What the balance is beyond the books; sales stop while it is not null.
      difference_usdc numeric(38, 6),
      trouble text,
      trouble_detail text,
      trouble_since timestamptz,
      lease_holder text,
      lease_until timestamptz,
      check ((trouble is null) = (trouble_since is null)),
      check ((balanced_block is null) = (balance_usdc is null) and (balanced_block is null) = (balanced_at is null))
    )`.execute(db);
  await sql`
    create table chain_checkpoints (
      reader_id text not null references chain_readers (id),
      block_number bigint not null,
      block_hash text not null check (block_hash ~ '^0x[0-9a-f]{64}$'),
      primary key (reader_id, block_number)
    )`.execute(db);
  await transfers(db);
  await payments(db);
}

async function transfers(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table chain_transfers (
      id bigint generated always as identity primary key,
      reader_id text not null references chain_readers (id),
      tx_hash text not null check (tx_hash ~ '^0x[0-9a-f]{64}$'),
      log_index integer not null,
      block_number bigint not null,
      block_hash text not null check (block_hash ~ '^0x[0-9a-f]{64}$'),
      block_time timestamptz not null,
      direction text not null check (direction in ('in', 'out')),
      -- Whom it came from, or went to; in lower case.
      party text not null check (party ~ '^0x[0-9a-f]{40}$'),
      amount_usdc numeric(38, 6) not null check (amount_usdc > 0),
      reference text check (reference ~ '^0x[0-9a-f]{64}$'),
      -- Money that came: whose it is, and by what that is known.
      purchase_order_id uuid references purchase_orders (id),
      matched_by text check (matched_by in ('reference', 'amount', 'wallet', 'operator')),
      candidates uuid[] not null default '{}',
      assigned_by text,
      assigned_by_identity text,
      assigned_why text,
      -- When it was taken into the books of its order, and as what.
      counted_at timestamptz,
      counted_as text check (counted_as in ('premium', 'second_payment', 'other')),
      -- Money that went: what it has paid.
      payout_id uuid,
      -- It was in the books, and the chain no longer has it.
      vanished_at timestamptz,
      seen_at timestamptz not null,
      unique (reader_id, tx_hash, log_index),
      check ((purchase_order_id is null) = (matched_by is null)),
      check (direction = 'in' or (purchase_order_id is null and counted_at is null)),
      check (direction = 'out' or payout_id is null),
      check ((counted_at is null) = (counted_as is null)),
      check ((assigned_by is null) = (assigned_by_identity is null) and (assigned_by is null) = (assigned_why is null)),
      -- Nothing vanishes that was never believed: such a row is deleted.
      check (vanished_at is null or counted_at is not null or payout_id is not null)
    )`.execute(db);
  // Back to a block; and the sums of a reader.
  await sql`create index chain_transfers_by_block on chain_transfers (reader_id, block_number)`.execute(db);
  // What waits to be counted, or for an operator.
  await sql`create index chain_transfers_uncounted on chain_transfers (reader_id, block_number)
    where direction = 'in' and counted_at is null`.execute(db);
  await sql`create index chain_transfers_unproven on chain_transfers (reader_id, block_number)
    where direction = 'out' and payout_id is null`.execute(db);
  await sql`create index chain_transfers_of_order on chain_transfers (purchase_order_id) where purchase_order_id is not null`.execute(
    db,
  );
  await sql`create unique index chain_transfers_of_payout on chain_transfers (payout_id) where payout_id is not null`.execute(
    db,
  );
  await sql`create index chain_transfers_vanished on chain_transfers (reader_id, tx_hash) where vanished_at is not null`.execute(
    db,
  );
}

async function payments(db: Kysely<unknown>): Promise<void> {
  // An amount belongs to one order from when it is made until a week after it is closed.
  await sql`
    create table amounts_due (
      amount_usdc numeric(38, 6) primary key check (amount_usdc > 0),
      purchase_order_id uuid not null unique references purchase_orders (id)
    )`.execute(db);
  await sql`
    alter table purchase_orders
      add column amount_due_usdc numeric(38, 6) check (amount_due_usdc > 0 and amount_due_usdc <= premium_amount_usdc),
      add column payment_reference text check (payment_reference ~ '^0x[0-9a-f]{64}$'),
      -- What is seen on the chain for it: the first transfer, until it is final the word is "seen".
      add column payment_seen_tx_hash text check (payment_seen_tx_hash ~ '^0x[0-9a-f]{64}$'),
      add column payment_seen_block bigint,
      add column payment_final boolean not null default false,
      -- The premium was final, and the chain no longer has it.
      add column premium_vanished_at timestamptz,
      add check ((amount_due_usdc is null) = (payment_reference is null)),
      add check ((payment_seen_tx_hash is null) = (payment_seen_block is null)),
      add check (payment_seen_tx_hash is not null or not payment_final)`.execute(db);
  await sql`create unique index purchase_orders_payment_reference on purchase_orders (payment_reference) where payment_reference is not null`.execute(
    db,
  );
}
