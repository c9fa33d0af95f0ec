import type { Server } from '@liqpass/service/server';
import type { HallContext } from '../services/hallContext.ts';
import { markPaidRoute } from './markPaidRoute.ts';
import { internalActor } from './people/guards.ts';
import type { Keys } from './platform/keys.ts';

/** Money received: only for whoever holds the internal key. */
export function internalPurchaseOrderRoutes(app: Server, ctx: HallContext, keys: Keys): void {
  markPaidRoute(app, ctx, {
    path: '/internal/purchase-orders/:id/mark-paid',
    tags: ['internal'],
    security: [{ internalKey: [] }],
    actorOf: (request) => internalActor(request, keys),
  });
}
