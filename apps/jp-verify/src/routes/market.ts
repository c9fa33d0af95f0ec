import {
  candlesAnswer,
  candlesQuery,
  exchangeAnswer,
  liquidationsAnswer,
  liquidationsQuery,
  marksAnswer,
} from '@liqpass/api/market';
import type { Server } from '@liqpass/service/server';
import type { Context } from '../services/context.ts';
import { exchangeReader } from '../services/exchange.ts';
import { readCandles, readMarks } from '../services/market.ts';

export function marketRoutes(app: Server, ctx: Context): void {
  const tags = ['market'];
  const security = [{ bearer: [] }];
  app.get(
    '/market/candles',
    {
      schema: {
        tags,
        security,
        summary: 'Mark-price candles, newest first',
        querystring: candlesQuery,
        response: { 200: candlesAnswer },
        refuses: ['SERVICE_UNAVAILABLE'],
      },
    },
    (request) => readCandles(ctx, request.query),
  );
  app.get(
    '/market/marks',
    {
      schema: {
        tags,
        security,
        summary: 'Mark and index prices',
        response: { 200: marksAnswer },
        refuses: ['SERVICE_UNAVAILABLE'],
      },
    },
    () => readMarks(ctx),
  );
  app.get(
    '/market/liquidations',
    {
      schema: {
        tags,
        security,
        summary: 'Liquidations as the exchange tells everybody, as far as they were heard',
        querystring: liquidationsQuery,
        response: { 200: liquidationsAnswer },
      },
    },
    async (request) =>
      ctx.liquidations?.read(request.query.stream, request.query.after) ?? {
        on: false,
        connected: false,
        stream: '',
        items: [],
        next: 0,
      },
  );
  const readExchange = exchangeReader(ctx);
  app.get(
    '/exchange',
    {
      schema: {
        tags,
        security,
        summary: 'How the exchange answers, and its maintenance',
        response: { 200: exchangeAnswer },
      },
    },
    () => readExchange(),
  );
}
