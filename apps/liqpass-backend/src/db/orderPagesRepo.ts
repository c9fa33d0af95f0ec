import type { EpochMs } from '@liqpass/kernel/time';
import type { PurchaseOrderStatus } from '@liqpass/kernel/vocabulary';
import { sql, type RawBuilder } from 'kysely';
import { PAY_WITHIN_MS, WAITING_MS } from '../domain/book/product.ts';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import type { Searched } from '../domain/searched.ts';
import type { Db } from './platform/database.ts';
import { among } from './searchedSql.ts';
import { type OrderRow, WITH_CLAIM, toPurchaseOrder } from './purchaseOrderRows.ts';

/** Where a page of orders begins: after this row. */
export type OrderCursor = { readonly reported: 0 | 1; readonly createdAtMs: EpochMs; readonly id: string };

/** The start of effectiveWindow() as SQL. */
export const effectiveStartSql = sql`greatest(p.coverage_start_at, p.paid_at + case when p.attested then ${`${WAITING_MS} milliseconds`}::interval else '0'::interval end, p.bound_at, p.created_at)`;

/** The status of purchaseOrderStatus() as SQL, to select by; a test holds the two together. */
const statusSql = (nowMs: EpochMs) => sql`
  case
    when p.refunded_at is not null then 'REFUNDED'
    when p.refund_reason is not null then 'REFUND_DUE'
    when c.status = 'PAID' then 'SETTLED'
    when c.status in ('VERIFYING', 'VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG') then 'CLAIMED'
    when p.paid_at is null and p.cancelled_at is not null then 'LAPSED'
    when p.paid_at is null and p.coverage_end_at <= ${new Date(nowMs)} then 'LAPSED'
    when p.paid_at is null and p.okx_meta_json is not null
      and (case when p.attested then p.bound_at when p.quote_hash is not null then p.created_at end) + p.pay_by_grown_ms * interval '1 millisecond' <= ${new Date(nowMs - PAY_WITHIN_MS)} then 'LAPSED'
    when p.paid_at is null and p.okx_meta_json is null then 'AWAITING_BINDING'
    when p.paid_at is null then 'AWAITING_PAYMENT'
    when p.coverage_end_at is null or ${effectiveStartSql} >= p.coverage_end_at or p.coverage_end_at <= ${new Date(nowMs)} then 'EXPIRED'
    when ${effectiveStartSql} <= ${new Date(nowMs)} then 'ACTIVE'
    else 'SCHEDULED'
  end`;
/** What a status implies, said so that an index finds it: orders of a rare status lie far apart among all the others. */
const impliedBy = (status: PurchaseOrderStatus, nowMs: EpochMs): RawBuilder<unknown> => {
  switch (status) {
    case 'REFUND_DUE':
      return sql`p.refund_reason is not null and p.refunded_at is null`;
    case 'REFUNDED':
      return sql`p.refunded_at is not null`;
    case 'SETTLED':
      return sql`c.status = 'PAID'`;
    case 'CLAIMED':
      return sql`c.status in ('VERIFYING', 'VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG')`;
    case 'LAPSED':
      return sql`p.paid_at is null`;
    case 'EXPIRED':
      return sql`p.paid_at is not null`;
    case 'AWAITING_BINDING':
    case 'AWAITING_PAYMENT':
      // An order taken over from an earlier book may have no window, and then it still waits.
      return sql`(p.coverage_end_at > ${new Date(nowMs)} or p.coverage_end_at is null)`;
    case 'SCHEDULED':
    case 'ACTIVE':
      return sql`p.coverage_end_at > ${new Date(nowMs)}`;
  }
};
const reportedFirst = sql`(case when p.paid_at is null and p.reported_at is not null then 1 else 0 end)`;

export type OrderFilter = {
  readonly status: PurchaseOrderStatus | null;
  readonly owner: string | null;
  /** Only payments that a trader reported and nobody confirmed. */
  readonly reported?: boolean;
  /** What somebody looks for: whatever an order, its claim or its payouts show. */
  readonly searched?: Searched | null;
  readonly after: OrderCursor | null;
  readonly limit: number;
};

/** Orders, reported payments first, then newest first; optionally of one status, one owner, or that fit a search. */
export async function listPurchaseOrders(db: Db, filter: OrderFilter, nowMs: EpochMs): Promise<PurchaseOrder[]> {
  const { rows } = await sql<OrderRow>`
    select ${WITH_CLAIM}
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where true
      ${filter.status === null ? sql`` : sql`and ${impliedBy(filter.status, nowMs)} and ${statusSql(nowMs)} = ${filter.status}`}
      ${filter.owner === null ? sql`` : sql`and p.owner = ${filter.owner}`}
      ${filter.reported === true ? sql`and ${reportedFirst} = 1` : sql``}
      ${among(sql`p.id`, filter.searched ?? null)}
      ${filter.after === null ? sql`` : sql`and (${reportedFirst}, p.created_at, p.id) < (${filter.after.reported}, ${new Date(filter.after.createdAtMs)}, ${filter.after.id}::uuid)`}
    order by ${reportedFirst} desc, p.created_at desc, p.id desc
    limit ${filter.limit}`.execute(db);
  return rows.map(toPurchaseOrder);
}
