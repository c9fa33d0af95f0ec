import { DAY_MS, type EpochMs } from '@liqpass/kernel/time';
import type { RefundReason, WaitingCheck } from '@liqpass/kernel/vocabulary';
import { sql, type RawBuilder } from 'kysely';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import { auditFrom, type AuditEntry } from './audit/auditRepo.ts';
import type { Db } from './platform/database.ts';
import { oweRefund } from './obligations.ts';
import { effectiveStartSql } from './orderPagesRepo.ts';
import type { StatusStep } from './purchaseOrderRows.ts';

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
 * and gives its room back. A claim on it that waits for review ends with the cover, and is let go of where it was held because
 * nobody had known. False when somebody else was first, or a claim stands on the cover: one that is verified by somebody else
 * than whoever has `claimId`, or that was approved.
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
    with standing as (
      select id, status from insurance_claims where purchase_order_id = ${order.id} for update
    ), moved as (
      update purchase_orders set waiting_check = ${check}, refund_reason = ${refundReason},
        version = version + 1, updated_at = ${now}
      where id = ${order.id} and version = ${order.version} and (waiting_check is null or waiting_check = 'UNKNOWN') and refund_reason is null and attested and paid_at is not null
        ${refundReason !== null ? sql`and not exists (select from standing where status in ('APPROVED_PENDING_MULTISIG', 'PAID') or (status = 'VERIFYING' and id is distinct from ${claimId}::uuid))` : sql``}
      returning *, ${step.from}::text as from_status, ${step.to}::text as to_status
    ), ${refundReason !== null ? sql`room as (update book_rooms set held_until = ${now} from moved where purchase_order_id = moved.id), refund as (${oweRefund('moved', now)}),` : sql``}
    judged as (${judgeClaim(check, refundReason, now)}),
    noted as (${auditFrom('moved', entry)}), noted_claim as (${auditFrom('judged', { ...entry, subjectType: 'claim' })})
    select id from moved`.execute(db);
  return rows.length === 1;
}

/** What follows for a claim on the order (moved) that waits for review: nothing while it is still not known. */
function judgeClaim(check: WaitingCheck, refundReason: RefundReason | null, now: Date): RawBuilder<unknown> {
  const waits = sql`c.purchase_order_id = moved.id and c.status = 'VERIFIED_PENDING_REVIEW'`;
  const steps = sql`c.id, 'VERIFIED_PENDING_REVIEW'::text as from_status, c.status as to_status`;
  if (refundReason !== null)
    return sql`update insurance_claims c set status = 'REJECTED', rejected_reason = ${refundReason}, updated_at = ${now}
      from moved where ${waits} returning ${steps}`;
  return sql`update insurance_claims c set hold_reasons = array_remove(c.hold_reasons, 'WAITING_UNCHECKED'), updated_at = ${now}
    from moved where ${waits} and ${check === 'UNTOUCHED'}::boolean and 'WAITING_UNCHECKED' = any(c.hold_reasons) returning ${steps}`;
}
