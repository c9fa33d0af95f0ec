import type { candlesAnswer } from '@liqpass/api/market';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import {
  firstCandleAt,
  forgetMarks,
  firstMarkAt,
  holdLease,
  keepCandles,
  keepMarks,
  keepMinutes,
  listCandles,
  listMarkGaps,
  type StoredCandle,
} from '../../db/book/marketRepo.ts';
import { forgetPublicLiquidations } from '../../db/book/publicLiquidationsRepo.ts';
import type { BookContext } from './bookContext.ts';
import { feedExchange } from './exchange.ts';
import { buildLiquidationFeed } from './feedLiquidations.ts';
import { HOURS_BACK, INSTRUMENTS } from './market.ts';
import type { MarketClient } from './marketClient.ts';
import { PAST_HOURS } from './pastState.ts';

/** One backend reads for all; when it dies, another takes over after this. */
const LEASE = 'market-feed';
const LEASE_MS = 6 * SECOND_MS;
/** The running hour is read again this often; the mark at every call. */
const CANDLES_EVERY_MS = MINUTE_MS;
const PAGE = 300;
/** A history with holes the exchange does not fill is not asked for without end. */
const MOST_PAGES = 8;

type WireCandle = z.infer<typeof candlesAnswer>['candles'][number];

export type MarketFeed = {
  readonly name: string;
  /** Whether it is this process's turn, for the next seconds: whoever has it asks again before they are over. */
  holdTurn(ctx: BookContext): Promise<boolean>;
  /**
   * Reads the mark and how the exchange is, where it is this process's turn; whoever looks at positions knows the mark as soon as it is
   * read, whatever the rest of the feed takes.
   */
  feedMarks(ctx: BookContext, signal: AbortSignal): Promise<void>;
  /** Reads all but the past, where it is this process's turn, and in any case what is new in the database. */
  feed(ctx: BookContext, signal: AbortSignal): Promise<void>;
  /** Fetches a part of the last year that is missing, where it is this process's turn, and reads it; answers whether more is missing. */
  feedPast(ctx: BookContext, signal: AbortSignal): Promise<boolean>;
};

export function buildMarketFeed(client: MarketClient): MarketFeed {
  const name = randomUUID();
  const readAt = new Map<string, EpochMs>();
  const tried = new Map<string, number>();
  const exhausted = new Set<string>();
  const liquidations = buildLiquidationFeed(client);
  const holdTurn: MarketFeed['holdTurn'] = (ctx) => holdLease(ctx.db, LEASE, name, ctx.clock.now(), LEASE_MS);
  const feedMarks: MarketFeed['feedMarks'] = async (ctx, signal) => {
    if (!(await holdTurn(ctx))) return;
    const read = await Promise.allSettled([feedExchange(ctx, client, signal), readMarks(ctx, client, signal)]);
    await ctx.market.refreshMarks(ctx.db);
    for (const each of read) if (each.status === 'rejected') throw each.reason;
  };
  return {
    name,
    holdTurn,
    feedMarks,
    async feed(ctx, signal) {
      const nowMs = ctx.clock.now();
      try {
        if (await holdTurn(ctx)) {
          await feedMarks(ctx, signal);
          for (const instId of INSTRUMENTS) {
            const last = readAt.get(instId);
            const isDue =
              last === undefined ||
              nowMs - last >= CANDLES_EVERY_MS ||
              nowMs < last ||
              Math.floor(last / HOUR_MS) !== Math.floor(nowMs / HOUR_MS);
            if (!isDue) continue;
            await feedCandles(ctx, client, instId, nowMs, signal);
            await fillGaps(ctx, client, instId, nowMs, tried, signal);
            // A new hour: what is old goes.
            if (last === undefined || Math.floor(last / HOUR_MS) !== Math.floor(nowMs / HOUR_MS)) {
              await forgetMarks(ctx.db, nowMs);
              await forgetPublicLiquidations(ctx.db, nowMs);
            }
            readAt.set(instId, nowMs);
          }
          await liquidations(ctx, signal);
        }
      } finally {
        await ctx.market.refresh(ctx.db, ctx.clock.now());
        await ctx.exchange.refresh(ctx.db);
      }
    },
    async feedPast(ctx, signal) {
      const nowMs = ctx.clock.now();
      let isShort = false;
      if (await holdLease(ctx.db, LEASE, name, nowMs, LEASE_MS))
        for (const instId of INSTRUMENTS)
          if (!exhausted.has(instId)) {
            const left = await feedYear(ctx, client, instId, nowMs, signal);
            if (left === 'nothing') exhausted.add(instId);
            else isShort ||= left === 'more';
          }
      await ctx.past.refresh(ctx.db, nowMs);
      return isShort;
    },
  };
}

export const MARKET_LEASE = LEASE;

async function readMarks(ctx: BookContext, client: MarketClient, signal: AbortSignal): Promise<void> {
  const { marks, readAtMs } = await client.marks(signal);
  await keepMarks(
    ctx.db,
    marks.flatMap(({ instId, markPx, markTimeMs, indexPx, indexTimeMs }) =>
      markPx !== null && Number(markPx) > 0 && INSTRUMENTS.includes(instId)
        ? [
            {
              instId,
              atMs: markTimeMs ?? readAtMs,
              markPx,
              index: indexPx !== null && Number(indexPx) > 0 ? { px: indexPx, atMs: indexTimeMs ?? readAtMs } : null,
            },
          ]
        : [],
    ),
  );
}

