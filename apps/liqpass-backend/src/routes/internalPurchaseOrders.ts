import { purchaseOrderAnswer, purchaseOrderParams } from '@liqpass/api/purchaseOrders';
import { markPaidBody, type MarkPaidBody } from '@liqpass/api/orderBodies';
import type { Server } from '@liqpass/service/server';
import type { HallContext } from '../services/hallContext.ts';
import { markPurchaseOrderPaid, type ReceivedPayment } from '../services/payments.ts';
import { internalActor } from './people/guards.ts';
import type { Keys } from './platform/keys.ts';
import { amount, instantMs } from './platform/wireValues.ts';
import { purchaseOrderToWire } from './wireFormat.ts';
import { OF_MARKING_PAID } from './platform/refusals.ts';

export const toReceivedPayment = (body: MarkPaidBody): ReceivedPayment => ({
  paidAtMs: instantMs(body.paidAt),
  amount: body.premiumAmountUsdc === undefined ? null : amount(body.premiumAmountUsdc),
  txHash: body.txHash ?? null,
  quoteHash: body.quoteHash ?? null,
  payer: body.payer ?? null,
  note: body.note ?? null,
});

/** Money received: only for whoever holds the internal key. */
export function internalPurchaseOrderRoutes(app: Server, ctx: HallContext, keys: Keys): void {
  app.post(
    '/internal/purchase-orders/:id/mark-paid',
    {
      onRequest: async (request) => void internalActor(request, keys),
      schema: {
        tags: ['internal'],
        summary: 'Record a premium received',
        security: [{ internalKey: [] }],
        params: purchaseOrderParams,
        body: markPaidBody,
        response: { 200: purchaseOrderAnswer },
        refuses: OF_MARKING_PAID,
      },
    },
    async (request) =>
      purchaseOrderToWire(
        await markPurchaseOrderPaid(
          ctx,
          request.params.id,
          toReceivedPayment(request.body),
          internalActor(request, keys),
        ),
        ctx.clock.now(),
      ),
  );
}
