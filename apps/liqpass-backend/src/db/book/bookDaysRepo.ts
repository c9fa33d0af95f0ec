import { DAY_MS, type EpochMs } from '@liqpass/kernel/time';
import type { Usdc } from '@liqpass/kernel/money';
import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import { amountOf, amountOrNull, numericOf } from '../platform/rows.ts';

export type BookDay = {
  /** A UTC date: "2026-01-22". */
  readonly day: string;
  readonly premiums: Usdc;
  readonly payouts: Usdc;
  readonly inForce: Usdc;
  /** null on a day nobody looked. */
  readonly reserve: Usdc | null;
};

const dayOf = (ms: EpochMs): string => new Date(ms).toISOString().slice(0, 10);
/** A payment may be recorded some days after it came; then its day is final. */
const SETTLES_AFTER_DAYS = 3;

/**
 * The last `count` days, oldest first, today among them. Premiums and payouts of recent days are added up anew, those of
 * older ones once and for all; in-force and reserve are the highest that was seen on the day.
 */
export async function listDays(
  db: Db,
  nowMs: EpochMs,
  count: number,
  now: { readonly inForce: Usdc; readonly reserve: Usdc },
): Promise<BookDay[]> {
  const today = dayOf(nowMs);
  const first = dayOf(nowMs - (count - 1) * DAY_MS);
  const finalBefore = dayOf(nowMs - SETTLES_AFTER_DAYS * DAY_MS);
  const { rows } = await sql<{
    day: string;
    premiums: string;
    payouts: string;
    in_force: string;
    reserve: string | null;
  }>`
    with wanted as (
      select d::date as day from generate_series(${first}::date, ${today}::date, interval '1 day') d
    ), open as (
      select w.day from wanted w left join book_days b on b.day = w.day where b.finished is not true
    ), bounds as (
      select min(day)::timestamp at time zone 'UTC' as since from open
    ), paid as (
      select (p.paid_at at time zone 'UTC')::date as day, sum(p.paid_amount_usdc) as total from purchase_orders p
      where p.paid_at >= (select since from bounds) and p.refund_reason is null group by 1
    ), paid_out as (
      select (o.paid_at at time zone 'UTC')::date as day, sum(o.amount_usdc) as total from payouts o
      where o.paid_at >= (select since from bounds) and o.kind = 'claim' group by 1
    ), kept as (
      insert into book_days (day, premiums_usdc, payouts_usdc, in_force_usdc, reserve_usdc, finished)
      select o.day, coalesce(paid.total, 0), coalesce(paid_out.total, 0),
        case when o.day = ${today}::date then ${numericOf(now.inForce)}::numeric else 0 end,
        case when o.day = ${today}::date then ${numericOf(now.reserve)}::numeric end,
        o.day < ${finalBefore}::date
      from open o left join paid on paid.day = o.day left join paid_out on paid_out.day = o.day
      on conflict (day) do update set premiums_usdc = excluded.premiums_usdc, payouts_usdc = excluded.payouts_usdc,
        in_force_usdc = greatest(book_days.in_force_usdc, excluded.in_force_usdc),
        reserve_usdc = greatest(book_days.reserve_usdc, excluded.reserve_usdc), finished = excluded.finished
      returning day, premiums_usdc, payouts_usdc, in_force_usdc, reserve_usdc
    )
    select to_char(day, 'YYYY-MM-DD') as day, premiums_usdc as premiums, payouts_usdc as payouts, in_force_usdc as in_force,
      reserve_usdc as reserve from kept
    union all
    select to_char(b.day, 'YYYY-MM-DD'), b.premiums_usdc, b.payouts_usdc, b.in_force_usdc, b.reserve_usdc
    from book_days b join wanted w on w.day = b.day where b.finished
    order by 1`.execute(db);
  return rows.map((row) => ({
    day: row.day,
    premiums: amountOf(row.premiums),
    payouts: amountOf(row.payouts),
    inForce: amountOf(row.in_force),
    reserve: amountOrNull(row.reserve),
  }));
}

/** Claims that were to be expected on the counted covers that ended since `fromMs` or still run, and those that came and were not rejected. */
export async function countBook(
  db: Db,
  fromMs: EpochMs,
  nowMs: EpochMs,
): Promise<{ readonly expected: number | null; readonly claims: number }> {
  const { rows } = await sql<{ expected: number | null; claims: string }>`
    select sum(r.probability) filter (where p.coverage_end_at <= ${new Date(nowMs)}) as expected,
      count(c.id) filter (where c.status in ('VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG', 'PAID')) as claims
    from book_rooms r join purchase_orders p on p.id = r.purchase_order_id
    left join insurance_claims c on c.purchase_order_id = p.id
    where r.held_until >= ${new Date(fromMs)} and p.paid_at is not null and p.refund_reason is null`.execute(db);
  return { expected: rows[0]?.expected ?? null, claims: Number(rows[0]?.claims ?? 0) };
}
