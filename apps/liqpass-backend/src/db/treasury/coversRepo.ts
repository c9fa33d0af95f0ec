import { usdc, type Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../platform/database.ts';
import { amountOf } from '../platform/rows.ts';

/**
 * The covers that may have to be paid, and how much at most, as rows of `id` and `amount`: those that are paid and whose window
 * is not over, and those whose claim is under way. What is approved is a payout, and no cover any more.
 */
export const coversAt = (nowMs: EpochMs): RawBuilder<unknown> => sql`
  select o.id, least((o.policy_params_json->>'payout_fixed_usdc')::numeric, (o.policy_params_json->>'payout_cap_usdc')::numeric,
    coalesce(c.payout_amount_usdc, 'infinity'::numeric)) as amount
  from purchase_orders o left join insurance_claims c on c.purchase_order_id = o.id
  where o.paid_at is not null and o.refund_reason is null
    and (c.status in ('VERIFYING', 'VERIFIED_PENDING_REVIEW')
      or (o.coverage_end_at > ${new Date(nowMs)} and c.status is distinct from 'APPROVED_PENDING_MULTISIG' and c.status is distinct from 'PAID'))`;

/** How many covers there are at an instant, and the sum of what they could pay. */
export async function sumCovers(db: Db, nowMs: EpochMs): Promise<{ readonly count: number; readonly payout: Usdc }> {
  const { rows } = await sql<{ count: string; payout: string }>`
    select count(*) as count, coalesce(sum(amount), 0)::numeric(38,6)::text as payout from (${coversAt(nowMs)}) covers`.execute(
    db,
  );
  const [row] = rows;
  return { count: Number(row?.count ?? 0), payout: row ? amountOf(row.payout) : usdc(0n) };
}
