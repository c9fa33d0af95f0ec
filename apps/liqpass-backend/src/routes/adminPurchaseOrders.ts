import { listAdminPurchaseOrdersQuery } from '@liqpass/api/operators';
import {
  paymentPreviewAnswer,
  purchaseOrderAnswer,
  purchaseOrderPage,
  purchaseOrderParams,
} from '@liqpass/api/purchaseOrders';
import { paymentPreviewQuery } from '@liqpass/api/orderBodies';
import { withReasonBody } from '@liqpass/api/payoutBodies';
import type { Server } from '@liqpass/service/server';
import { readSearched } from '../domain/searched.ts';
import type { HallContext } from '../services/hallContext.ts';
import { previewPayment } from '../services/payments.ts';
import { listPurchaseOrders, readPurchaseOrder } from '../services/purchaseOrders.ts';
import { undoPremium } from '../services/undoPremium.ts';
import { adminActor, operatorsOnly } from './people/guards.ts';
import type { Keys } from './platform/keys.ts';
import { toReceivedPayment } from './receivedPayment.ts';
import { previewToWire } from './paymentPreview.ts';
import { orderCursor, parseOrderCursor, purchaseOrderToWire } from './wireFormat.ts';
import { toPage } from './platform/pagination.ts';

/** Operators see the orders, reported payments first, and confirm what came. */
export function adminPurchaseOrderRoutes(app: Server, ctx: HallContext, keys: Keys): void {
  const common = { tags: ['admin'], security: [{ adminKey: [] }, { session: [] }] };

  app.get(
    '/admin/purchase-orders',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        ...common,
        summary: 'Orders, reported payments first',
        querystring: listAdminPurchaseOrdersQuery,
        response: { 200: purchaseOrderPage },
      },
    },
    async (request) => {
      const { status, q, reported, limit, cursor } = request.query;
      const rows = await listPurchaseOrders(ctx, {
        status: status ?? null,
        owner: null,
        reported: reported === 'true',
        searched: q === undefined || q === '' ? null : readSearched(q),
        after: parseOrderCursor(cursor),
        limit: limit + 1,
      });
      return toPage(rows, limit, orderCursor, (order) => purchaseOrderToWire(order, ctx.clock.now()));
    },
  );

  app.get(
    '/admin/purchase-orders/:id/payment-preview',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        ...common,
        summary: 'What would follow if this payment were recorded now; nothing is',
        params: purchaseOrderParams,
        querystring: paymentPreviewQuery,
        response: { 200: paymentPreviewAnswer },
        refuses: ['PURCHASE_ORDER_NOT_FOUND', 'PAID_AT_IN_FUTURE', 'ADDRESS_CHECKSUM_WRONG'],
      },
    },
    async (request) => {
      const order = await readPurchaseOrder(ctx, request.params.id);
      return previewToWire(await previewPayment(ctx, order, toReceivedPayment(request.query)), ctx.clock.now());
    },
  );

  app.post(
    '/admin/purchase-orders/:id/undo-paid',
    {
      ...operatorsOnly(keys, 'treasurer'),
      schema: {
        ...common,
        summary: 'Take the record of a premium back that was a mistake, while nothing rests on it',
        params: purchaseOrderParams,
        body: withReasonBody,
        response: { 200: purchaseOrderAnswer },
        refuses: ['PURCHASE_ORDER_NOT_FOUND', 'INVALID_STATUS_TRANSITION', 'PREMIUM_RELIED_ON', 'TOO_LATE_TO_UNDO'],
      },
    },
    async (request) => {
      const actor = adminActor(request, keys, 'treasurer');
      return purchaseOrderToWire(
        await undoPremium(ctx, request.params.id, request.body.reason, actor),
        ctx.clock.now(),
      );
    },
  );
}
