import { invariant } from '@liqpass/kernel/invariant';
import { DAY_MS, type EpochMs } from '@liqpass/kernel/time';
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

/** Marks are kept for a week: long enough to look into a price that is disputed. */
const KEEP_MARKS_MS = 7 * DAY_MS;
export async function forgetMarks(db: Db, nowMs: EpochMs): Promise<void> {
  await db
    .deleteFrom('market_marks')
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
