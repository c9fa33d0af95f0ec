import { LiqPassError } from '@liqpass/api/errors';
import type { CandlesAnswer, CandlesQuery, MarksAnswer } from '@liqpass/api/market';
import { formatDecimal, parseNumeric } from '@liqpass/kernel/decimal';
import { HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { readAnswer } from '@liqpass/proof/answers';
import { candleRow, parseRows, type CandleRow } from '@liqpass/proof/rows';
import { markCandlesTarget, markPriceTarget } from '@liqpass/proof/targets';
import { z } from 'zod';
import type { OkxClient } from '../okx/okxClient.ts';
import { okxClientFor, type Context } from './context.ts';
import { INTERACTIVE_MS, refusalOf } from './credentials.ts';

const PAGE = 100;
/** How many bars the recent endpoint reaches back: 1440 by the documentation; the rest is history. */
const RECENT_BARS = 1_400;
/** What can be insured. */
const INSTRUMENTS = ['BTC-USDT-SWAP', 'ETH-USDT-SWAP'] as const;

async function readCandlePage(
  ctx: Context,
  client: OkxClient,
  query: CandlesQuery,
  afterMs: number,
  deadlineMs: number,
): Promise<CandleRow[]> {
  const barMs = query.bar === '1m' ? MINUTE_MS : HOUR_MS;
  const isRecent = afterMs > client.now() - RECENT_BARS * barMs;
  const source = isRecent ? 'mark-price-candles' : 'history-mark-price-candles';
  const exchange = await client.get(markCandlesTarget(source, query.instId, afterMs, query.bar), deadlineMs);
  const answer = readAnswer({ ...exchange, path: 'okx/01-market' });
  if (answer.kind === 'refused') throw refusalOf(answer);
  const rows = parseRows(candleRow, answer.rows);
  if (rows === null) throw new LiqPassError('SERVICE_UNAVAILABLE', 'The exchange gave candles that cannot be read.');
  return rows;
}

/** Mark-price candles, newest first, older than `after`. */
export async function readCandles(ctx: Context, query: CandlesQuery): Promise<CandlesAnswer> {
  const client = okxClientFor(ctx, null, null, 'market');
  const deadlineMs = ctx.clock.now() + INTERACTIVE_MS;
  const barMs = query.bar === '1m' ? MINUTE_MS : HOUR_MS;
  const found = new Map<number, CandleRow>();
  let afterMs = query.after ?? client.now() + barMs;
  while (found.size < query.limit) {
    const rows = await readCandlePage(ctx, client, query, afterMs, deadlineMs);
    const older = rows.filter((row) => row.timeMs < afterMs);
    for (const row of older) found.set(row.timeMs, row);
    // The last page, or an exchange that knows no cursor.
    if (older.length === 0 || (rows.length < PAGE && older.length < rows.length)) break;
    afterMs = Math.min(...older.map((row) => row.timeMs));
  }
  const candles = [...found.values()].toSorted((a, b) => b.timeMs - a.timeMs).slice(0, query.limit);
  return {
    instId: query.instId,
    bar: query.bar,
    candles: candles.flatMap(({ timeMs, open, high, low, close, closed }) =>
      open && high && low && close
        ? [
            {
              timeMs,
              open: formatDecimal(open),
              high: formatDecimal(high),
              low: formatDecimal(low),
              close: formatDecimal(close),
              closed,
            },
          ]
        : [],
    ),
  };
}

const scalar = z.union([z.string(), z.number()]).transform(String);
const priceRow = z.object({
  instId: scalar.optional(),
  markPx: scalar.optional(),
  idxPx: scalar.optional(),
  ts: scalar.optional(),
});

/** One price and its time; null where it cannot be read: what depends on it then stands still, and says so. */
async function readPrice(
  client: OkxClient,
  target: string,
  instId: string,
  deadlineMs: number,
): Promise<{ px: string | null; timeMs: number | null }> {
  const answer = readAnswer({ ...(await client.get(target, deadlineMs)), path: 'okx/01-market' });
  const rows = answer.kind === 'rows' ? (parseRows(priceRow, answer.rows) ?? []) : [];
  const row = rows.find((each) => each.instId === instId);
  const px = parseNumeric(row?.markPx ?? row?.idxPx ?? '');
  const timeMs = Number(row?.ts ?? Number.NaN);
  return { px: px === null ? null : formatDecimal(px), timeMs: Number.isSafeInteger(timeMs) ? timeMs : null };
}

/** Mark price and index price (a second source) of what can be insured. */
export async function readMarks(ctx: Context): Promise<MarksAnswer> {
  const client = okxClientFor(ctx, null, null, 'market');
  const deadlineMs = ctx.clock.now() + INTERACTIVE_MS;
  const marks = await Promise.all(
    INSTRUMENTS.map(async (instId) => {
      const index = instId.replace('-SWAP', '');
      const [mark, indexPrice] = await Promise.all([
        readPrice(client, markPriceTarget(instId), instId, deadlineMs),
        readPrice(client, `/api/v5/market/index-tickers?instId=${index}`, index, deadlineMs),
      ]);
      return {
        instId,
        markPx: mark.px,
        markTimeMs: mark.timeMs,
        indexPx: indexPrice.px,
        indexTimeMs: indexPrice.timeMs,
      };
    }),
  );
  return { readAtMs: client.now(), marks };
}
