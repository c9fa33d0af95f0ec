import { markPaidBody, type MarkPaidBody } from '@liqpass/api/orderBodies';
import { purchaseOrderAnswer, purchaseOrderParams } from '@liqpass/api/purchaseOrders';
import type { Server } from '@liqpass/service/server';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../db/audit/auditRepo.ts';
import type { HallContext } from '../services/hallContext.ts';
import { markPurchaseOrderPaid, type ReceivedPayment } from '../services/payments.ts';
import { OF_MARKING_PAID } from './platform/refusals.ts';
import { amount, instantMs } from './platform/wireValues.ts';
import { purchaseOrderToWire } from './wireFormat.ts';

export const toReceivedPayment = (body: MarkPaidBody): ReceivedPayment => ({
  paidAtMs: instantMs(body.paidAt),
  amount: body.premiumAmountUsdc === undefined ? null : amount(body.premiumAmountUsdc),
  txHash: body.txHash ?? null,
  quoteHash: body.quoteHash ?? null,
  payer: body.payer ?? null,
  note: body.note ?? null,
});

/** Where a premium received is recorded, behind one door or the other: who comes in there is asked before anything is read. */
export function markPaidRoute(
  app: Server,
  ctx: HallContext,
  door: {
    readonly path: '/internal/purchase-orders/:id/mark-paid' | '/admin/purchase-orders/:id/mark-paid';
    readonly tags: string[];
    readonly security: Record<string, string[]>[];
    /** Whoever may record money; refuses anybody else. */
    readonly actorOf: (request: FastifyRequest) => Actor;
  },
): void {
  const { path, tags, security, actorOf } = door;
  app.post(
    path,
    {
      onRequest: async (request) => void actorOf(request),
      schema: {
        tags,
        summary: 'Record a premium received',
        security,
        params: purchaseOrderParams,
        body: markPaidBody,
        response: { 200: purchaseOrderAnswer },
        refuses: OF_MARKING_PAID,
      },
    },
    async (request) => {
      const payment = toReceivedPayment(request.body);
      return purchaseOrderToWire(
        await markPurchaseOrderPaid(ctx, request.params.id, payment, actorOf(request)),
        ctx.clock.now(),
      );
    },
  );
}
