import { LiqPassError } from '@liqpass/api/errors';
import { formatIso, HOUR_MS, type EpochMs } from '@liqpass/kernel/time';
import { randomUUID } from 'node:crypto';
import type { Actor } from '../db/audit/auditRepo.ts';
import type { Db } from '../db/platform/database.ts';
import * as orderPages from '../db/orderPagesRepo.ts';
import * as payments from '../db/paymentsRepo.ts';
import * as repo from '../db/purchaseOrdersRepo.ts';
import { takeAmountDue } from '../db/amountsDueRepo.ts';
import { getQuote } from '../db/book/quotesRepo.ts';
import { createQuotedOrder } from '../db/quotedOrdersRepo.ts';
import { decideApplication, decideQuotedApplication, type Application } from '../domain/book/product.ts';
import { nextCoverFrom, purchaseOrderStatus, type PurchaseOrder } from '../domain/purchaseOrder.ts';
import { payeeAddress, requirePayable } from './payeeAddress.ts';
import type { KeyToKeep } from '../db/platform/idempotencyRepo.ts';
import { inFlight } from './platform/idempotency.ts';
import type { HallContext } from './hallContext.ts';
import { inTransaction, takeRoom, TENTATIVE_HOLD_MS } from './book/exposure.ts';
import { requireOwner } from './ownership.ts';
import { readProduct } from './book/quotes.ts';
import { refuseStopped } from './book/sales.ts';
import { entryOf } from './audit/entryOf.ts';

const entry = entryOf('purchase_order');

export type NewApplication = Application & {
  readonly policyParams: PurchaseOrder['policyParams'];
  readonly payoutAddress: string | null;
  readonly owner: string | null;
  /** Who asks, by wallet or address, as their requests are counted. */
  readonly caller: string;
  /** The quote it is bought at; null for the catalogue's price. */
  readonly quoteHash: string | null;
  /** The cover that it goes on from; null for none. */
  readonly follows: string | null;
};

/** What is kept of the sale beside the order, so that it is made once: by the id of the order. */
type KeepSale = (orderId: string) => KeyToKeep | null;

/** Sells a pass: the id of the new order, or the refusal that says what is sold. */
export async function createPurchaseOrder(
  ctx: HallContext,
  application: NewApplication,
  actor: Actor,
  keep: KeepSale = () => null,
): Promise<string> {
  const payoutAddress = application.payoutAddress === null ? null : payeeAddress(ctx, application.payoutAddress);
  if (application.owner !== null) requirePayable(ctx, application.owner);
  if (application.owner !== null && payoutAddress !== null && payoutAddress !== application.owner)
    throw new LiqPassError(
      'PAYOUT_ADDRESS_NOT_SIGNED',
      'An order of a wallet pays to that wallet: leave payoutAddress out, and sign for another address once the order is made.',
    );
  const after = application.follows === null ? null : await readAhead(ctx, application.follows, actor);
  const sale = { ...application, payoutAddress, follows: after?.id ?? null, afterMs: after?.fromMs ?? null };
  const sell = (into: Db): Promise<string> =>
    application.quoteHash === null
      ? sellAtFixedPrice(ctx, into, sale, actor, keep)
      : sellAtQuote(ctx, into, { ...sale, quoteHash: application.quoteHash }, actor, keep);
  if (ctx.settings.watch === null) return sell(ctx.db);
  // Where the chain is read, an order is known by what it pays.
  return inTransaction(ctx.db, async (trx) => {
    const id = await sell(trx);
    await takeAmountDue(trx, id, application.premium, { name: application.caller, isAccount: false });
    return id;
  });
}

/**
 * The cover that an order goes on from, and from when. null where that one is over, or no key showed its position: then it is an order
 * like any other, and binding says what stands in the way.
 */
async function readAhead(
  ctx: HallContext,
  id: string,
  actor: Actor,
): Promise<{ readonly id: string; readonly fromMs: EpochMs } | null> {
  const ahead = await readOwnPurchaseOrder(ctx, id, actor);
  const nowMs = ctx.clock.now();
  if (purchaseOrderStatus(ahead, nowMs) !== 'ACTIVE' || !ahead.window || ahead.binding?.attested !== true) return null;
  if (nextCoverFrom(ahead, nowMs) === null)
    throw new LiqPassError(
      'START_TOO_FAR',
      `The cover before it ends at ${formatIso(ahead.window.endMs)}: the next one can be bought in its last hour, as a price is of the market now.`,
    );
  return { id: ahead.id, fromMs: ahead.window.endMs };
}

/** Sells at the catalogue's price: no quote, no market, and nothing asked of the database but to write the order. */
async function sellAtFixedPrice(
  ctx: HallContext,
  db: Db,
  application: NewApplication,
  actor: Actor,
  keep: KeepSale,
): Promise<string> {
  const nowMs = ctx.clock.now();
  const decision = decideApplication(application, nowMs, [ctx.settings.chain.chainId]);
  if (!decision.accepted) throw new LiqPassError(decision.code, decision.message, decision);
  refuseStopped(ctx, { policyType: application.policyType, instId: null, side: null });
  const { window, windowMoves } = decision;
  const order = { id: randomUUID(), ...application, window, windowMoves };
  // Made at the instant its window is counted from.
  const bought = { ...entry(ctx, actor, 'create'), atMs: nowMs };
  const write = async (into: Db): Promise<void> => {
    if (!(await repo.createPurchaseOrder(into, order, keep(order.id), bought))) throw inFlight();
  };
  // A window that is over covers nothing, and takes no room.
  if (!ctx.settings.underwriting.countsEveryOrder || window.endMs <= nowMs) await write(db);
  else
    await inTransaction(db, async (trx) => {
      await write(trx);
      await takeRoom(ctx, trx, {
        id: randomUUID(),
        quoteHash: null,
        purchaseOrderId: order.id,
        policyType: order.policyType,
        // Known at binding; until then it counts on both sides, as near as can be.
        instId: null,
        side: null,
        liqPx: null,
        payout: order.payoutFixed,
        probability: null,
        mainAccount: null,
        margin: null,
        soldAtMs: nowMs,
        heldUntilMs: nowMs + TENTATIVE_HOLD_MS,
        tentativeOf: application.caller,
      });
    });
  return order.id;
}

