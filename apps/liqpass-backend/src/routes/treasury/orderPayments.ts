import { markPaidBody } from '@liqpass/api/orderBodies';
import { purchaseOrderAnswer, purchaseOrderParams } from '@liqpass/api/purchaseOrders';
import type { Server } from '@liqpass/service/server';
import { payOrder } from '../../services/treasury/payOrder.ts';
import type { TreasuryContext } from '../../services/treasury/treasuryContext.ts';
import { adminActor, internalActor, operatorsOnly } from '../people/guards.ts';
import type { Keys } from '../platform/keys.ts';
import { OF_MARKING_PAID } from '../platform/refusals.ts';
import { toReceivedPayment } from '../receivedPayment.ts';
import { purchaseOrderToWire } from '../wireFormat.ts';

/** Money received: for whoever holds the internal key, and for operators. 202: kept, it counts once the chain shows it for good. */
export function orderPaymentRoutes(app: Server, ctx: TreasuryContext, keys: Keys): void {
  const common = {
    summary: 'Record a premium received',
    params: purchaseOrderParams,
    body: markPaidBody,
    response: { 200: purchaseOrderAnswer, 202: purchaseOrderAnswer },
    refuses: OF_MARKING_PAID,
  };

  app.post(
    '/internal/purchase-orders/:id/mark-paid',
    {
      onRequest: async (request) => void internalActor(request, keys),
      schema: { ...common, tags: ['internal'], security: [{ internalKey: [] }] },
    },
    async (request, reply) => {
      const actor = internalActor(request, keys);
      const { order, counts } = await payOrder(ctx, request.params.id, toReceivedPayment(request.body), actor);
      return reply.code(counts ? 200 : 202).send(purchaseOrderToWire(order, ctx.clock.now()));
    },
  );

  app.post(
    '/admin/purchase-orders/:id/mark-paid',
    {
      ...operatorsOnly(keys, 'treasurer'),
      schema: { ...common, tags: ['admin'], security: [{ adminKey: [] }, { session: [] }] },
    },
    async (request, reply) => {
      const actor = adminActor(request, keys, 'treasurer');
      const { order, counts } = await payOrder(ctx, request.params.id, toReceivedPayment(request.body), actor);
      return reply.code(counts ? 200 : 202).send(purchaseOrderToWire(order, ctx.clock.now()));
    },
  );
}
