import { OPERATOR_EVENT, operatorEventData, TRADER_EVENT, traderEventData } from '@liqpass/api/events';
import { purchaseOrderParams } from '@liqpass/api/purchaseOrders';
import { invariant } from '@liqpass/kernel/invariant';
import type { Server } from '@liqpass/service/server';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Actor } from '../db/audit/auditRepo.ts';
import type { HallContext } from '../services/hallContext.ts';
import {
  liveQueue,
  ownLiveOrder,
  readLiveOrders,
  whoStillMay,
  type Listening,
  type LiveOrder,
  type LiveQueue,
} from '../services/live.ts';
import { eventStreams, type Listener } from './platform/eventStream.ts';
import { operator, operatorsOnly, traderActor } from './people/guards.ts';
import type { Keys } from './platform/keys.ts';
import { countedAddress } from './platform/rateLimits.ts';
import { claimToWire, purchaseOrderToWire } from './wireFormat.ts';
import { OF_OWN_ORDER, OPTIONAL_SESSION } from './platform/refusals.ts';

const stream = { content: { 'text/event-stream': { schema: z.string() } } };

/** Streams of one process: the traders' never take the operators' places. */
const MOST = { traders: 1_000, operators: 200 } as const;
/** A browser has one, whatever the number of its tabs; people behind one address are many. */
export const MOST_OF_ONE = 12;
export const MOST_OF_ADDRESS = 100;

const mostOf = (countedAs: string): number => (countedAs.startsWith('ip:') ? MOST_OF_ADDRESS : MOST_OF_ONE);
const sessionOf = ({ caller }: FastifyRequest): string | null => (caller?.kind === 'wallet' ? caller.id : null);
/** By the wallet, where there is one, and by the address: wallets cost nothing. */
const countedAs = (request: FastifyRequest, name: string | null): string[] => [
  `ip:${countedAddress(request.ip)}`,
  ...(name === null ? [] : [name]),
];

type Trader = Listener & Listening & { readonly actor: Actor };
type OperatorListening = Listener & Listening & { first: LiveQueue | null };
const QUEUE = 'queue';

/** Live changes for the pages; whoever cannot listen polls the plain routes. */
export function eventRoutes(app: Server, ctx: HallContext, keys: Keys): void {
  const traders = eventStreams<Trader, LiveOrder>(app, ctx, {
    event: TRADER_EVENT,
    most: MOST.traders,
    mostOf,
    look: (ids) => readLiveOrders(ctx, ids),
    concerned: (changed) => changed,
    tell({ id, actor }, live) {
      const { order, claim } = ownLiveOrder(id, live, actor);
      return traderEventData.parse({
        purchase_order: purchaseOrderToWire(order, ctx.clock.now()),
        claim: claim ? claimToWire(claim) : null,
      });
    },
    stillMay: (listeners) => whoStillMay(ctx, listeners, null),
  });
  const readQueue = liveQueue(ctx);
  const operators = eventStreams<OperatorListening, LiveQueue>(app, ctx, {
    event: OPERATOR_EVENT,
    most: MOST.operators,
    mostOf,
    look: async () => new Map([[QUEUE, await readQueue()]]),
    concerned: () => QUEUE,
    tell(listener, queue) {
      invariant(queue, 'the queue is always there');
      listener.first ??= queue;
      return operatorEventData.parse({
        at: queue.at,
        subject: listener.first === queue ? null : 'claim',
        id: null,
        claim_counts: queue.counts.claims,
        reported_payments: queue.counts.reportedPayments,
      });
    },
    stillMay: (listeners) => whoStillMay(ctx, listeners, 'viewer'),
  });

  app.get(
    '/api/purchase-orders/:id/events',
    {
      exposeHeadRoute: false,
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
      const actor = traderActor(request);
      const { wallet = null } = actor;
      await traders.open(request, reply, {
        id: request.params.id,
        countedAs: countedAs(request, wallet),
        sessionId: sessionOf(request),
        actor,
      });
      return reply;
    },
  );

  app.get(
    '/admin/events',
    {
      exposeHeadRoute: false,
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
      const { name, address } = operator(request, keys, 'viewer');
      await operators.open(request, reply, {
        id: QUEUE,
        countedAs: countedAs(request, address ?? name),
        sessionId: address === null ? null : sessionOf(request),
        first: null,
      });
      return reply;
    },
  );
}
