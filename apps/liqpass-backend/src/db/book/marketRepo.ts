import { invariant } from '@liqpass/kernel/invariant';
import { DAY_MS, HOUR_MS, MINUTE_MS, type EpochMs, type Window } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

/** An hour of the mark price, with every digit the exchange gave. */
export type StoredCandle = {
  readonly atMs: EpochMs;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
};

/** Writes candles over those of the same hours: the running one grows, and the exchange may revise the one before. */
export async function keepCandles(db: Db, instId: string, candles: readonly StoredCandle[]): Promise<void> {
  if (candles.length === 0) return;
  const column = (read: (candle: StoredCandle) => string): string[] => candles.map(read);
  await sql`
    insert into market_candles (inst_id, at, open, high, low, close)
    select ${instId}, * from unnest(${candles.map((candle) => new Date(candle.atMs))}::timestamptz[],
      ${column((candle) => candle.open)}::numeric[], ${column((candle) => candle.high)}::numeric[],
      ${column((candle) => candle.low)}::numeric[], ${column((candle) => candle.close)}::numeric[])
    on conflict (inst_id, at) do update set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close
    where (market_candles.open, market_candles.high, market_candles.low, market_candles.close)
      is distinct from (excluded.open, excluded.high, excluded.low, excluded.close)`.execute(db);
}

/** The last `limit` hours that begin in from ≤ t ≤ until, oldest first. */
export async function listCandles(
  db: Db,
  instId: string,
  range: { readonly fromMs: EpochMs; readonly untilMs: EpochMs; readonly limit: number },
): Promise<StoredCandle[]> {
  const rows = await db
    .selectFrom('market_candles')
    .select(['at', 'open', 'high', 'low', 'close'])
    .where('inst_id', '=', instId)
    .where('at', '>=', new Date(range.fromMs))
    .where('at', '<=', new Date(range.untilMs))
    .orderBy('at', 'desc')
    .limit(range.limit)
    .execute();
  return rows.reverse().map(({ at, ...prices }) => ({ atMs: at.getTime(), ...prices }));
}

/** When the oldest hour that is kept began; null where none is. */
export async function firstCandleAt(db: Db, instId: string): Promise<EpochMs | null> {
  const row = await db
    .selectFrom('market_candles')
    .select('at')
    .where('inst_id', '=', instId)
    .orderBy('at')
    .limit(1)
    .executeTakeFirst();
  return row ? row.at.getTime() : null;
}

export type StoredMark = {
  readonly instId: string;
  readonly atMs: EpochMs;
  readonly markPx: string;
  readonly index: { readonly px: string; readonly atMs: EpochMs } | null;
};

/** Keeps what was read; a mark read twice is kept once. */
export async function keepMarks(db: Db, marks: readonly StoredMark[]): Promise<void> {
  if (marks.length === 0) return;
  await db
    .insertInto('market_marks')
    .values(
      marks.map((mark) => ({
        inst_id: mark.instId,
        at: new Date(mark.atMs),
        mark_px: mark.markPx,
        index_px: mark.index?.px ?? null,
        index_at: mark.index ? new Date(mark.index.atMs) : null,
      })),
    )
    // The same mark again may come with a newer index.
    .onConflict((conflict) =>
      conflict.columns(['inst_id', 'at']).doUpdateSet((row) => ({
        index_px: row.ref('excluded.index_px'),
        index_at: row.ref('excluded.index_at'),
      })),
    )
    .execute();
}

/** The last mark of an instrument; null before there is one. */
export async function lastMark(db: Db, instId: string): Promise<StoredMark | null> {
  const row = await db
    .selectFrom('market_marks')
    .selectAll()
    .where('inst_id', '=', instId)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return null;
  const { index_px: px, index_at: at } = row;
  return {
    instId,
    atMs: row.at.getTime(),
    markPx: row.mark_px,
    index: px !== null && at !== null ? { px, atMs: at.getTime() } : null,
  };
}

/** What was kept of the mark over a time, prices as decimal text. */
export type KeptMarks = {
  /** The lowest and highest mark inside, and the longest time without one; null where there was none. */
  readonly marks: { readonly low: string; readonly high: string; readonly longestGapMs: number } | null;
  /** The hours over it that were whole at `nowMs`. */
  readonly hours: readonly { readonly atMs: EpochMs; readonly low: string; readonly high: string }[];
  /** The mark that stood at `atMs`, read by then or in its minute; null where none of the last two minutes is kept. */
  readonly mark: { readonly px: string; readonly atMs: EpochMs } | null;
};

/**
 * What was kept of the mark over `time`, and the mark at `atMs`, in one query. A whole minute of the exchange's own counts as a
 * mark at its beginning and one at its end.
 */
