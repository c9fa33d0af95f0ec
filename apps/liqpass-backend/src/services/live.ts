import { formatIso } from '@liqpass/kernel/time';
import { mayAs, type OperatorRole } from '@liqpass/kernel/vocabulary';
import type { Actor } from '../db/audit/auditRepo.ts';
import { listClaimsOn } from '../db/claimsRepo.ts';
import { listPurchaseOrdersById } from '../db/purchaseOrdersRepo.ts';
import { countQueue, type QueueCounts } from '../db/queueRepo.ts';
import type { Claim } from '../domain/claim.ts';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import type { HallContext } from './hallContext.ts';
import { requireOwner } from './ownership.ts';
import { readLiveSessions } from './people/auth.ts';
import { orderNotFound } from './purchaseOrders.ts';

// What live connections show: read for all of them together, and for whom.

export type LiveOrder = { readonly order: PurchaseOrder; readonly claim: Claim | null };

/** These orders and their claims, by the orders' ids: two queries, for however many. */
export async function readLiveOrders(
  ctx: HallContext,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LiveOrder>> {
  const orders = await listPurchaseOrdersById(ctx.db, ids);
  const claimed = orders.flatMap((order) => (order.claim ? [order.id] : []));
  const claims = claimed.length === 0 ? [] : await listClaimsOn(ctx.db, claimed);
  const claimOf = new Map(claims.map((claim) => [claim.purchaseOrderId, claim]));
  return new Map(orders.map((order) => [order.id, { order, claim: claimOf.get(order.id) ?? null }]));
}

/** The order, for whoever may read it as it now stands. */
export function ownLiveOrder(id: string, live: LiveOrder | undefined, actor: Actor): LiveOrder {
  if (!live) throw orderNotFound(id);
  requireOwner(live.order, actor);
  return live;
}

export type LiveQueue = { readonly counts: QueueCounts; /** When the figures became these. */ readonly at: string };

/** Reads the operators' queue; while its figures are the same it is the same object. */
export function liveQueue(ctx: HallContext): () => Promise<LiveQueue> {
  let last: { readonly text: string; readonly queue: LiveQueue } | null = null;
  return async () => {
    const counts = await countQueue(ctx.db);
    const text = JSON.stringify(counts);
    if (last?.text !== text) last = { text, queue: { counts, at: formatIso(ctx.clock.now()) } };
    return last.queue;
  };
}

/** Whoever listens: by which session, null for a machine's key and for nobody in particular. */
export type Listening = { readonly sessionId: string | null };

/** Those whose session has not ended, and, for operators, still has the role; one query for all. */
export async function whoStillMay<L extends Listening>(
  ctx: HallContext,
  listeners: readonly L[],
  atLeast: OperatorRole | null,
): Promise<ReadonlySet<L>> {
  const ids = new Set(listeners.flatMap(({ sessionId }) => (sessionId === null ? [] : [sessionId])));
  const sessions = await readLiveSessions(ctx, [...ids]);
  return new Set(
    listeners.filter(({ sessionId }) => {
      if (sessionId === null) return true;
      const session = sessions.get(sessionId);
      if (!session) return false;
      return atLeast === null || (session.role !== null && mayAs(session.role, atLeast));
    }),
  );
}
