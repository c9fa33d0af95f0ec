import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import { sql, type Selectable } from 'kysely';
import type { PayoutBatch } from '../../domain/treasury/payoutBatch.ts';
import type { PayoutLine } from '../../domain/treasury/safeBatch.ts';
import { auditFrom, type AuditEntry } from '../audit/auditRepo.ts';
import type { Db } from '../platform/database.ts';
import type { PayoutBatchesTable } from '../platform/payoutTables.ts';
import { amountOf, numericOf } from '../platform/rows.ts';

type Row = Selectable<PayoutBatchesTable> & { paid: string };

const toBatch = (row: Row): PayoutBatch => ({
  id: row.id,
  listHash: row.list_hash,
  count: row.count,
  total: amountOf(row.total_usdc),
  safe: row.safe,
  paid: Number(row.paid),
  createdBy: row.created_by,
  createdAtMs: row.created_at.getTime(),
  dropped:
    row.dropped_by !== null && row.dropped_why !== null && row.dropped_at
      ? { by: row.dropped_by, why: row.dropped_why, atMs: row.dropped_at.getTime() }
      : null,
});

const selectBatches = sql`
  select b.*, (select count(*) from payouts o where o.batch_id = b.id and o.status = 'PAID') as paid from payout_batches b`;

export type NewBatch = { readonly listHash: string; readonly total: Usdc; readonly safe: string | null };

/** Freezes a list of payouts that the transaction has locked: they are in this batch, as they are written here. */
export async function createBatch(
  trx: Db,
  batch: NewBatch,
  lines: readonly PayoutLine[],
  entry: AuditEntry,
): Promise<string> {
  const now = new Date(entry.atMs);
  const list = JSON.stringify(lines.map((line) => ({ id: line.id, payee: line.to, amount: numericOf(line.amount) })));
  const { rows } = await sql<{ id: string }>`
    with list as (select * from jsonb_to_recordset(${list}::jsonb) as l (id uuid, payee text, amount numeric)),
    moved as (
      insert into payout_batches (list_hash, count, total_usdc, safe, created_by, created_at)
      values (${batch.listHash}, ${lines.length}, ${numericOf(batch.total)}, ${batch.safe}, ${entry.actor.name}, ${now})
      returning *, null::text as from_status, null::text as to_status
    ), items as (
      insert into payout_batch_items (batch_id, payout_id, payee, amount_usdc) select moved.id, list.id, list.payee, list.amount from list, moved
    ), batched as (
      update payouts o set status = 'IN_BATCH', batch_id = moved.id, updated_at = ${now} from list, moved where o.id = list.id
    ), noted as (${auditFrom('moved', entry)})
    select id from moved`.execute(trx);
  const [made] = rows;
  if (!made) throw new Error('an insert answers with its row');
  return made.id;
}

/**
 * Drops a batch: what was not paid of it is due again. False when it is dropped already, is not there, or is paid in full.
 * Two statements in the caller's transaction: the second sees what the first one waited for.
 */
export async function dropBatch(trx: Db, id: string, why: string, entry: AuditEntry): Promise<boolean> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ id: string }>`
    with moved as (
      update payout_batches set dropped_by = ${entry.actor.name}, dropped_why = ${why}, dropped_at = ${now}
      where id = ${id} and dropped_at is null
      returning *, null::text as from_status, null::text as to_status
    ), noted as (${auditFrom('moved', { ...entry, why })})
    select id from moved`.execute(trx);
  if (rows.length === 0) return false;
  const freed = await sql<{ id: string }>`
    update payouts set status = 'DUE', batch_id = null, updated_at = ${now} where batch_id = ${id} and status = 'IN_BATCH' returning id`.execute(
    trx,
  );
  return freed.rows.length > 0;
}

export async function getBatch(db: Db, id: string): Promise<PayoutBatch | null> {
  const { rows } = await sql<Row>`${selectBatches} where b.id = ${id}`.execute(db);
  return rows[0] ? toBatch(rows[0]) : null;
}

export type BatchCursor = { readonly createdAtMs: EpochMs; readonly id: string };

/** Batches, newest first. */
export async function listBatches(db: Db, after: BatchCursor | null, limit: number): Promise<PayoutBatch[]> {
  const { rows } = await sql<Row>`
    ${selectBatches} ${after === null ? sql`` : sql`where (b.created_at, b.id) < (${new Date(after.createdAtMs)}, ${after.id}::uuid)`}
    order by b.created_at desc, b.id desc limit ${limit}`.execute(db);
  return rows.map(toBatch);
}

/** The list of a batch as it was frozen, in order of id; `approvalOf` is the claim, or the refund, that was approved. */
export async function listBatchLines(db: Db, id: string): Promise<(PayoutLine & { approvalOf: string })[]> {
  const { rows } = await sql<{ payout_id: string; payee: string; amount_usdc: string; approval_of: string }>`
    select i.payout_id, i.payee, i.amount_usdc, coalesce(o.claim_id, o.id) as approval_of
    from payout_batch_items i join payouts o on o.id = i.payout_id where i.batch_id = ${id} order by i.payout_id`.execute(
    db,
  );
  return rows.map((row) => ({
    id: row.payout_id,
    to: row.payee,
    amount: amountOf(row.amount_usdc),
    approvalOf: row.approval_of,
  }));
}