/** Sells at a quoted price: the quote is taken once, by one order that says the same, before it expires. */
async function sellAtQuote(
  ctx: HallContext,
  db: Db,
  application: NewApplication & { readonly quoteHash: string },
  actor: Actor,
  keep: KeepSale,
): Promise<string> {
  const nowMs = ctx.clock.now();
  const { quoteHash } = application;
  const quote = await getQuote(db, quoteHash);
  if (!quote)
    throw new LiqPassError(
      'QUOTE_NOT_FOUND',
      `There is no quote ${quoteHash}: ask for a new one with POST /api/quotes.`,
    );
  const product = readProduct(quote.policyType);
  const decision = decideQuotedApplication(application, { ...quote, coverMs: product.hours * HOUR_MS }, nowMs, [
    ctx.settings.chain.chainId,
  ]);
  if (!decision.accepted) throw new LiqPassError(decision.code, decision.message, decision);
  refuseStopped(ctx, quote);
  const order = {
    id: randomUUID(),
    ...application,
    window: decision.window,
    windowMoves: decision.windowMoves,
    position: {
      inst_id: quote.instId,
      side: quote.side,
      leverage: String(quote.leverage),
      mark_px: quote.markPx,
      liq_px: quote.liqPx,
    },
  };
  const bought = { ...entry(ctx, actor, 'create', { details: { quoteHash } }), atMs: nowMs };
  if (await createQuotedOrder(db, order, nowMs + TENTATIVE_HOLD_MS, keep(order.id), bought)) return order.id;
  const now = await getQuote(db, quoteHash);
  if (now && now.purchaseOrderId !== null)
    throw new LiqPassError('QUOTE_ALREADY_USED', 'This quote has bought a cover already: ask for a new one.');
  throw new LiqPassError(
    'QUOTE_EXPIRED',
    `This quote expired at ${formatIso(quote.expiresAtMs)}: a price holds for 30 seconds. Ask for a new one.`,
    { params: { expired_at: formatIso(quote.expiresAtMs) } },
  );
}

/** The order; 404 where there is none. */
export async function readPurchaseOrder(ctx: Pick<HallContext, 'db'>, id: string): Promise<PurchaseOrder> {
  const order = await repo.getPurchaseOrderById(ctx.db, id);
  if (!order) throw orderNotFound(id);
  return order;
}

export const orderNotFound = (id: string): LiqPassError =>
  new LiqPassError('PURCHASE_ORDER_NOT_FOUND', `There is no purchase order ${id}.`);

/** The order, for whoever may read it. */
export async function readOwnPurchaseOrder(ctx: HallContext, id: string, actor: Actor): Promise<PurchaseOrder> {
  const order = await readPurchaseOrder(ctx, id);
  requireOwner(order, actor);
  return order;
}

/** The same, with what came beyond what was due from it and goes back. */
export async function readOwnOrderWithExcess(
  ctx: HallContext,
  id: string,
  actor: Actor,
): Promise<{ order: PurchaseOrder; excess: readonly payments.Excess[] }> {
  const found = await payments.getOrderWithExcess(ctx.db, id);
  if (!found) throw orderNotFound(id);
  requireOwner(found.order, actor);
  return found;
}

/** Takes back an order while nobody has paid it: what it held is free for another. Repeated, it changes nothing. */
export async function cancelPurchaseOrder(ctx: HallContext, id: string, actor: Actor): Promise<PurchaseOrder> {
  const order = await readOwnPurchaseOrder(ctx, id, actor);
  const step = { from: purchaseOrderStatus(order, ctx.clock.now()), to: 'LAPSED' as const };
  if (await repo.cancelPurchaseOrder(ctx.db, id, step, entry(ctx, actor, 'cancel'))) ctx.changes.announce(id);
  const now = await readPurchaseOrder(ctx, id);
  if (now.cancelledAtMs === null)
    throw new LiqPassError(
      'INVALID_STATUS_TRANSITION',
      'This order has been paid, or its payment was reported: it can no longer be cancelled.',
    );
  return now;
}

/** The trader's "I have paid": shows the order to the operators, with the hash. It marks nothing as paid, and keeps nothing alive. */
export async function reportPayment(
  ctx: HallContext,
  id: string,
  txHash: string | null,
  actor: Actor,
): Promise<PurchaseOrder> {
  const order = await readOwnPurchaseOrder(ctx, id, actor);
  if (order.paidAtMs !== null) return order;
  const report = entry(ctx, actor, 'report_payment', { details: { txHash } });
  if (await payments.reportPayment(ctx.db, id, txHash, report)) ctx.changes.announce(id);
  return readPurchaseOrder(ctx, id);
}

/** A page of orders, reported payments first. */
export async function listPurchaseOrders(ctx: HallContext, filter: orderPages.OrderFilter): Promise<PurchaseOrder[]> {
  return orderPages.listPurchaseOrders(ctx.db, filter, ctx.clock.now());
}
