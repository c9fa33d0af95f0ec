import { AMOUNTS_OF_A_PREMIUM, amountsDue } from '@liqpass/chain/amountDue';
import { paymentReference } from '@liqpass/chain/paymentReference';
import { invariant } from '@liqpass/kernel/invariant';
import type { Usdc } from '@liqpass/kernel/money';
import { DAY_MS, type EpochMs } from '@liqpass/kernel/time';
import { sql, type RawBuilder } from 'kysely';
import type { Db } from './platform/database.ts';
import { numericOf } from './platform/rows.ts';

/** Amounts that one statement looks through. */
const AT_ONCE = 250;

/** For whom an amount is kept: a caller by the name that their rooms are counted by, or the exchange account that was shown. */
export type AmountHolder = { readonly name: string; readonly isAccount: boolean };

/** Amounts of unpaid orders that one caller, or one account, holds; what comes at once may pass it by as many. */
const MOST_HELD = 50;
const holdsFewer = (holder: AmountHolder): RawBuilder<unknown> => sql`
  (select count(*) from amounts_due d join purchase_orders o on o.id = d.purchase_order_id
    where d.held_by = ${holder.name} and o.paid_at is null) < ${MOST_HELD}`;

/**
 * Gives an order, in the transaction that makes it, an amount due that no other has, and its reference. Where its holder has
 * enough, or every amount that is theirs to have is taken, it is due the premium itself, and is known by its reference and its
 * wallet alone.
 */
export async function takeAmountDue(trx: Db, orderId: string, premium: Usdc, holder: AmountHolder): Promise<void> {
  const reference = paymentReference(orderId);
  // Begins where the order's own number says, so that orders made at one moment don't all want the same amount.
  const turn = Number.parseInt(reference.slice(2, 10), 16) % AMOUNTS_OF_A_PREMIUM;
  const all = [...amountsDue(premium, turn, { forAll: !holder.isAccount })];
  for (let from = 0; from < all.length;) {
    const wanted = all.slice(from, from + AT_ONCE).map(numericOf);
    // Waits for an order that is being made with the same amount, and then takes the next one.
    const { rows } = await sql<{ fewer: boolean; free: string | null; took: boolean }>`
      with holder as materialized (select ${holdsFewer(holder)} as fewer), free as (
        select w.amount from unnest(${wanted}::numeric[]) with ordinality w (amount, at), holder
        where holder.fewer and not exists (select from amounts_due d where d.amount_usdc = w.amount) order by w.at limit 1
      ), took as (
        insert into amounts_due (amount_usdc, purchase_order_id, held_by) select amount, ${orderId}::uuid, ${holder.name} from free
        on conflict (amount_usdc) do nothing returning amount_usdc
      ), noted as (
        update purchase_orders set amount_due_usdc = took.amount_usdc, payment_reference = ${reference}
        from took where id = ${orderId}
      )
      select fewer, (select amount::text from free) as free, exists (select from took) as took from holder`.execute(
      trx,
    );
    const [row] = rows;
    invariant(row, 'whether there is room is known');
    if (row.took) return;
    if (!row.fewer) break;
    if (row.free === null) from += AT_ONCE;
  }
  await sql`update purchase_orders set amount_due_usdc = premium_amount_usdc, payment_reference = ${reference} where id = ${orderId}`.execute(
    trx,
  );
}

/**
 * Once a key showed whose position an order is for, in the transaction that binds it: its amount is the account's, and one that
 * has none yet is given one. What was shown to whoever pays stays as it is.
 */
export async function keepAmountDue(trx: Db, orderId: string, premium: Usdc, account: string): Promise<void> {
  const holder: AmountHolder = { name: account, isAccount: true };
  const { rows } = await sql`select from amounts_due where purchase_order_id = ${orderId}`.execute(trx);
  if (rows.length === 0) return takeAmountDue(trx, orderId, premium, holder);
  await sql`update amounts_due set held_by = ${account} where purchase_order_id = ${orderId} and ${holdsFewer(holder)}`.execute(
    trx,
  );
}

/**
 * An amount is free again a week after its order was paid, or can be paid no more; a day after, where it was never bound: nobody
 * was asked to pay that.
 */
const KEPT_FOR_MS = 7 * DAY_MS;
const KEPT_UNBOUND_FOR_MS = DAY_MS;

export async function freeAmountsDue(db: Db, nowMs: EpochMs): Promise<void> {
  const before = new Date(nowMs - KEPT_FOR_MS);
  const unboundBefore = new Date(nowMs - KEPT_UNBOUND_FOR_MS);
  await sql`
    delete from amounts_due d using purchase_orders o
    where o.id = d.purchase_order_id and (o.paid_at < ${before} or o.coverage_end_at < ${before}
      or (o.okx_meta_json is null and o.paid_at is null and o.coverage_end_at < ${unboundBefore}))`.execute(db);
}