export async function readKeptMarks(
  db: Db,
  instId: string,
  time: Window,
  atMs: EpochMs,
  nowMs: EpochMs,
): Promise<KeptMarks> {
  const [start, end, at] = [new Date(time.startMs), new Date(time.endMs), new Date(atMs)];
  const { rows } = await sql<{
    low: string | null;
    high: string | null;
    gap: string | null;
    hours: { at: string; low: string; high: string }[] | null;
    mark: { at: string; px: string } | null;
  }>`
    with kept as (
      select at, mark_px as low, mark_px as high from market_marks where inst_id = ${instId} and at >= ${start} and at < ${end}
      union all
      select edge, low, high from market_minutes, lateral (values (at), (at + interval '1 minute')) as edges(edge)
      where inst_id = ${instId} and at >= ${start} and at + interval '1 minute' <= ${end}
    ), gaps as (
      select at, low, high, lag(at, 1, ${start}::timestamptz) over (order by at) as before from kept
    ), spoken as (
      select min(low) as low, max(high) as high,
        extract(epoch from greatest(max(at - before), ${end}::timestamptz - max(at))) * 1000 as gap from gaps
    )
    select spoken.low, spoken.high, spoken.gap,
      (select json_agg(json_build_object('at', extract(epoch from h.at) * 1000, 'low', h.low::text, 'high', h.high::text) order by h.at)
        from market_candles h where h.inst_id = ${instId} and h.at > ${new Date(time.startMs - HOUR_MS)} and h.at < ${end}
          and h.at <= ${new Date(nowMs - HOUR_MS)}) as hours,
      (select json_build_object('at', extract(epoch from m.at) * 1000, 'px', m.px::text) from (
        select at, mark_px as px from market_marks where inst_id = ${instId} and at <= ${at} and at > ${new Date(atMs - 2 * MINUTE_MS)}
        union all
        select at + interval '1 minute', close from market_minutes
        where inst_id = ${instId} and at <= ${new Date(atMs - MINUTE_MS)} and at > ${new Date(atMs - 3 * MINUTE_MS)}
        order by 1 desc limit 1) m) as mark
    from spoken`.execute(db);
  const row = rows[0];
  const { low = null, high = null, gap = null } = row ?? {};
  return {
    marks: low !== null && high !== null && gap !== null ? { low, high, longestGapMs: Number(gap) } : null,
    hours: (row?.hours ?? []).map((hour) => ({ atMs: Number(hour.at), low: hour.low, high: hour.high })),
    mark: row?.mark ? { px: row.mark.px, atMs: Number(row.mark.at) } : null,
  };
}

/** A minute of the mark price by the exchange. */
export type StoredMinute = {
  readonly atMs: EpochMs;
  readonly low: string;
  readonly high: string;
  readonly close: string;
};

/** Keeps whole minutes; one that is kept already stays. */
export async function keepMinutes(db: Db, instId: string, minutes: readonly StoredMinute[]): Promise<void> {
  if (minutes.length === 0) return;
  await db
    .insertInto('market_minutes')
    .values(minutes.map(({ atMs, low, high, close }) => ({ inst_id: instId, at: new Date(atMs), low, high, close })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** When the first mark that is kept was read; null where none is. */
export async function firstMarkAt(db: Db, instId: string): Promise<EpochMs | null> {
  const row = await db
    .selectFrom('market_marks')
    .select('at')
    .where('inst_id', '=', instId)
    .orderBy('at')
    .limit(1)
    .executeTakeFirst();
  return row ? row.at.getTime() : null;
}

/** The latest times in `time` of two minutes or more for which neither a mark nor a minute is kept, the newest first. */
export async function listMarkGaps(db: Db, instId: string, time: Window, limit: number): Promise<Window[]> {
  const [start, end] = [new Date(time.startMs), new Date(time.endMs)];
  const { rows } = await sql<{ before: Date; at: Date }>`
    with kept as (
      select at from market_marks where inst_id = ${instId} and at >= ${start} and at < ${end}
      union all select edge from market_minutes, lateral (values (at), (at + interval '1 minute')) as edges(edge)
        where inst_id = ${instId} and at >= ${start} and at < ${end}
      union all select ${end}::timestamptz
    ), gaps as (select at, lag(at, 1, ${start}::timestamptz) over (order by at) as before from kept)
    select before, at from gaps where at - before >= interval '2 minutes' order by at desc limit ${limit}`.execute(db);
  return rows.map((row) => ({ startMs: row.before.getTime(), endMs: row.at.getTime() }));
}

/** Marks are kept for a week: long enough to look into a price that is disputed. */
const KEEP_MARKS_MS = 7 * DAY_MS;
export async function forgetMarks(db: Db, nowMs: EpochMs): Promise<void> {
  await db
    .deleteFrom('market_marks')
    .where('at', '<', new Date(nowMs - KEEP_MARKS_MS))
    .execute();
  await db
    .deleteFrom('market_minutes')
    .where('at', '<', new Date(nowMs - KEEP_MARKS_MS))
    .execute();
}

/**
 * Takes a lease, or renews one's own: true for one holder at a time. A row rather than a lock of the session, because the
 * embedded database has one session, and because a process that is killed lets go by itself when its time is over.
 */
export async function holdLease(db: Db, name: string, holder: string, nowMs: EpochMs, forMs: number): Promise<boolean> {
  invariant(forMs > 0, 'a lease has an end');
  const { rows } = await sql<{ holder: string }>`
    insert into leases (name, holder, until) values (${name}, ${holder}, ${new Date(nowMs + forMs)})
    on conflict (name) do update set holder = excluded.holder, until = excluded.until
    where leases.holder = excluded.holder or leases.until <= ${new Date(nowMs)}
    returning holder`.execute(db);
  return rows.length === 1;
}

/** Lets go of a lease, so that another process takes over at once. */
export async function releaseLease(db: Db, name: string, holder: string): Promise<void> {
  await db.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute();
}
