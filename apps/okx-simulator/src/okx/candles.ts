import { DAY_MS, HOUR_MS, MINUTE_MS, type EpochMs } from '@liqpass/kernel/time';
import { plain, priceNear } from '../domain/figures.ts';
import { candleAt, type Market } from '../market/market.ts';
import { HISTORY_STARTS_MS } from '../market/naturalPath.ts';
import { parameterWrong } from './okxError.ts';
import { limitOf, wholeOf, type Query } from './pages.ts';

const BARS: Record<string, number> = {
  '1m': MINUTE_MS,
  '3m': 3 * MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1H': HOUR_MS,
  '2H': 2 * HOUR_MS,
  '4H': 4 * HOUR_MS,
  '1Dutc': DAY_MS,
};
/** mark-price-candles goes back 1440 bars; history-mark-price-candles to the beginning. */
const RECENT_BARS = 1_440;

/** Rows [ts, o, h, l, c, confirm], newest first; `after` older than that ts, `before` newer. */
export function candleRows(market: Market, query: Query, nowMs: EpochMs, isRecent: boolean): string[][] {
  const barName = query['bar'] ?? '';
  const bar = barName === '' ? MINUTE_MS : BARS[barName];
  if (bar === undefined) throw parameterWrong('bar');
  const limit = limitOf(query);
  const [after, before] = [wholeOf(query, 'after'), wholeOf(query, 'before')];
  const current = Math.floor(nowMs / bar) * bar;
  const newest = after === null ? current : Math.min(current, Math.ceil(Number(after) / bar) * bar - bar);
  const reach = isRecent ? current - (RECENT_BARS - 1) * bar : HISTORY_STARTS_MS;
  const oldest = Math.max(HISTORY_STARTS_MS, reach, before === null ? 0 : Math.floor(Number(before) / bar) * bar + bar);
  const { tickSz } = market.instrument;
  const rows: string[][] = [];
  for (let startMs = newest; startMs >= oldest && rows.length < limit; startMs -= bar) {
    const candle = candleAt(market, startMs, bar, nowMs);
    const prices = [candle.open, candle.high, candle.low, candle.close].map((px) => plain(priceNear(px, tickSz)));
    rows.push([String(startMs), ...prices, candle.isClosed ? '1' : '0']);
  }
  return rows;
}
