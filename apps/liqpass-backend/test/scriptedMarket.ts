import { HOUR_MS, MINUTE_MS, type Clock } from '@liqpass/kernel/time';
import { madeUpCandles } from '@liqpass/underwriting/madeUpCandles';
import type { Candle } from '@liqpass/underwriting/price';
import type { ScriptedVerifier } from './scriptedVerifier.ts';

/** A market that a test makes up: calm candles, a mark that it sets, answered as jp-verify does. */
export type ScriptedMarket = {
  /** Marks by instrument; the index follows the mark unless `index` says otherwise. */
  readonly marks: Map<string, { mark: number; index?: number; ageMs?: number }>;
  readonly candles: Map<string, Candle[]>;
  /** Where every minute lies. */
  minutePx: number;
  /** How many pages of candles were asked for. */
  pages: number;
};

const FIRST = { 'BTC-USDT-SWAP': 60_000, 'ETH-USDT-SWAP': 3_000 };

/** Answers the market routes of a scripted jp-verify, at the time of `clock`. */
export function scriptedMarket(verifier: ScriptedVerifier, clock: Clock, hours = 760): ScriptedMarket {
  const hour = Math.floor(clock.now() / HOUR_MS) * HOUR_MS;
  const market: ScriptedMarket = { marks: new Map(), candles: new Map(), minutePx: 100, pages: 0 };
  for (const [instId, firstPrice] of Object.entries(FIRST)) {
    const candles = madeUpCandles({ seed: 7, startMs: hour - hours * HOUR_MS, count: hours + 1, firstPrice });
    market.candles.set(instId, candles);
    market.marks.set(instId, { mark: Number((candles.at(-1)?.close ?? firstPrice).toFixed(1)) });
  }
  verifier.route('GET /market/marks', () => ({
    body: {
      readAtMs: clock.now(),
      marks: [...market.marks].map(([instId, { mark, index, ageMs = 0 }]) => ({
        instId,
        markPx: String(mark),
        markTimeMs: clock.now() - ageMs,
        indexPx: String(index ?? mark),
        indexTimeMs: clock.now() - ageMs,
      })),
    },
  }));
  verifier.route('GET /market/candles', (_body, request) => {
    market.pages += 1;
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    const instId = query.get('instId') ?? '';
    const bar = query.get('bar') ?? '1H';
    const stepMs = bar === '1m' ? MINUTE_MS : HOUR_MS;
    const after = Number(query.get('after') ?? clock.now() + 1);
    const limit = Number(query.get('limit') ?? 100);
    const all =
      bar === '1H'
        ? (market.candles.get(instId) ?? [])
        : Array.from({ length: 600 }, (_, index) => {
            const timeMs = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS - (599 - index) * MINUTE_MS;
            const px = market.minutePx;
            return { timeMs, open: px, high: px + 1, low: px - 1, close: px };
          });
    const candles = all
      .filter((candle) => candle.timeMs < after)
      .slice(-limit)
      .reverse()
      .map(({ timeMs, ...prices }) => ({
        timeMs,
        open: String(prices.open),
        high: String(prices.high),
        low: String(prices.low),
        close: String(prices.close),
        closed: timeMs + stepMs <= clock.now(),
      }));
    return { body: { instId, bar, candles } };
  });
  return market;
}
