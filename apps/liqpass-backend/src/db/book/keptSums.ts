import { HOUR_MS, type EpochMs } from '@liqpass/kernel/time';
import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../platform/database.ts';

// The sums of the book are kept for one moment (`book_kept.at`). At any other they are:
//   what is kept, as of that moment (book_sums, book_distances)
//   + each change of a room that is not in it yet, as of that moment (book_changes, written by a trigger in the changing statement)
//   + of the rooms as they are: what ended, or turned an hour old, between that moment and the one asked about.
// All three are read in one statement, so from one snapshot, and add up to the whole book to the millionth, whoever writes
// meanwhile. Nothing is written for what ends by time alone, and whoever changes a room waits for nobody.

/** Sales older than this are no longer fresh. */
export const FRESH_MS = HOUR_MS;
const FRESH = sql`interval '1 hour'`;

const keptAt = sql`(select at from book_kept)`;
/** The step of a room's liquidation price; of one that is not known the step that is always near. */
const stepOf = (r: string): RawBuilder<unknown> =>
  sql.raw(
    `case when ${r}.liq_px > 0 then price_step(${r}.liq_px) when ${r}.liq_px is null and ${r}.side = 'long' then 'Infinity' else 0 end`,
  );

/** Of each change that is not in the sums (as `changes`): what it adds to what is in force, fresh and tentative as of the kept moment. */
const changed = (changes: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select c.policy_type, c.inst_id, c.side, c.liq_px, c.payout_usdc as in_force,
    case when c.sold_at > ${keptAt} - ${FRESH} then c.payout_usdc else 0 end as fresh, case when c.tentative then c.payout_usdc else 0 end as tentative
  from ${changes} c where c.held_until > ${keptAt}`;

/** Of each room that ended between the kept moment and `now`, or turned an hour old: what it adds, mostly below 0. */
const elapsed = (now: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select r.policy_type, r.inst_id, r.side, r.liq_px, r.payout_usdc * ((r.held_until > ${now})::int - (r.held_until > ${keptAt})::int) as in_force,
    r.payout_usdc * ((r.held_until > ${now} and r.sold_at > ${now} - ${FRESH})::int - (r.held_until > ${keptAt} and r.sold_at > ${keptAt} - ${FRESH})::int) as fresh,
    case when r.tentative_of is null then 0 else r.payout_usdc * ((r.held_until > ${now})::int - (r.held_until > ${keptAt})::int) end as tentative
  from book_rooms r
  where (r.held_until > least(${now}, ${keptAt}) and r.held_until <= greatest(${now}, ${keptAt}))
    or (r.sold_at > least(${now}, ${keptAt}) - ${FRESH} and r.sold_at <= greatest(${now}, ${keptAt}) - ${FRESH})`;

/** What is to be added to what is kept, as rows of policy_type, inst_id, side, liq_px, in_force, fresh and tentative. */
export const sinceKept = (now: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`${changed(sql`book_changes`)} union all ${elapsed(now)}`;

/** Takes into the kept sums what changed and ended until `nowMs`. Under the book's lock: one at a time. */
export async function keepSums(trx: Db, nowMs: EpochMs): Promise<void> {
  const now = sql`${new Date(nowMs)}::timestamptz`;
  await sql`
    with gone as (delete from book_changes returning *),
    parts as materialized (${changed(sql`gone`)} union all ${elapsed(now)}),
    summed as (
      insert into book_sums as kept (policy_type, inst_id, side, in_force_usdc, fresh_usdc, tentative_usdc)
      select policy_type, coalesce(inst_id, ''), coalesce(side, ''), sum(in_force), sum(fresh), sum(tentative) from parts group by 1, 2, 3
      on conflict (policy_type, inst_id, side) do update set in_force_usdc = kept.in_force_usdc + excluded.in_force_usdc,
        fresh_usdc = kept.fresh_usdc + excluded.fresh_usdc, tentative_usdc = kept.tentative_usdc + excluded.tentative_usdc
    ), placed as (
      insert into book_distances as kept (policy_type, inst_id, side, px_step, in_force_usdc)
      select policy_type, coalesce(inst_id, ''), coalesce(side, ''), ${stepOf('p')}, sum(in_force) from parts p group by 1, 2, 3, 4 having sum(in_force) <> 0
      on conflict (policy_type, inst_id, side, px_step) do update set in_force_usdc = kept.in_force_usdc + excluded.in_force_usdc
    )
    update book_kept set at = ${now}`.execute(trx);
}

/** What the rooms add up to less what is kept, where that is not nothing: as `summed` and `placed`. Reads the whole live book. */
const differences = sql`
  rooms as materialized (
    select policy_type, coalesce(inst_id, '') as inst_id, coalesce(side, '') as side, ${stepOf('r')} as px_step, sum(payout_usdc) as in_force,
      coalesce(sum(payout_usdc) filter (where sold_at > ${keptAt} - ${FRESH}), 0) as fresh,
      coalesce(sum(payout_usdc) filter (where tentative_of is not null), 0) as tentative
    from book_rooms r where held_until > ${keptAt} group by 1, 2, 3, 4
  ), changes as materialized (
    select policy_type, coalesce(inst_id, '') as inst_id, coalesce(side, '') as side, ${stepOf('c')} as px_step, in_force, fresh, tentative
    from (${changed(sql`book_changes`)}) c
  ), summed as materialized (
    select policy_type, inst_id, side, sum(in_force) as in_force, sum(fresh) as fresh, sum(tentative) as tentative from (
      select policy_type, inst_id, side, in_force, fresh, tentative from rooms
      union all select policy_type, inst_id, side, -in_force, -fresh, -tentative from changes
      union all select policy_type, inst_id, side, -in_force_usdc, -fresh_usdc, -tentative_usdc from book_sums) s
    group by policy_type, inst_id, side having sum(in_force) <> 0 or sum(fresh) <> 0 or sum(tentative) <> 0
  ), placed as materialized (
    select policy_type, inst_id, side, px_step, sum(in_force) as in_force from (
      select policy_type, inst_id, side, px_step, in_force from rooms
      union all select policy_type, inst_id, side, px_step, -in_force from changes
      union all select policy_type, inst_id, side, px_step, -in_force_usdc from book_distances) p
    group by policy_type, inst_id, side, px_step having sum(in_force) <> 0
  )`;

/** How many of the kept sums are not what the rooms add up to; 0 as long as nothing is wrong. */
export async function countWrongSums(db: Db): Promise<number> {
  const { rows } = await sql<{ wrong: number }>`
    with ${differences} select ((select count(*) from summed) + (select count(*) from placed))::int as wrong`.execute(
    db,
  );
  return rows[0]?.wrong ?? 0;
}

/** Makes the kept sums what the rooms add up to. Under the book's lock; in one statement, so that who changes a room meanwhile is counted once. */
export async function mendSums(trx: Db): Promise<void> {
  await sql`
    with ${differences}, mended as (
      insert into book_sums as kept (policy_type, inst_id, side, in_force_usdc, fresh_usdc, tentative_usdc) select * from summed
      on conflict (policy_type, inst_id, side) do update set in_force_usdc = kept.in_force_usdc + excluded.in_force_usdc,
        fresh_usdc = kept.fresh_usdc + excluded.fresh_usdc, tentative_usdc = kept.tentative_usdc + excluded.tentative_usdc
    )
    insert into book_distances as kept (policy_type, inst_id, side, px_step, in_force_usdc) select * from placed
    on conflict (policy_type, inst_id, side, px_step) do update set in_force_usdc = kept.in_force_usdc + excluded.in_force_usdc`.execute(
    trx,
  );
}

/** Whether the sums are to be checked now, by this process: true for one caller in `everyMs`. */
export async function takeSumsCheck(db: Db, nowMs: EpochMs, everyMs: number): Promise<boolean> {
  const { rows } = await sql`update book_kept set checked_at = ${new Date(nowMs)}
    where checked_at not between ${new Date(nowMs - everyMs)}::timestamptz + interval '1 second' and ${new Date(nowMs)} returning one`.execute(
    db,
  );
  return rows.length === 1;
}

/** Forgets the places where nothing is in force any more. Under the book's lock. */
export async function forgetEmptySums(trx: Db): Promise<void> {
  await sql`delete from book_distances where in_force_usdc = 0`.execute(trx);
  await sql`delete from book_sums where in_force_usdc = 0 and fresh_usdc = 0 and tentative_usdc = 0`.execute(trx);
}
