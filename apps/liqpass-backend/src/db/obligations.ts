import { sql, type RawBuilder } from 'kysely';
import type { PayoutStatus } from '@liqpass/kernel/vocabulary';

// What a step of a claim or an order owes, as parts of the very statement that takes the step: nothing becomes due without
// its row in `payouts`, and no row without its step. Where both are locked, the payout is locked before its claim or order.

/** The payout of each approved claim in the CTE `moved`. */
export const owePayout = (moved: string, approvedByIdentity: string, now: Date): RawBuilder<unknown> => sql`
  insert into payouts (kind, subject, purchase_order_id, claim_id, payee, payee_source, amount_usdc, status, approved_by,
    approved_by_identity, approved_at, created_at, updated_at)
  select 'claim', id::text, purchase_order_id, id, claimant, 'CLAIM', payout_amount_usdc, 'DUE', approved_by,
    ${approvedByIdentity}, approved_at, ${now}::timestamptz, ${now}::timestamptz from ${sql.table(moved)}`;

/** The payout of a claim that is not withdrawn, locked, where it is in one of these statuses. */
export const lockedPayout = (claimId: string, statuses: readonly PayoutStatus[]): RawBuilder<unknown> => sql`
  select id from payouts where kind = 'claim' and subject = ${claimId} and withdrawn_at is null and status = any(${[...statuses]}::text[]) for update`;

/** Where the money of an order goes back to: the address it pays to, else its owner; null where it belongs to nobody. */
const payeeColumns = sql`payee, payee_source`;
const payeeOf = sql`coalesce(payout_address, owner), case when payout_address is not null then 'PAYOUT_ADDRESS' when owner is not null then 'OWNER' end`;

const tooMuch = sql`coalesce((select amount_usdc from payouts where kind = 'excess' and subject = moved.id::text and withdrawn_at is null), 0)`;

/** The refund of each order in the CTE `moved` whose money buys no cover; approved by nobody yet. What is owed back as too much is not owed twice. */
export const oweRefund = (moved: string, now: Date): RawBuilder<unknown> => sql`
  insert into payouts (kind, subject, purchase_order_id, ${payeeColumns}, amount_usdc, status, created_at, updated_at)
  select 'refund', id::text, id, ${payeeOf}, paid_amount_usdc - ${tooMuch}, 'DUE', ${now}::timestamptz, ${now}::timestamptz
  from ${sql.table(moved)} moved where refund_reason is not null and paid_amount_usdc > ${tooMuch}`;

/** Overpaid by this much, in USDC, the rest goes back; less is not worth its own transfer. */
const EXCESS_FROM_USDC = '0.01';

/** What came beyond what was due from each covered order in the CTE `moved`. */
export const oweExcess = (moved: string, now: Date): RawBuilder<unknown> => sql`
  insert into payouts (kind, subject, purchase_order_id, ${payeeColumns}, amount_usdc, status, created_at, updated_at)
  select 'excess', id::text, id, ${payeeOf}, paid_amount_usdc - coalesce(amount_due_usdc, premium_amount_usdc), 'DUE', ${now}::timestamptz, ${now}::timestamptz
  from ${sql.table(moved)} where refund_reason is null and paid_amount_usdc - coalesce(amount_due_usdc, premium_amount_usdc) >= ${EXCESS_FROM_USDC}::numeric`;

/** A second payment for an order that is paid: all of it goes back. Named twice, it is owed once. */
export const oweSecondPayment = (
  order: string,
  payment: { txHash: string; amount: string },
  now: Date,
): RawBuilder<unknown> => sql`
  insert into payouts (kind, subject, purchase_order_id, ${payeeColumns}, amount_usdc, status, created_at, updated_at)
  select 'excess', ${payment.txHash}, id, ${payeeOf}, ${payment.amount}::numeric, 'DUE', ${now}::timestamptz, ${now}::timestamptz
  from ${sql.table(order)}
  on conflict (kind, subject) where withdrawn_at is null do nothing`;