/** Brings the hours of the last 30 days up to date: the newest always, older ones where some are missing. */
async function feedCandles(
  ctx: BookContext,
  client: MarketClient,
  instId: string,
  nowMs: EpochMs,
  signal: AbortSignal,
): Promise<void> {
  const runningMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const oldestMs = runningMs - HOURS_BACK * HOUR_MS;
  const stored = await listCandles(ctx.db, instId, { fromMs: oldestMs, untilMs: nowMs, limit: HOURS_BACK + 1 });
  const missing = new Set<EpochMs>();
  for (let atMs = oldestMs; atMs < runningMs; atMs += HOUR_MS) missing.add(atMs);
  for (const candle of stored) missing.delete(candle.atMs);

  let after: EpochMs | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const limit = missing.size > 0 ? PAGE : 4;
    const { candles } = await client.candles(
      { instId, bar: '1H', limit, ...(after === undefined ? {} : { after }) },
      signal,
    );
    const fit = candles.filter((candle) => isCandle(candle)).map(toStored);
    await keepCandles(ctx.db, instId, fit);
    for (const candle of fit) missing.delete(candle.atMs);
    const end = candles.reduce((least, candle) => Math.min(least, candle.timeMs), after ?? nowMs);
    const [next] = [...missing].filter((atMs) => atMs < end).sort((one, other) => other - one);
    if (candles.length === 0 || next === undefined) return;
    after = next + HOUR_MS;
  }
}

/** So many pages of the past at a time, so that the feed goes on. */
const PAST_PAGES = 3;

/** Fetches hours before the oldest that is kept, back to a year and a week ago; 'nothing': the exchange has none, or all are here. */
async function feedYear(
  ctx: BookContext,
  client: MarketClient,
  instId: string,
  nowMs: EpochMs,
  signal: AbortSignal,
): Promise<'more' | 'nothing'> {
  const oldestMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS - PAST_HOURS * HOUR_MS;
  let after = await firstCandleAt(ctx.db, instId);
  for (let page = 0; page < PAST_PAGES; page += 1) {
    // The last month comes first, by itself.
    if (after === null || after <= oldestMs) return 'nothing';
    const { candles } = await client.candles({ instId, bar: '1H', limit: PAGE, after }, signal);
    const before = after;
    const older = candles.filter((candle) => candle.timeMs < before && isCandle(candle));
    if (older.length === 0) return 'nothing';
    await keepCandles(ctx.db, instId, older.map(toStored));
    after = Math.min(...older.map((candle) => candle.timeMs));
  }
  return 'more';
}

/** Gaps of the last day are filled, the newest first; so many pages of minutes at a time, so that the feed goes on. */
const FILL_BACK_MS = DAY_MS;
const MOST_GAPS = 4;
/** The exchange may not have it either: a gap is asked about so often. */
const MOST_TRIES = 5;

/** Fills times without a mark from the exchange's minutes; what it does not have stays a gap. */
async function fillGaps(
  ctx: BookContext,
  client: MarketClient,
  instId: string,
  nowMs: EpochMs,
  tried: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  // Nothing was to be kept before the first mark that is.
  const firstMs = await firstMarkAt(ctx.db, instId);
  if (firstMs === null) return;
  const time = { startMs: Math.max(nowMs - FILL_BACK_MS, firstMs), endMs: nowMs };
  for (const gap of await listMarkGaps(ctx.db, instId, time, MOST_GAPS)) {
    const name = `${instId} ${gap.startMs}`;
    const tries = tried.get(name) ?? 0;
    if (tries >= MOST_TRIES) continue;
    tried.set(name, tries + 1);
    const untilMs = Math.floor(gap.endMs / MINUTE_MS) * MINUTE_MS;
    const limit = Math.min(PAGE, Math.ceil((untilMs - gap.startMs) / MINUTE_MS) + 1);
    const { candles } = await client.candles({ instId, bar: '1m', limit, after: untilMs }, signal);
    const whole = candles.filter(
      (candle) => candle.timeMs + MINUTE_MS <= nowMs && candle.closed !== false && isCandle(candle, MINUTE_MS),
    );
    await keepMinutes(
      ctx.db,
      instId,
      whole
        .filter((candle) => candle.timeMs >= gap.startMs - MINUTE_MS)
        .map(({ timeMs, low, high, close }) => ({ atMs: timeMs, low, high, close })),
    );
  }
}

/** Whether a candle can be one: what is not is left out, and its hour stays missing. */
function isCandle(candle: WireCandle, stepMs: number = HOUR_MS): boolean {
  const [open, high, low, close] = [candle.open, candle.high, candle.low, candle.close].map(Number);
  if (open === undefined || high === undefined || low === undefined || close === undefined) return false;
  return low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close) && candle.timeMs % stepMs === 0;
}

const toStored = ({ timeMs, open, high, low, close }: WireCandle): StoredCandle => ({
  atMs: timeMs,
  open,
  high,
  low,
  close,
});
