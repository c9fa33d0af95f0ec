import type { PublicLiquidation } from '@liqpass/api/market';
import { DAY_MS, type EpochMs } from '@liqpass/kernel/time';
import type { Side } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

/** As long as the exchange keeps its own ledger, and a little. */
const KEPT_MS = 100 * DAY_MS;

/** Keeps what was heard; what was heard twice is kept once, and what is of no time that is kept, not at all. */
export async function keepPublicLiquidations(
  db: Db,
  heard: readonly PublicLiquidation[],
  nowMs: EpochMs,
): Promise<void> {
  const rows = heard.filter(({ atMs }) => atMs > nowMs - KEPT_MS && atMs < nowMs + DAY_MS);
  if (rows.length === 0) return;
  await sql`
    insert into public_liquidations (inst_id, at, side, px, size)
    select * from unnest(${rows.map((each) => each.instId)}::text[], ${rows.map((each) => new Date(each.atMs))}::timestamptz[],
      ${rows.map((each) => each.side)}::text[], ${rows.map((each) => each.px)}::numeric[], ${rows.map((each) => each.size)}::numeric[])
    on conflict do nothing`.execute(db);
}

export async function forgetPublicLiquidations(db: Db, nowMs: EpochMs): Promise<void> {
  await sql`delete from public_liquidations where at < ${new Date(nowMs - KEPT_MS)}`.execute(db);
}

/** What the exchange closed by force: contracts, and when, of which order. */
export type ForcedPart = { readonly ordId: string; readonly size: string; readonly atMs: EpochMs };

/** The channel's time and the ledger's are of the same order, and not always of the same moment. */
const APART_SECONDS = 10;

/** Of how many forced orders the channel told, and whether it was listened to at all. A long is closed by selling. */
export async function countHeard(
  db: Db,
  position: { readonly instId: string; readonly side: Side },
  forced: readonly ForcedPart[],
): Promise<{ readonly listened: boolean; readonly orders: number; readonly heard: number }> {
  const { rows } = await sql<{ listened: boolean; orders: number; heard: number }>`
    with orders as (
      select ord_id, sum(size) as size, min(at) as first_at, max(at) as last_at
      from unnest(${forced.map((each) => each.ordId)}::text[], ${forced.map((each) => each.size)}::numeric[],
        ${forced.map((each) => new Date(each.atMs))}::timestamptz[]) f (ord_id, size, at)
      group by ord_id
    )
    select exists (select from public_liquidations) as listened, count(*)::int as orders, count(*) filter (where exists (
      select from public_liquidations l
      where l.inst_id = ${position.instId} and l.side = ${position.side === 'long' ? 'sell' : 'buy'} and l.size = orders.size
        and l.at between orders.first_at - make_interval(secs => ${APART_SECONDS}::float8) and orders.last_at + make_interval(secs => ${APART_SECONDS}::float8)))::int as heard
    from orders`.execute(db);
  return rows[0] ?? { listened: false, orders: 0, heard: 0 };
}
