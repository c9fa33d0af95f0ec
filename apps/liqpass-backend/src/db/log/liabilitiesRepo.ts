import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import { amountOf, numericOf } from '../platform/rows.ts';
import { coversAt } from '../treasury/coversRepo.ts';

/** What may have to be paid on one order: its cover while it is in force, and what is due already. */
export type OrderLiability = { readonly orderId: string; readonly amount: Usdc };

/**
 * Every order that something may have to be paid on at an instant: the payout of a cover whose window is not over, or whose
 * claim is under way; payouts, refunds and excess that are due. A claim's payout replaces its cover.
 */
export async function listLiabilities(db: Db, nowMs: EpochMs): Promise<OrderLiability[]> {
  const { rows } = await sql<{ id: string; amount: string }>`
    select id, sum(amount)::numeric(38,6)::text as amount from (
      ${coversAt(nowMs)}
      union all
      select purchase_order_id, amount_usdc from payouts where status <> 'PAID' and withdrawn_at is null
    ) owed group by id order by id`.execute(db);
  return rows.map(({ id, amount }) => ({ orderId: id, amount: amountOf(amount) }));
}

export type StoredTree = {
  readonly id: string;
  readonly atMs: EpochMs;
  readonly root: string;
  readonly total: Usdc;
  readonly count: number;
  readonly logIndex: number;
};
/** A leaf; one of nothing, which hides how many there are, has no order. */
export type StoredLeaf = { readonly subject: Uint8Array; readonly orderId: string | null; readonly amount: Usdc };

/** Keeps a tree with its leaves, and of older ones only what the log says of them. */
export async function insertTree(
  trx: Db,
  tree: Pick<StoredTree, 'atMs' | 'root' | 'total' | 'logIndex'>,
  leaves: readonly StoredLeaf[],
): Promise<void> {
  const count = leaves.filter(({ orderId }) => orderId !== null).length;
  const { rows } = await sql<{ id: string }>`
    insert into liability_trees (at, root, total, count, log_index)
    values (${new Date(tree.atMs)}, ${tree.root}, ${numericOf(tree.total)}, ${count}, ${tree.logIndex}) returning id`.execute(
    trx,
  );
  const id = rows[0]?.id;
  await sql`
    insert into liability_leaves (tree_id, subject, order_id, amount)
    select ${id}, * from unnest(${leaves.map(({ subject }) => Buffer.from(subject))}::bytea[],
      ${leaves.map(({ orderId }) => orderId)}::uuid[], ${leaves.map(({ amount }) => numericOf(amount))}::numeric[])`.execute(
    trx,
  );
  await sql`delete from liability_leaves where tree_id < ${id}`.execute(trx);
}

/** The newest tree; null while there is none. */
export async function getLastTree(db: Db): Promise<StoredTree | null> {
  const { rows } = await sql<{
    id: string;
    at: Date;
    root: string;
    total: string;
    count: number;
    log_index: string;
  }>`select id, at, root, total, count, log_index from liability_trees order by id desc limit 1`.execute(db);
  const [row] = rows;
  return row ? { ...row, atMs: row.at.getTime(), total: amountOf(row.total), logIndex: Number(row.log_index) } : null;
}

/** The leaf of an order in a tree; null where nothing was owed on it. */
export async function getLeafOf(
  db: Db,
  treeId: string,
  orderId: string,
): Promise<Pick<StoredLeaf, 'subject' | 'amount'> | null> {
  const { rows } = await sql<{ subject: Buffer; amount: string }>`
    select subject, amount from liability_leaves where tree_id = ${treeId} and order_id = ${orderId}`.execute(db);
  const [row] = rows;
  return row ? { subject: new Uint8Array(row.subject), amount: amountOf(row.amount) } : null;
}

/** The leaves of a tree. */
export async function listLeaves(db: Db, treeId: string): Promise<StoredLeaf[]> {
  const { rows } = await sql<{
    subject: Buffer;
    order_id: string | null;
    amount: string;
  }>`select subject, order_id, amount from liability_leaves where tree_id = ${treeId}`.execute(db);
  return rows.map((row) => ({
    subject: new Uint8Array(row.subject),
    orderId: row.order_id,
    amount: amountOf(row.amount),
  }));
}
