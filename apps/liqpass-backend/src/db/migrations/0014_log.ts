import { sql, type Kysely } from 'kysely';

/** The public log: its entries, the tree over them, what it has published, and the trees of what is owed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // `entry` is the exact text that is hashed and served. What opens it is the order's owner's alone.
  await sql`create table log_entries (
    index bigint primary key check (index >= 0),
    type text not null,
    entry text not null,
    leaf bytea not null check (length(leaf) = 32),
    audit_id bigint,
    order_id uuid,
    opening text,
    check ((opening is null) = (order_id is null))
  )`.execute(db);
  // An audit row is told of once.
  await sql`create unique index log_entries_audit on log_entries (audit_id) where audit_id is not null`.execute(db);
  await sql`create index log_entries_order on log_entries (order_id, index) where order_id is not null`.execute(db);
  await sql`create index log_entries_clear on log_entries (type, index) where order_id is null`.execute(db);
  // Roots of whole subtrees of 256, 65,536, … leaves: the tiles above the first level.
  await sql`create table log_nodes (
    level smallint not null check (level > 0 and level % 8 = 0),
    index bigint not null,
    hash bytea not null check (length(hash) = 32),
    primary key (level, index)
  )`.execute(db);
  await sql`create table log_state (
    one boolean primary key default true check (one),
    size bigint not null,
    roots bytea not null check (length(roots) % 32 = 0),
    -- Up to here the audit trail was looked through for what the log tells of.
    audit_id bigint not null default 0
  )`.execute(db);
  await sql`insert into log_state (size, roots) values (0, '')`.execute(db);
  // One for each size, and for ever: a second root for a size would be a fork.
  await sql`create table log_checkpoints (
    size bigint primary key,
    root bytea not null check (length(root) = 32),
    note text not null,
    at timestamptz not null,
    published_at timestamptz
  )`.execute(db);
  await sql`create table liability_trees (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    root text not null,
    total numeric(38,6) not null,
    count integer not null,
    log_index bigint not null references log_entries
  )`.execute(db);
  // Leaves of nothing, which hide how many customers there are, have no order.
  await sql`create table liability_leaves (
    tree_id bigint not null references liability_trees on delete cascade,
    subject bytea not null check (length(subject) = 32),
    order_id uuid,
    amount numeric(38,6) not null check (amount >= 0),
    primary key (tree_id, subject)
  )`.execute(db);
  await sql`create index liability_leaves_order on liability_leaves (order_id, tree_id) where order_id is not null`.execute(
    db,
  );
}
