import type { Usdc } from '@liqpass/kernel/money';
import type { PayoutStatus } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import { auditFrom, type AuditEntry } from './audit/auditRepo.ts';
import type { Db } from './platform/database.ts';
import { oweSecondPayment } from './obligations.ts';
import { amountOf, numericOf } from './platform/rows.ts';
import { type OrderRow, WITH_CLAIM, toPurchaseOrder } from './purchaseOrderRows.ts';

/** How long it took from the report of a payment to its confirmation, in the middle of the last twenty; null for none. */
export async function usualConfirmationMs(db: Db): Promise<number | null> {
  const { rows } = await sql<{ ms: number | null }>`
    select percentile_cont(0.5) within group (order by extract(epoch from paid_at - reported_at) * 1000)::float8 as ms
    from (select paid_at, reported_at from purchase_orders
      where reported_at is not null and paid_at is not null order by reported_at desc limit 20) last
    where paid_at > reported_at`.execute(db);
  return rows[0]?.ms ?? null;
}

/** Keeps the trader's "I have paid" on an unpaid order. A hash replaces none, never another; whether that changed anything. */
export async function reportPayment(db: Db, id: string, txHash: string | null, entry: AuditEntry): Promise<boolean> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ id: string }>`
    with moved as (
      update purchase_orders set reported_at = ${now}, reported_tx_hash = coalesce(reported_tx_hash, ${txHash}),
        version = version + 1, updated_at = ${now}
      where id = ${id} and paid_at is null and (reported_at is null or (reported_tx_hash is null and ${txHash}::text is not null))
      returning id, null::text as from_status, null::text as to_status
    ), noted as (${auditFrom('moved', entry)})
    select id from moved`.execute(db);
  return rows.length === 1;
}

/** What came for an order beyond what was due, or a second time: it goes back, beside the cover or the refund. */
export type Excess = {
  readonly amount: Usdc;
  readonly status: PayoutStatus;
  readonly to: string | null;
  readonly txHash: string | null;
};

/** The order, and its excess, the earliest first; in one query. What was too much in a payment that goes back whole is the refund's. */
export async function getOrderWithExcess(
  db: Db,
  id: string,
): Promise<{ order: PurchaseOrder; excess: readonly Excess[] } | null> {
  const { rows } = await sql<OrderRow & { excess: (Omit<Excess, 'amount'> & { amount: string })[] | null }>`
    select ${WITH_CLAIM}, (select json_agg(json_build_object('amount', e.amount_usdc::text, 'status', e.status, 'to', e.payee,
        'txHash', case when e.status = 'PAID' then e.tx_hash end) order by e.created_at, e.id)
      from payouts e where e.purchase_order_id = p.id and e.kind = 'excess' and e.withdrawn_at is null
        and (p.refund_reason is null or e.subject <> p.id::text)) as excess
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where p.id = ${id}`.execute(db);
  const row = rows[0];
  if (!row) return null;
  return {
    order: toPurchaseOrder(row),
    excess: (row.excess ?? []).map((each) => ({ ...each, amount: amountOf(each.amount) })),
  };
}

/** Another order that named a transaction: whose it is, and whether it was paid by it. */
export type Naming = { readonly owner: string | null; readonly paidByIt: boolean };

/** The order that is to be paid, and who else named the transaction; in one query. */
export async function getOrderToPay(
  db: Db,
  id: string,
  txHash: string | null,
): Promise<{ order: PurchaseOrder; naming: readonly Naming[] } | null> {
  const { rows } = await sql<OrderRow & { naming: Naming[] | null }>`
    select ${WITH_CLAIM}, (select json_agg(json_build_object('owner', o.owner, 'paidByIt', o.payment_tx_hash is not distinct from ${txHash}))
      from purchase_orders o where (o.reported_tx_hash = ${txHash} or o.payment_tx_hash = ${txHash}) and o.id <> p.id) as naming
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where p.id = ${id}`.execute(db);
  const row = rows[0];
  return row ? { order: toPurchaseOrder(row), naming: row.naming ?? [] } : null;
}

/** The orders that a transaction was reported for, or has paid, besides this one; the oldest report first. */
export async function listOrdersNaming(db: Db, txHash: string, exceptId: string): Promise<PurchaseOrder[]> {
  const { rows } = await sql<OrderRow>`
    select ${WITH_CLAIM}
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where (p.reported_tx_hash = ${txHash} or p.payment_tx_hash = ${txHash}) and p.id <> ${exceptId}
    order by p.reported_at nulls first, p.id limit 50`.execute(db);
  return rows.map(toPurchaseOrder);
}

/**
 * Keeps another payment of an order that is paid: it is owed back. False when it was kept before. 'tx_hash_used' where the
 * transaction has paid another order, or was kept for another.
 */
export async function recordSecondPayment(
  db: Db,
  order: PurchaseOrder,
  payment: { readonly txHash: string; readonly amount: Usdc },
  entry: AuditEntry,
): Promise<boolean | 'tx_hash_used'> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ used: boolean; kept: boolean }>`
    with used as (
      select from purchase_orders where payment_tx_hash = ${payment.txHash} and id <> ${order.id}
      union all select from payouts where kind = 'excess' and subject = ${payment.txHash} and purchase_order_id <> ${order.id} and withdrawn_at is null
    ), paid as (select * from purchase_orders where id = ${order.id} and paid_at is not null and not exists (select from used) for share),
    owed as (${oweSecondPayment('paid', { ...payment, amount: numericOf(payment.amount) }, now)} returning purchase_order_id),
    moved as (select purchase_order_id as id, null::text as from_status, null::text as to_status from owed),
    noted as (${auditFrom('moved', entry)})
    select exists (select from used) as used, exists (select from owed) as kept`.execute(db);
  return rows[0]?.used === true ? 'tx_hash_used' : rows[0]?.kept === true;
}

/** Whether a transaction was kept as another payment of an order that was paid. */
export async function isSecondPayment(db: Db, txHash: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from payouts where kind = 'excess' and subject = ${txHash} and withdrawn_at is null) as found`.execute(
    db,
  );
  return rows[0]?.found === true;
}
