import { AMOUNTS_OF_A_PREMIUM, amountsDue } from '@liqpass/chain/amountDue';
import { paymentReference } from '@liqpass/chain/paymentReference';
import { invariant } from '@liqpass/kernel/invariant';
import type { Usdc } from '@liqpass/kernel/money';
import { DAY_MS, type EpochMs } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import type { Db } from './platform/database.ts';
import { numericOf } from './platform/rows.ts';

/** Amounts that one statement looks through. */
const AT_ONCE = 250;

/**
 * Gives an order, in the transaction that makes it, an amount due that no other has, and its reference. Where every amount of
 * its premium is taken, it is due the premium itself, and is known by its reference and its wallet alone.
 */
export async function takeAmountDue(trx: Db, orderId: string, premium: Usdc): Promise<void> {
  const reference = paymentReference(orderId);
  // Begins where the order's own number says, so that orders made at one moment don't all want the same amount.
  const turn = Number.parseInt(reference.slice(2, 10), 16) % AMOUNTS_OF_A_PREMIUM;
  const all = [...amountsDue(premium, turn)];
  for (let from = 0; from < all.length;) {
    const wanted = all.slice(from, from + AT_ONCE).map(numericOf);
    // Waits for an order that is being made with the same amount, and then takes the next one.
    const { rows } = await sql<{ free: string | null; took: boolean }>`
      with free as (
        select w.amount from unnest(${wanted}::numeric[]) with ordinality w (amount, at)
        where not exists (select from amounts_due d where d.amount_usdc = w.amount) order by w.at limit 1
      ), took as (
        insert into amounts_due (amount_usdc, purchase_order_id) select amount, ${orderId}::uuid from free
        on conflict (amount_usdc) do nothing returning amount_usdc
      ), noted as (
        update purchase_orders set amount_due_usdc = took.amount_usdc, payment_reference = ${reference}
        from took where id = ${orderId}
      )
      select (select amount::text from free) as free, exists (select from took) as took`.execute(trx);
    const [row] = rows;
    invariant(row, 'a select without from has a row');
    if (row.took) return;
    if (row.free === null) from += AT_ONCE;
  }
  await sql`update purchase_orders set amount_due_usdc = premium_amount_usdc, payment_reference = ${reference} where id = ${orderId}`.execute(
    trx,
  );
}

/** An amount is free again a week after its order was paid, or can be paid no more. */
const KEPT_FOR_MS = 7 * DAY_MS;

export async function freeAmountsDue(db: Db, nowMs: EpochMs): Promise<void> {
  const before = new Date(nowMs - KEPT_FOR_MS);
  await sql`
    delete from amounts_due d using purchase_orders o
    where o.id = d.purchase_order_id and (o.paid_at < ${before} or o.coverage_end_at < ${before})`.execute(db);
}
