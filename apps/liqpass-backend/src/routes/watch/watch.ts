import { purchaseOrderParams } from '@liqpass/api/purchaseOrders';
import { watchAnswer, watchBody } from '@liqpass/api/watch';
import type { Server } from '@liqpass/service/server';
import { readWatch, readWatchForReview, setWatch } from '../../services/watch/consent.ts';
import type { LookoutContext } from '../../services/watch/lookoutContext.ts';
import { operatorsOnly, traderActor } from '../people/guards.ts';
import type { Keys } from '../platform/keys.ts';
import { OF_OWN_ORDER, OPTIONAL_SESSION } from '../platform/refusals.ts';

/** The watch over an order's position: the trader's consent, and what it has seen. */
export function watchRoutes(app: Server, ctx: LookoutContext, keys: Keys): void {
  const tags = ['watch'];
  app.get(
    '/api/purchase-orders/:id/watch',
    {
      schema: {
        tags,
        security: OPTIONAL_SESSION,
        summary: 'Whether the position of an order is watched, and what was seen',
        params: purchaseOrderParams,
        response: { 200: watchAnswer },
        refuses: [...OF_OWN_ORDER],
      },
    },
    (request) => readWatch(ctx, request.params.id, traderActor(request)),
  );
  app.put(
    '/api/purchase-orders/:id/watch',
    {
      schema: {
        tags,
        security: OPTIONAL_SESSION,
        summary: 'Switches the watch on or off, and says whether it files the claim',
        params: purchaseOrderParams,
        body: watchBody,
        response: { 200: watchAnswer },
        refuses: [...OF_OWN_ORDER, 'WATCH_NEEDS_KEY'],
      },
    },
    (request) => setWatch(ctx, request.params.id, request.body, traderActor(request)),
  );
  app.get(
    '/admin/purchase-orders/:id/watch',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        tags,
        security: [{ adminKey: [] }, { session: [] }],
        summary: 'What the watch over an order saw, when, and when it saw nothing',
        params: purchaseOrderParams,
        response: { 200: watchAnswer },
        refuses: ['PURCHASE_ORDER_NOT_FOUND'],
      },
    },
    (request) => readWatchForReview(ctx, request.params.id),
  );
}
