import { pastAnswer, pastQuery } from '@liqpass/api/past';
import { candlesAnswer, candlesQuery, marksAnswer } from '@liqpass/api/quotes';
import { formatIso } from '@liqpass/kernel/time';
import { MAX_DATA_AGE_MS } from '@liqpass/underwriting/market';
import type { Server } from '@liqpass/service/server';
import { chartReader } from '../../services/book/chart.ts';
import type { BookContext } from '../../services/book/bookContext.ts';
import { INSTRUMENTS } from '../../services/book/market.ts';
import { readPast } from '../../services/book/past.ts';
import { callerName } from '../people/callerName.ts';
import { instantMs } from '../platform/wireValues.ts';

/** Prices for charts. */
export function marketRoutes(app: Server, ctx: BookContext): void {
  const tags = ['quotes'];
  const readChart = chartReader(ctx);
  app.get(
    '/api/market/candles',
    {
      schema: {
        tags,
        summary: 'Mark-price candles, oldest first',
        querystring: candlesQuery,
        response: { 200: candlesAnswer },
        refuses: ['PRODUCT_NOT_FOUND', 'VERIFIER_UNAVAILABLE'],
      },
    },
    async (request) => {
      const { instId, bar, limit, until } = request.query;
      const candles = await readChart({
        instId,
        bar,
        limit,
        untilMs: instantMs(until),
        caller: callerName(request),
      });
      return {
        inst_id: instId,
        bar,
        items: candles.map(({ atMs, open, high, low, close }) => ({
          at: formatIso(atMs),
          o: open,
          h: high,
          l: low,
          c: close,
        })),
      };
    },
  );
  app.get(
    '/api/market/past',
    {
      schema: {
        tags,
        summary: 'How often such a cover would have paid in the last year, begun at any hour',
        querystring: pastQuery,
        response: { 200: pastAnswer },
        refuses: ['PRODUCT_NOT_FOUND'],
      },
    },
    async (request) => readPast(ctx, request.query),
  );
  app.get(
    '/api/market/marks',
    { schema: { tags, summary: 'The mark prices now', response: { 200: marksAnswer } } },
    async () => {
      const nowMs = ctx.clock.now();
      return {
        items: INSTRUMENTS.flatMap((instId) => {
          const mark = ctx.market.lastMark(instId);
          if (!mark) return [];
          const stale = Math.abs(nowMs - mark.atMs) > MAX_DATA_AGE_MS;
          return [{ inst_id: instId, mark_px: mark.markPx, at: formatIso(mark.atMs), stale }];
        }),
      };
    },
  );
}
