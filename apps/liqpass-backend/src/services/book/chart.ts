import { LiqPassError } from '@liqpass/api/errors';
import { HOUR_MS, MINUTE_MS, SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import { listCandles, type StoredCandle } from '../../db/book/marketRepo.ts';
import { buildPlaces } from '../platform/fairPlaces.ts';
import type { BookContext } from './bookContext.ts';
import { INSTRUMENTS } from './market.ts';

type Asked = {
  readonly instId: string;
  readonly bar: '1m' | '1H';
  readonly limit: number;
  readonly untilMs: EpochMs | null;
  /** Who looks, for taking turns. */
  readonly caller: string;
};

const FRESH_MS = 10 * SECOND_MS;
const PAGE = 300;
const MOST_KEPT = 64;
/** A chart whose turn has not come within this is not drawn now. */
const DRAWN_WITHIN_MS = 10 * SECOND_MS;

/**
 * Reads candles for charts, oldest first: hours from the database, minutes from the exchange, where the same question is
 * asked at most once in ten seconds however many look. Of different questions one is under way at a time, by turns of who looks: anybody
 * may ask for any minutes, and the prices that are sold by wait in the same queue at the exchange, behind one of them at most.
 */
export function chartReader(ctx: BookContext): (asked: Asked) => Promise<readonly StoredCandle[]> {
  const kept = new Map<string, { readonly atMs: EpochMs; readonly candles: Promise<readonly StoredCandle[]> }>();

  const turns = buildPlaces({ least: 1, first: 1, most: 1 });

  async function minutes(
    caller: string,
    instId: string,
    untilMs: EpochMs,
    limit: number,
  ): Promise<readonly StoredCandle[]> {
    const found: StoredCandle[] = [];
    const lateAtMs = ctx.clock.now() + DRAWN_WITHIN_MS;
    let after = untilMs + 1;
    while (found.length < limit) {
      const query = { instId, bar: '1m' as const, limit: Math.min(PAGE, limit - found.length), after };
      const { candles } = await turns.run(caller, async () => {
        if (ctx.clock.now() > lateAtMs) throw new Error('the turn of this chart came too late');
        return { borne: true, result: await ctx.marketClient.candles(query, AbortSignal.timeout(DRAWN_WITHIN_MS)) };
      });
      const older = candles.filter((candle) => candle.timeMs < after);
      if (older.length === 0) break;
      for (const { timeMs, open, high, low, close } of older) found.push({ atMs: timeMs, open, high, low, close });
      after = Math.min(...older.map((candle) => candle.timeMs));
    }
    return found.toSorted((one, other) => one.atMs - other.atMs);
  }

  return async ({ instId, bar, limit, untilMs, caller }) => {
    if (!INSTRUMENTS.includes(instId))
      throw new LiqPassError('PRODUCT_NOT_FOUND', `${instId} is not covered: ${INSTRUMENTS.join(' and ')} are.`);
    const nowMs = ctx.clock.now();
    const until = untilMs === null ? nowMs : Math.min(untilMs, nowMs);
    if (bar === '1H')
      return listCandles(ctx.db, instId, { fromMs: until - (limit + 1) * HOUR_MS, untilMs: until, limit });
    const minute = Math.floor(until / MINUTE_MS) * MINUTE_MS;
    const key = `${instId} ${minute} ${limit}`;
    const known = kept.get(key);
    if (known && Math.abs(nowMs - known.atMs) < FRESH_MS) return known.candles;
    const candles = minutes(caller, instId, minute, limit).catch((error: unknown) => {
      kept.delete(key);
      throw new LiqPassError('VERIFIER_UNAVAILABLE', 'The exchange cannot be read right now. Try again in a moment.', {
        cause: error,
      });
    });
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(key, { atMs: nowMs, candles });
    return candles;
  };
}
