import { HOUR_MS, SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import { openMarket, type MarketAnswer, type MarketReading } from '@liqpass/underwriting/market';
import { PROD_2026_04 } from '@liqpass/underwriting/params';
import { CANDLES_NEEDED, type Candle } from '@liqpass/underwriting/price';
import { coinOf, COIN_OF_INSTRUMENT } from '@liqpass/underwriting/products';
import { coinRisk, type BookRisk } from '@liqpass/underwriting/bookRisk';
import type { Db } from '../../db/platform/database.ts';
import { lastMark, listCandles, type StoredMark } from '../../db/book/marketRepo.ts';

/** What is priced with: the fit on data until April 2026. */
export const PARAMS = PROD_2026_04;
/** The instruments that can be covered. */
export const INSTRUMENTS: readonly string[] = Object.keys(COIN_OF_INSTRUMENT);
/** How far back candles are kept in memory: what the model reads, and room for the running hour and a late one. */
export const HOURS_BACK = CANDLES_NEEDED + 8;
/** The exchange revises a candle shortly after it closes: the last few hours are read again each time. */
const REREAD_MS = 3 * HOUR_MS;

/** The market as this process last read it from the database: prices are computed from memory, without a query. */
export type MarketState = {
  /** Whether an instrument can be sold on at `nowMs`, with its market; MARKET_DATA_MISSING for an unknown one. */
  at(instId: string, nowMs: EpochMs): MarketAnswer;
  /** The market of an instrument as it was at `atMs`, with the mark that stood then. */
  asOf(instId: string, mark: { readonly price: number; readonly atMs: EpochMs }, atMs: EpochMs): MarketAnswer;
  lastMark(instId: string): StoredMark | null;
  candles(instId: string): readonly Candle[];
  /** The lowest and highest that the mark is known to have reached between the last two readings of its hours; null where it reached nothing new. */
  reached(instId: string): Reach | null;
  /** How every instrument with fresh data stands, for the book's limits and the reserve. */
  risk(nowMs: EpochMs): BookRisk;
  /** Reads the last marks in the database alone. */
  refreshMarks(db: Db): Promise<void>;
  /** Reads what is new in the database. */
  refresh(db: Db, nowMs: EpochMs): Promise<void>;
};

/** Prices in USDT. */
export type Reach = { readonly low: number; readonly high: number };

/**
 * What a price reached while nobody read it, told by how far its hours have grown: `known` as they were read before, `fresh` as they
 * are now. null: nothing beyond what was known, or nothing was.
 */
export function reachedSince(known: readonly Candle[], fresh: readonly Candle[]): Reach | null {
  const last = known.at(-1);
  if (last === undefined) return null;
  const lows: number[] = [];
  const highs: number[] = [];
  for (const candle of fresh) {
    if (candle.timeMs < last.timeMs) continue;
    const isNew = candle.timeMs > last.timeMs;
    if (isNew || candle.low < last.low) lows.push(candle.low);
    if (isNew || candle.high > last.high) highs.push(candle.high);
  }
  if (lows.length + highs.length === 0) return null;
  return { low: Math.min(...lows, Infinity), high: Math.max(...highs, -Infinity) };
}

export function buildMarketState(): MarketState {
  const candlesOf = new Map<string, readonly Candle[]>();
  const markOf = new Map<string, StoredMark>();
  const reachOf = new Map<string, Reach | null>();

  const reading = (instId: string): MarketReading | null => {
    const coin = coinOf(instId);
    if (coin === null) return null;
    const mark = markOf.get(instId);
    return {
      coin,
      candles: candlesOf.get(instId) ?? [],
      mark: mark ? { price: Number(mark.markPx), atMs: mark.atMs } : null,
      otherPrice: mark?.index ? { price: Number(mark.index.px), atMs: mark.index.atMs } : null,
    };
  };

  // The 720 hours are added up at most once a second, and again after each reading: only ages change in between.
  const answers = new Map<string, { readonly second: number; readonly answer: MarketAnswer }>();
  const at: MarketState['at'] = (instId, nowMs) => {
    const second = Math.floor(nowMs / SECOND_MS);
    const known = answers.get(instId);
    if (known?.second === second) return known.answer;
    const now = reading(instId);
    const answer: MarketAnswer = now ? openMarket(now, PARAMS, nowMs) : { open: false, reason: 'MARKET_DATA_MISSING' };
    answers.set(instId, { second, answer });
    return answer;
  };

  const readMarks = async (db: Db): Promise<void> => {
    for (const instId of INSTRUMENTS) {
      const mark = await lastMark(db, instId);
      if (mark) markOf.set(instId, mark);
    }
  };

  return {
    at,
    asOf(instId, mark, atMs) {
      const coin = coinOf(instId);
      if (coin === null) return { open: false, reason: 'MARKET_DATA_MISSING' };
      const candles = candlesOf.get(instId) ?? [];
      return openMarket({ coin, candles, mark, otherPrice: null }, PARAMS, atMs);
    },
    lastMark: (instId) => markOf.get(instId) ?? null,
    candles: (instId) => candlesOf.get(instId) ?? [],
    reached: (instId) => reachOf.get(instId) ?? null,
    risk(nowMs) {
      const risk: Record<string, ReturnType<typeof coinRisk>> = {};
      for (const instId of INSTRUMENTS) {
        const answer = at(instId, nowMs);
        if (answer.open) risk[answer.market.coin] = coinRisk(answer.market, PARAMS, nowMs);
      }
      return risk;
    },
    async refreshMarks(db) {
      await readMarks(db);
      answers.clear();
    },
    async refresh(db, nowMs) {
      for (const instId of INSTRUMENTS) {
        const known = candlesOf.get(instId) ?? [];
        const oldestMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS - HOURS_BACK * HOUR_MS;
        const lastMs = known.at(-1)?.timeMs;
        // Whole again while the series is short: hours that were missing may have been filled anywhere in it.
        const whole = lastMs === undefined || lastMs > nowMs || known.length < HOURS_BACK;
        const fromMs = whole ? oldestMs : Math.max(oldestMs, lastMs - REREAD_MS);
        const read = await listCandles(db, instId, { fromMs, untilMs: nowMs, limit: HOURS_BACK + 1 });
        const fresh = read.map((candle) => ({
          timeMs: candle.atMs,
          open: Number(candle.open),
          high: Number(candle.high),
          low: Number(candle.low),
          close: Number(candle.close),
        }));
        const kept = known.filter((candle) => candle.timeMs >= oldestMs && candle.timeMs < fromMs);
        candlesOf.set(instId, [...kept, ...fresh]);
        reachOf.set(instId, reachedSince(known, fresh));
      }
      await readMarks(db);
      answers.clear();
    },
  };
}
