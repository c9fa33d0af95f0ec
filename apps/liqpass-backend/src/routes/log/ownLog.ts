import { claimParams } from '@liqpass/api/claims';
import { LiqPassError } from '@liqpass/api/errors';
import { liabilitiesAnswer, liabilityPathAnswer, ownLogAnswer } from '@liqpass/api/log';
import { purchaseOrderParams } from '@liqpass/api/purchaseOrders';
import { liabilityPathJson } from '@liqpass/log/sumTree';
import type { Server } from '@liqpass/service/server';
import { readClaim } from '../../services/claims.ts';
import type { HallContext } from '../../services/hallContext.ts';
import { logLiabilities } from '../../services/log/appendLog.ts';
import { readLiabilities, readLiabilityPath } from '../../services/log/liabilities.ts';
import type { LogContext } from '../../services/log/logContext.ts';
import { listOwnLogEntries } from '../../services/log/readLog.ts';
import { readOwnPurchaseOrder } from '../../services/purchaseOrders.ts';
import { operatorsOnly, traderActor } from '../people/guards.ts';
import type { Keys } from '../platform/keys.ts';
import { OF_OWN_ORDER, OPTIONAL_SESSION } from '../platform/refusals.ts';
import { liabilitiesToWire } from './liabilitiesWire.ts';

/** What the log tells of an order, for whoever may read it; and where it stands in what is owed. */
export function ownLogRoutes(app: Server, ctx: LogContext & HallContext, keys: Keys): void {
  const tags = ['log'];
  app.get(
    '/api/purchase-orders/:id/log',
    {
      schema: {
        tags,
        security: OPTIONAL_SESSION,
        summary: 'What the public log tells of an order and its claim, with what opens it',
        params: purchaseOrderParams,
        response: { 200: ownLogAnswer },
        refuses: [...OF_OWN_ORDER],
      },
    },
    async (request) => {
      const order = await readOwnPurchaseOrder(ctx, request.params.id, traderActor(request));
      return { items: await listOwnLogEntries(ctx, order.id) };
    },
  );
  app.get(
    '/api/claims/:id/log',
    {
      schema: {
        tags,
        security: OPTIONAL_SESSION,
        summary: 'What the public log tells of a claim and its order, with what opens it',
        params: claimParams,
        response: { 200: ownLogAnswer },
        refuses: [...OF_OWN_ORDER, 'CLAIM_NOT_FOUND'],
      },
    },
    async (request) => {
      const { purchaseOrderId } = await readClaim(ctx, request.params.id);
      const order = await readOwnPurchaseOrder(ctx, purchaseOrderId, traderActor(request));
      return { items: await listOwnLogEntries(ctx, order.id) };
    },
  );
  app.get(
    '/api/liabilities/:id',
    {
      schema: {
        tags,
        security: OPTIONAL_SESSION,
        summary: 'Where an order stands in the last tree of what is owed',
        params: purchaseOrderParams,
        response: { 200: liabilityPathAnswer },
        refuses: [...OF_OWN_ORDER, 'LIABILITY_NOT_FOUND'],
      },
    },
    async (request) => {
      const order = await readOwnPurchaseOrder(ctx, request.params.id, traderActor(request));
      const path = await readLiabilityPath(ctx, order.id);
      if (path === null)
        throw new LiqPassError(
          'LIABILITY_NOT_FOUND',
          'Nothing was owed on this order when the last tree was made: one is made each hour.',
        );
      return liabilityPathJson(path);
    },
  );
  const { publicLog } = ctx.settings;
  if (publicLog === null) return;
  app.post(
    '/admin/liabilities',
    {
      ...operatorsOnly(keys, 'admin'),
      schema: {
        tags,
        security: [{ adminKey: [] }, { session: [] }],
        summary: 'Logs what is owed now, instead of at the next hour',
        response: { 200: liabilitiesAnswer },
        refuses: ['SERVICE_UNAVAILABLE'],
      },
    },
    async () => {
      const logged = await logLiabilities(ctx, publicLog);
      const tree = logged ? await readLiabilities(ctx) : null;
      if (tree === null)
        throw new LiqPassError('SERVICE_UNAVAILABLE', 'The log is being appended to right now: try again.');
      return liabilitiesToWire(tree);
    },
  );
}
