import { OPERATOR_EVENT, operatorEventData, TRADER_EVENT, traderEventData } from '@liqpass/api/events';
import { purchaseOrderParams } from '@liqpass/api/purchaseOrders';
import { formatIso } from '@liqpass/kernel/time';
import type { Server } from '@liqpass/service/server';
import { z } from 'zod';
import { countQueue } from '../db/queueRepo.ts';
import { readClaim } from '../services/claims.ts';
import type { HallContext } from '../services/hallContext.ts';
import { readOwnPurchaseOrder } from '../services/purchaseOrders.ts';
import { eventStreams } from './platform/eventStream.ts';
import { operatorsOnly, traderActor } from './people/guards.ts';
import type { Keys } from './platform/keys.ts';
import { claimToWire, purchaseOrderToWire } from './wireFormat.ts';
import { OF_OWN_ORDER, OPTIONAL_SESSION } from './platform/refusals.ts';

const stream = { content: { 'text/event-stream': { schema: z.string() } } };

/** Live changes for the pages; whoever cannot listen polls the plain routes. */
export function eventRoutes(app: Server, ctx: HallContext, keys: Keys): void {
  const streams = eventStreams(app, ctx);

  app.get(
    '/api/purchase-orders/:id/events',
    {
      schema: {
        tags: ['purchase orders'],
        security: OPTIONAL_SESSION,
        summary: 'Live: an order and its claim',
        params: purchaseOrderParams,
        response: { 200: stream },
        refuses: [...OF_OWN_ORDER, 'SERVICE_UNAVAILABLE'],
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const actor = traderActor(request);
      const read = async (): Promise<unknown> => {
        const order = await readOwnPurchaseOrder(ctx, id, actor);
        const claim = order.claim ? await readClaim(ctx, order.claim.id) : null;
        return traderEventData.parse({
          purchase_order: purchaseOrderToWire(order, ctx.clock.now()),
          claim: claim ? claimToWire(claim) : null,
        });
      };
      await streams.open(request, reply, TRADER_EVENT, (changed) => changed === id, read);
      return reply;
    },
  );

  app.get(
    '/admin/events',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        tags: ['admin'],
        security: [{ adminKey: [] }, { session: [] }],
        summary: 'Live: the operators’ queue',
        response: { 200: stream },
        refuses: ['SERVICE_UNAVAILABLE'],
      },
    },
    async (request, reply) => {
      let before: string | null = null;
      let last: unknown = null;
      // The moment changes only with the figures: or each look would be an event.
      const read = async (): Promise<unknown> => {
        const counts = await countQueue(ctx.db);
        const now = JSON.stringify(counts);
        if (now === before && last !== null) return last;
        const first = before === null;
        before = now;
        last = operatorEventData.parse({
          at: formatIso(ctx.clock.now()),
          subject: first ? null : 'claim',
          id: null,
          claim_counts: counts.claims,
          reported_payments: counts.reportedPayments,
        });
        return last;
      };
      await streams.open(request, reply, OPERATOR_EVENT, () => true, read);
      return reply;
    },
  );
}
