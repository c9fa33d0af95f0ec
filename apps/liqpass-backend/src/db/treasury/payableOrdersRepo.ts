import type { Hex } from '@liqpass/chain/hex';
import type { PayableOrder } from '@liqpass/chain/matchPayment';
import { parseUsdc } from '@liqpass/kernel/money';
import { SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import { PAY_WITHIN_MS } from '../../domain/book/product.ts';
import type { Db } from '../platform/database.ts';

type Row = {
  id: string;
  payment_reference: string | null;
  amount_usdc: string | null;
  owner: string | null;
  reported_tx_hash: string | null;
  created_at: Date;
  is_paid: boolean;
  closes_at: Date | null;
  has_money: boolean;
};

/**
 * The orders that these transfers can be for: by reference, by an amount that is theirs until a week after they are closed, or by
 * the wallet they belong to, of the last eight days. Until when each may be paid is `payBy` of the domain, and its window's end. `hasMoney` is kept up to date by whoever matches.
 */
export async function listPayableOrders(
  db: Db,
  by: { references: readonly string[]; amounts: readonly string[]; owners: readonly string[] },
  nowMs: EpochMs,
): Promise<(Omit<PayableOrder, 'hasMoney'> & { hasMoney: boolean })[]> {
  const { rows } = await sql<Row>`
    select o.id, o.payment_reference, a.amount_usdc, o.owner, o.reported_tx_hash, o.created_at,
      o.paid_at is not null as is_paid,
      least(o.coverage_end_at, case when o.attested then o.bound_at when o.quote_hash is not null and o.okx_meta_json is not null then o.created_at end
        + (${PAY_WITHIN_MS} + o.pay_by_grown_ms) * interval '1 millisecond') as closes_at,
      (o.paid_at is not null or exists (select from chain_transfers t where t.purchase_order_id = o.id)) as has_money
    from purchase_orders o left join amounts_due a on a.purchase_order_id = o.id
    where o.id in (
      select id from purchase_orders where payment_reference = any(${[...by.references]}::text[])
      union select purchase_order_id from amounts_due where amount_usdc = any(${[...by.amounts]}::numeric[])
      union select id from purchase_orders where owner = any(${[...by.owners]}::text[]) and created_at > ${new Date(nowMs)}::timestamptz - interval '8 days')`.execute(
    db,
  );
  return rows.map((row) => ({
    id: row.id,
    // An order made before the treasury was watched carries no reference, and is due no amount that is its own.
    reference: (row.payment_reference ?? `0x${row.id}`) as Hex,
    amountDue: row.amount_usdc === null ? -1n : (parseUsdc(row.amount_usdc) ?? -1n),
    owner: row.owner === null ? null : (row.owner.toLowerCase() as Hex),
    reportedTxHash: row.reported_tx_hash as Hex | null,
    createdAt: Math.floor(row.created_at.getTime() / 1_000),
    closesAt: row.is_paid ? null : (row.closes_at?.getTime() ?? Number.POSITIVE_INFINITY) / SECOND_MS,
    hasMoney: row.has_money,
  }));
}
