import type { EpochMs } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import { oweSecondPayment } from '../obligations.ts';
import { auditFrom, type AuditEntry } from '../audit/auditRepo.ts';
import type { Db } from '../platform/database.ts';
import { numericOf } from '../platform/rows.ts';
import type { BookedTransfer } from './chainTransfersRepo.ts';

/** By whom the order's payment was recorded, and whether its money is the chain's. */
export async function getPaymentRecord(
  db: Db,
  orderId: string,
): Promise<{ markedBy: string | null; recordedAtMs: EpochMs | null } | null> {
  const row = await db
    .selectFrom('purchase_orders')
    .select(['marked_paid_by', 'paid_at'])
    .where('id', '=', orderId)
    .executeTakeFirst();
  return row ? { markedBy: row.marked_paid_by, recordedAtMs: row.paid_at?.getTime() ?? null } : null;
}

/**
 * Opens an order again that was paid short by what the chain shows, so that it is decided anew with what came on top. Only while
 * nobody has approved the refund, and its OKX order is still its own. Its refund is withdrawn in the same statement.
 */
export async function reopenShortPayment(
  db: Db,
  orderId: string,
  actorName: string,
  entry: AuditEntry,
): Promise<boolean> {
  const now = new Date(entry.atMs);
  const { rows } = await sql`
    with owed as (
      select id from payouts where kind = 'refund' and subject = ${orderId} and withdrawn_at is null for update
    ), short as (
      -- Locked behind its refund. Where it is not opened again, its refund stays.
      select p.id from purchase_orders p
      where p.id = ${orderId} and p.refund_reason = 'PAID_SHORT' and p.marked_paid_by = ${actorName} and p.refunded_at is null
        and p.binding_released_at is null and (select count(*) from owed) <= 1 for update
    ), withdrawn as (
      update payouts set withdrawn_at = ${now}, updated_at = ${now}
      where id in (select id from owed) and status = 'DUE' and approved_at is null and exists (select from short) returning id
    ), moved as (
      update purchase_orders set paid_at = null, paid_amount_usdc = null, payment_tx_hash = null, marked_paid_by = null,
        payer = null, paid_probability = null, payment_note = null,
        refund_reason = null, version = version + 1, updated_at = ${now}
      where id in (select id from short) and (select count(*) from owed) = (select count(*) from withdrawn)
      returning id, 'REFUND_DUE'::text as from_status, 'AWAITING_PAYMENT'::text as to_status
    ), noted as (${auditFrom('moved', entry)})
    select id from moved`.execute(db);
  return rows.length === 1;
}

/** Owes back, once, money that came for an order which is paid already. Named by its log, so that no two are taken for one. */
export async function oweBack(db: Db, transfer: BookedTransfer, orderId: string, entry: AuditEntry): Promise<void> {
  const subject = `${transfer.txHash}:${transfer.logIndex}`;
  await sql`
    with paid as (
      select * from purchase_orders where id = ${orderId}
        and not exists (select from payouts where kind = 'excess' and subject = ${transfer.txHash} and purchase_order_id = ${orderId} and withdrawn_at is null)
    ), owed as (${oweSecondPayment('paid', { txHash: subject, amount: numericOf(transfer.amount) }, new Date(entry.atMs))} returning purchase_order_id),
    moved as (select purchase_order_id as id, null::text as from_status, null::text as to_status from owed)
    ${auditFrom('moved', entry)}`.execute(db);
}

/** Keeps on an order that was marked as paid by hand which transaction it was. */
export async function nameTransaction(db: Db, orderId: string, txHash: string, nowMs: EpochMs): Promise<void> {
  await sql`
    update purchase_orders set payment_tx_hash = ${txHash}, version = version + 1, updated_at = ${new Date(nowMs)}
    where id = ${orderId} and payment_tx_hash is null
      and not exists (select from purchase_orders o where o.payment_tx_hash = ${txHash})`.execute(db);
}

/** Puts the claims of orders whose premium has vanished on hold, while nobody has decided them. */
export async function holdForVanishedPremiums(db: Db, readerId: string, entry: AuditEntry): Promise<void> {
  await sql`
    with moved as (
      update insurance_claims c set hold_reasons = array_append(hold_reasons, 'PREMIUM_VANISHED'), updated_at = ${new Date(entry.atMs)}
      from chain_transfers t
      where t.reader_id = ${readerId} and t.vanished_at is not null and t.counted_as = 'premium' and c.purchase_order_id = t.purchase_order_id
        and c.status = 'VERIFIED_PENDING_REVIEW' and not ('PREMIUM_VANISHED' = any(c.hold_reasons))
      returning c.id, c.status as from_status, c.status as to_status
    )
    ${auditFrom('moved', entry)}`.execute(db);
}
