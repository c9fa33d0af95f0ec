import { HOUR_MS, type EpochMs, type Window } from '@liqpass/kernel/time';
import type { WaitingCheck } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import type { MarkHistory } from '../domain/waiting.ts';
import { auditFrom, type AuditEntry } from './audit/auditRepo.ts';
import type { Db } from './platform/database.ts';
import { listCandles } from './book/marketRepo.ts';
import { oweRefund } from './obligations.ts';
import type { StatusStep } from './purchaseOrdersRepo.ts';

/** Orders whose wait for cover ended before `beforeMs` and was not looked at, the earliest first. */
export async function listWaitsOver(db: Db, beforeMs: EpochMs, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from purchase_orders
    where attested and waiting_check is null and refund_reason is null and paid_at < coverage_start_at
      and coverage_start_at <= ${new Date(beforeMs)}
    order by coverage_start_at limit ${limit}`.execute(db);
  return rows.map((row) => row.id);
}

/** What was kept of the mark over a wait: the marks read inside it, and the hours over it that were whole at `nowMs`. */
export async function readMarkHistory(db: Db, instId: string, wait: Window, nowMs: EpochMs): Promise<MarkHistory> {
  const [start, end] = [new Date(wait.startMs), new Date(wait.endMs)];
  const { rows } = await sql<{ low: string | null; high: string | null; gap: string | null }>`
    select min(mark_px) as low, max(mark_px) as high,
      extract(epoch from greatest(max(at - before), ${end}::timestamptz - max(at))) * 1000 as gap
    from (select at, mark_px, lag(at, 1, ${start}::timestamptz) over (order by at) as before from market_marks
      where inst_id = ${instId} and at >= ${start} and at < ${end}) read`.execute(db);
  const { low = null, high = null, gap = null } = rows[0] ?? {};
  const fromMs = Math.floor(wait.startMs / HOUR_MS) * HOUR_MS;
  const limit = Math.ceil((wait.endMs - fromMs) / HOUR_MS);
  const hours = await listCandles(db, instId, { fromMs, untilMs: wait.endMs - 1, limit });
  return {
    marks: low !== null && high !== null && gap !== null ? { low, high, longestGapMs: Number(gap) } : null,
    hours: hours.filter((hour) => hour.atMs + HOUR_MS <= nowMs),
  };
}

/**
 * Writes what the wait showed, once, on the order as it was read; TOUCHED voids the cover, gives its room back and makes
 * the premium due for refund. False when somebody else was first, or a claim other than `claimId` stands on the cover.
 */
export async function recordWaiting(
  db: Db,
  order: PurchaseOrder,
  check: WaitingCheck,
  claimId: string | null,
  step: StatusStep,
  entry: AuditEntry,
): Promise<boolean> {
  const now = new Date(entry.atMs);
  const touched = check === 'TOUCHED';
  const { rows } = await sql<{ id: string }>`
    with moved as (
      update purchase_orders set waiting_check = ${check}, refund_reason = ${touched ? 'TOUCHED_BEFORE_COVER' : null},
        version = version + 1, updated_at = ${now}
      where id = ${order.id} and version = ${order.version} and waiting_check is null and refund_reason is null and attested and paid_at is not null
        ${touched ? sql`and not exists (select from insurance_claims c where c.purchase_order_id = ${order.id} and c.id is distinct from ${claimId}::uuid and c.status not in ('FAILED', 'REJECTED'))` : sql``}
      returning *, ${step.from}::text as from_status, ${step.to}::text as to_status
    ), ${touched ? sql`room as (update book_rooms set held_until = ${now} from moved where purchase_order_id = moved.id), refund as (${oweRefund('moved', now)}),` : sql``}
    noted as (${auditFrom('moved', entry)})
    select id from moved`.execute(db);
  return rows.length === 1;
}
