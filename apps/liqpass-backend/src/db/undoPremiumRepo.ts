import type { EpochMs, Window } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import type { RecordedPremium } from '../domain/undoPremium.ts';
import { auditFrom, type AuditEntry } from './audit/auditRepo.ts';
import type { Db } from './platform/database.ts';
import { dateOrNull } from './platform/rows.ts';
import type { StatusStep } from './purchaseOrderRows.ts';

/**
 * Keeps everybody from resting anything on an order's premium until the transaction ends: payouts first, as everywhere. A
 * claim, and a second payment, wait for the order's row. What is read after this is how it is.
 */
export async function lockPremium(trx: Db, orderId: string): Promise<void> {
  await sql`select id from payouts where purchase_order_id = ${orderId} and withdrawn_at is null order by id for update`.execute(
    trx,
  );
  await sql`select id from purchase_orders where id = ${orderId} for update`.execute(trx);
}

/** When and by whom a premium was recorded, and what is owed back because of it. */
export async function readRecordedPremium(
  db: Db,
  orderId: string,
): Promise<RecordedPremium & { readonly by: string | null; readonly note: string | null }> {
  const { rows } = await sql<{
    by: string | null;
    note: string | null;
    recorded_at: Date | null;
    owed: { approved: boolean; second: boolean }[] | null;
  }>`
    select p.marked_paid_by as by, p.payment_note as note,
      (select max(at) from audit_log where subject_id = p.id::text and action = 'mark_paid' and actor = p.marked_paid_by and actor <> 'chain') as recorded_at,
      (select json_agg(json_build_object('approved', o.approved_at is not null, 'second', o.subject <> p.id::text))
        from payouts o where o.purchase_order_id = p.id and o.kind <> 'claim' and o.withdrawn_at is null) as owed
    from purchase_orders p where p.id = ${orderId}`.execute(db);
  const row = rows[0];
  return {
    by: row?.by ?? null,
    note: row?.note ?? null,
    recordedAtMs: row?.recorded_at?.getTime() ?? null,
    owed: row?.owed ?? [],
  };
}

/** Takes the record of a premium off the order as it was read: what was owed back is withdrawn, and its room is as if unpaid. */
export async function undoPremium(
  trx: Db,
  order: PurchaseOrder,
  before: { readonly window: Window | null; readonly roomUntilMs: EpochMs },
  step: StatusStep,
  entry: AuditEntry,
): Promise<boolean> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ id: string }>`
    with moved as (
      update purchase_orders p set paid_at = null, marked_paid_by = null, paid_amount_usdc = null, payment_tx_hash = null,
        payment_note = null, payer = null, paid_probability = null, refund_reason = null,
        coverage_start_at = ${dateOrNull(before.window?.startMs ?? null)}, coverage_end_at = ${dateOrNull(before.window?.endMs ?? null)},
        -- A hash that came with the payment goes with it; one that sold the order stays.
        quote_hash = case when exists (select from quotes q where q.quote_hash = p.quote_hash and q.purchase_order_id = p.id) then p.quote_hash end,
        version = version + 1, updated_at = ${now}
      where id = ${order.id} and version = ${order.version} and paid_at is not null
      returning id, ${step.from}::text as from_status, ${step.to}::text as to_status
    ), withdrawn as (
      update payouts o set withdrawn_at = ${now}, updated_at = ${now} from moved
      where o.purchase_order_id = moved.id and o.withdrawn_at is null
    ), room as (
      update book_rooms r set held_until = least(held_until, ${new Date(before.roomUntilMs)}::timestamptz) from moved
      where r.purchase_order_id = moved.id
    ), noted as (${auditFrom('moved', entry)})
    select id from moved`.execute(trx);
  return rows.length === 1;
}
