import { EXCHANGE_KEY_CODES } from '@liqpass/api/errors';
import { observeAnswer, observeRequest } from '@liqpass/api/observe';
import type { Server } from '@liqpass/service/server';
import type { Context } from '../services/context.ts';
import { observePosition } from '../services/observe.ts';

export function observeRoutes(app: Server, ctx: Context): void {
  app.post(
    '/observe',
    {
      schema: {
        tags: ['watch'],
        security: [{ bearer: [] }],
        summary: 'How a position stands now, and what its holder did with its margin',
        body: observeRequest,
        response: { 200: observeAnswer },
        refuses: [...EXCHANGE_KEY_CODES, 'SERVICE_UNAVAILABLE'],
      },
    },
    (request) => observePosition(ctx, request.body),
  );
}
