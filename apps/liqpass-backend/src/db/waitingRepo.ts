import { DAY_MS, type EpochMs } from '@liqpass/kernel/time';
import type { RefundReason, WaitingCheck } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import { auditFrom, type AuditEntry } from './audit/auditRepo.ts';
import type { Db } from './platform/database.ts';
import { oweRefund } from './obligations.ts';
import { effectiveStartSql, type StatusStep } from './purchaseOrdersRepo.ts';

/** A wait that nobody could judge is looked at again for so long: the exchange keeps its minutes for longer. */
const LOOK_AGAIN_FOR_MS = DAY_MS;

/** Attested orders whose wait for cover ended before `beforeMs` and was not judged, the earliest payment first. */
export async function listWaitsOver(db: Db, beforeMs: EpochMs, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from purchase_orders p
    where attested and refund_reason is null and waiting_check is distinct from 'UNTOUCHED' and paid_at is not null
      and ${effectiveStartSql} <= ${new Date(beforeMs)}
      and (waiting_check is null or paid_at > ${new Date(beforeMs - LOOK_AGAIN_FOR_MS)})
    order by waiting_check is null desc, paid_at limit ${limit}`.execute(db);
  return rows.map((row) => row.id);
}

/**
 * Writes what the wait showed on the order as it was read, where it was not known before; a reason for refund voids the cover
 * and gives its room back. False when somebody else was first, or a claim other than `claimId` stands on the cover.
 */
export async function recordWaiting(
  db: Db,
  order: PurchaseOrder,
  check: WaitingCheck,
  refundReason: Extract<RefundReason, 'TOUCHED_BEFORE_COVER' | 'PRICE_MOVED'> | null,
  claimId: string | null,
  step: StatusStep,
  entry: AuditEntry,
): Promise<boolean> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ id: string }>`
    with moved as (
      update purchase_orders set waiting_check = ${check}, refund_reason = ${refundReason},
        version = version + 1, updated_at = ${now}
      where id = ${order.id} and version = ${order.version} and (waiting_check is null or waiting_check = 'UNKNOWN') and refund_reason is null and attested and paid_at is not null
        ${refundReason !== null ? sql`and not exists (select from insurance_claims c where c.purchase_order_id = ${order.id} and c.id is distinct from ${claimId}::uuid and c.status not in ('FAILED', 'REJECTED'))` : sql``}
      returning *, ${step.from}::text as from_status, ${step.to}::text as to_status
    ), ${refundReason !== null ? sql`room as (update book_rooms set held_until = ${now} from moved where purchase_order_id = moved.id), refund as (${oweRefund('moved', now)}),` : sql``}
    noted as (${auditFrom('moved', entry)})
    select id from moved`.execute(db);
  return rows.length === 1;
}
