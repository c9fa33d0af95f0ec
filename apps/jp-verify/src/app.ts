import { LiqPassError } from '@liqpass/api/errors';
import { sameSecret } from '@liqpass/service/constantTime';
import { buildServer, type Server } from '@liqpass/service/server';
import { z } from 'zod';
import { exchangeKeyRoutes } from './routes/exchangeKeys.ts';
import { marketRoutes } from './routes/market.ts';
import { observeRoutes } from './routes/observe.ts';
import { verifyRoutes } from './routes/verify.ts';
import type { Context } from './services/context.ts';

/** Routes that anyone may ask. */
const OPEN = new Set(['/healthz', '/sealing-key', '/attestation-keys', '/openapi.json']);

/** jp-verify's server, not listening yet. `apiKey` is what callers must bring as a bearer token. */
export async function buildApp(ctx: Context, apiKey: string): Promise<Server> {
  const app = await buildServer({
    name: 'LiqPass jp-verify',
    version: '0.1.0',
    description:
      'Says what happened to a position at the exchange, and proves it. It alone talks to the exchange, only to read.',
    logger: ctx.logger,
    refusalsOf: ({ url }) => (OPEN.has(url) ? [] : ['UNAUTHORIZED']),
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
  });
  app.addHook('onRequest', async (request) => {
    const route = request.routeOptions.url;
    if (route === undefined || OPEN.has(route) || route.startsWith('/docs')) return;
    const [, token = ''] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (!sameSecret(token, apiKey))
      throw new LiqPassError(
        'UNAUTHORIZED',
        'This service answers only to whoever holds its key: authorization: Bearer …',
      );
  });
  app.addHook('preClose', async () => {
    ctx.stopping.now = true;
    ctx.liquidations?.close();
  });
  app.addHook('onClose', () => ctx.judges.close());
  app.get(
    '/healthz',
    {
      schema: {
        tags: ['operations'],
        summary: 'Whether it runs',
        response: { 200: z.strictObject({ ok: z.literal(true) }) },
      },
    },
    async () => ({ ok: true as const }),
  );
  verifyRoutes(app, ctx);
  exchangeKeyRoutes(app, ctx);
  observeRoutes(app, ctx);
  marketRoutes(app, ctx);
  return app;
}
