import { payoutAddressMessageAnswer } from '@liqpass/api/payoutAddress';
import { payoutAddressBody, payoutAddressMessageBody } from '@liqpass/api/authBodies';
import {
  listPurchaseOrdersQuery,
  purchaseOrderAnswer,
  purchaseOrderPage,
  purchaseOrderParams,
} from '@liqpass/api/purchaseOrders';
import type { Server } from '@liqpass/service/server';
import type { HallContext } from '../services/hallContext.ts';
import { changePayoutAddress, requestPayoutAddress } from '../services/payoutAddress.ts';
import { listPurchaseOrders } from '../services/purchaseOrders.ts';
import { toNonce } from './people/auth.ts';
import { signedIn, signedInOnly, traderActor } from './people/guards.ts';
import { siteOf } from './people/site.ts';
import { toPage } from './platform/pagination.ts';
import { OF_A_SIGNED_MESSAGE, OF_OWN_ORDER } from './platform/refusals.ts';
import { orderCursor, parseOrderCursor, purchaseOrderToWire } from './wireFormat.ts';

/** A wallet's own orders, and where each pays out to. */
export function ownPurchaseOrderRoutes(app: Server, ctx: HallContext): void {
  const settings = ctx.settings.people;
  const tags = ['people'];
  const wallet = { ...signedInOnly };
  const security = [{ session: [] }];

  app.get(
    '/api/me/purchase-orders',
    {
      ...wallet,
      schema: {
        tags,
        summary: 'Orders of the wallet that is signed in',
        security,
        querystring: listPurchaseOrdersQuery,
        response: { 200: purchaseOrderPage },
      },
    },
    async (request) => {
      const { status, limit, cursor } = request.query;
      const rows = await listPurchaseOrders(ctx, {
        status: status ?? null,
        owner: signedIn(request).address,
        after: parseOrderCursor(cursor),
        limit: limit + 1,
      });
      return toPage(rows, limit, orderCursor, (order) => purchaseOrderToWire(order, ctx.clock.now()));
    },
  );

  app.post(
    '/api/purchase-orders/:id/payout-address/message',
    {
      ...wallet,
      schema: {
        tags,
        summary: 'The message to sign for another payout address',
        security,
        params: purchaseOrderParams,
        body: payoutAddressMessageBody,
        response: { 200: payoutAddressMessageAnswer },
        refuses: [...OF_OWN_ORDER, 'PAYOUT_ADDRESS_FROZEN', 'ADDRESS_CHECKSUM_WRONG', 'ADDRESS_CANNOT_BE_PAID'],
      },
    },
    async (request) => {
      const { kept, doubts } = await requestPayoutAddress(
        ctx,
        request.params.id,
        request.body.payoutAddress,
        siteOf(request, settings),
        traderActor(request),
      );
      return { ...toNonce(kept), ...(doubts === null ? {} : { payee_doubts: [...doubts] }) };
    },
  );

  app.post(
    '/api/purchase-orders/:id/payout-address',
    {
      ...wallet,
      schema: {
        tags,
        summary: 'Set the payout address that the wallet signed for',
        security,
        params: purchaseOrderParams,
        body: payoutAddressBody,
        response: { 200: purchaseOrderAnswer },
        refuses: [...OF_OWN_ORDER, ...OF_A_SIGNED_MESSAGE, 'PAYOUT_ADDRESS_FROZEN'],
      },
    },
    async (request) =>
      purchaseOrderToWire(
        await changePayoutAddress(ctx, request.params.id, request.body, traderActor(request)),
        ctx.clock.now(),
      ),
  );
}
