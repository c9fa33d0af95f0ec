import type { EpochMs } from '@liqpass/kernel/time';
import { addToCounters } from '../../db/platform/rateLimitsRepo.ts';
import type { PlatformContext } from './platformContext.ts';

export type Counted = { readonly current: number; readonly ttlMs: number };

/**
 * Counts requests in the database, for all processes together. `exact` writes each one, and is for what is rare and worth it
 * (signing in, registering keys). `loose` counts here and writes now and then, so that no request waits for a row that everybody
 * writes; from an eighth of the limit on each request is written before it is answered, so that a burst over as many as eight
 * processes passes the limit by a few and no more. What is over the limit already is not counted: whoever is refused would take
 * the place of one that was let in before it and whose own write comes later.
 */
export type RateCounters = {
  exact(key: string, windowMs: number): Promise<Counted>;
  loose(key: string, windowMs: number, limit: number): Promise<Counted>;
};

const FLUSH_MS = 250;
const LOOSE_SHARE = 1 / 8;
const MOST_KEYS = 20_000;

type Local = {
  known: number;
  pending: number;
  /** A guess until the database has told when the window of all processes ends. */
  resetsAtMs: EpochMs;
  told: boolean;
  writtenAtMs: EpochMs;
  windowMs: number;
};

export function buildRateCounters(ctx: Pick<PlatformContext, 'db' | 'clock' | 'log'>): RateCounters {
  const counters = new Map<string, Local>();
  let flushing: Promise<void> | null = null;

  const counted = (local: Local): Counted => ({
    current: local.known + local.pending,
    ttlMs: Math.max(0, local.resetsAtMs - ctx.clock.now()),
  });

  /** Writes what is due; what each key then had, as of its own write. */
  async function write(due: readonly (readonly [string, Local])[]): Promise<ReadonlyMap<string, number>> {
    const nowMs = ctx.clock.now();
    const added = due.map(([key, local]) => ({ key, count: local.pending, windowMs: local.windowMs }));
    for (const [, local] of due) {
      local.known += local.pending;
      local.pending = 0;
      local.writtenAtMs = nowMs;
    }
    const rows = await addToCounters(ctx.db, added, nowMs);
    for (const row of rows) {
      const local = counters.get(row.key);
      // An answer that comes after its window is over says nothing of the next one.
      if (!local || row.resetsAtMs <= ctx.clock.now()) continue;
      // Two writes may answer in the other order: in one window the count only grows.
      const sameWindow = !local.told || local.resetsAtMs === row.resetsAtMs;
      const known = sameWindow ? Math.max(local.known, row.count) : row.count;
      Object.assign(local, { known, resetsAtMs: row.resetsAtMs, told: true });
    }
    if (counters.size > MOST_KEYS)
      for (const [key, local] of counters) if (local.resetsAtMs <= nowMs) counters.delete(key);
    return new Map(rows.map((row) => [row.key, row.count]));
  }

  return {
    async exact(key, windowMs) {
      const nowMs = ctx.clock.now();
      const [row] = await addToCounters(ctx.db, [{ key, count: 1, windowMs }], nowMs);
      return { current: row?.count ?? 1, ttlMs: row ? row.resetsAtMs - nowMs : windowMs };
    },
    async loose(key, windowMs, limit) {
      const nowMs = ctx.clock.now();
      let local = counters.get(key);
      if (!local) {
        local = { known: 0, pending: 0, resetsAtMs: nowMs + windowMs, told: false, writtenAtMs: 0, windowMs };
        counters.set(key, local);
      } else if (local.resetsAtMs <= nowMs)
        Object.assign(local, { known: 0, pending: 0, resetsAtMs: nowMs + windowMs, told: false });
      if (local.known + local.pending >= limit) return { ...counted(local), current: limit + 1 };
      local.pending += 1;
      if (local.known + local.pending >= limit * LOOSE_SHARE) {
        // Its own place in the row: of many at once as many pass as the limit says, whoever of them is answered first.
        const place = (await write([[key, local]])).get(key);
        return { ...counted(local), ...(place === undefined ? {} : { current: place }) };
      }
      if (flushing === null && nowMs - local.writtenAtMs >= FLUSH_MS)
        flushing = write([...counters].filter(([, each]) => each.pending > 0))
          .then(() => undefined)
          .catch((error: unknown) => ctx.log.warn({ err: error }, 'request counters could not be written now'))
          .finally(() => (flushing = null));
      return counted(local);
    },
  };
}
