import type { EpochMs } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import type { Db } from './database.ts';

export type Count = { readonly key: string; readonly count: number; readonly resetsAtMs: EpochMs };

/** Adds to counters; one whose time is over begins anew. Answers with where each stands now, over all processes. */
export async function addToCounters(
  db: Db,
  added: readonly { readonly key: string; readonly count: number; readonly windowMs: number }[],
  nowMs: EpochMs,
): Promise<Count[]> {
  const now = new Date(nowMs);
  // Sorted, so that two processes take the rows in the same order and never wait for each other in a circle.
  const rows = added.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const counted = await sql<{ key: string; count: number; resets_at: Date }>`
    insert into rate_limits as r (key, count, resets_at)
    select key, added, ${now}::timestamptz + window_ms * interval '1 millisecond'
    from unnest(${rows.map((row) => row.key)}::text[], ${rows.map((row) => row.count)}::integer[],
      ${rows.map((row) => row.windowMs)}::integer[]) as given (key, added, window_ms)
    on conflict (key) do update set
      count = case when r.resets_at <= ${now} then excluded.count else least(r.count + excluded.count, 2000000000) end,
      resets_at = case when r.resets_at <= ${now} then excluded.resets_at else r.resets_at end
    returning r.key, r.count, r.resets_at`.execute(db);
  return counted.rows.map((row) => ({ key: row.key, count: row.count, resetsAtMs: row.resets_at.getTime() }));
}

/** Forgets counters whose time is over. */
export async function forgetRateLimits(db: Db, nowMs: EpochMs): Promise<void> {
  await db.deleteFrom('rate_limits').where('resets_at', '<', new Date(nowMs)).execute();
}
