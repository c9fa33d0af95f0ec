import { LiqPassError } from '@liqpass/api/errors';
import { usdc, type Usdc } from '@liqpass/kernel/money';
import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import { randomUUID } from 'node:crypto';
import type { Actor } from '../db/audit/auditRepo.ts';
import { getRoomOfOrder, listRoomsOfAccount, lockBook, putRoom, type Room } from '../db/book/exposureRepo.ts';
import { readKeptMarks, type KeptMarks } from '../db/book/marketRepo.ts';
import { getQuote } from '../db/book/quotesRepo.ts';
import type { Db } from '../db/platform/database.ts';
import { readCoverBefore } from '../db/boundPositionsRepo.ts';
import {
  type Naming,
  getOrderToPay,
  isSecondPayment,
  listOrdersNaming,
  recordSecondPayment,
} from '../db/paymentsRepo.ts';
import * as repo from '../db/purchaseOrdersRepo.ts';
import {
  decidePayment,
  refusePayer,
  type Payment,
  type PaymentDecision,
  type PaymentFacts,
  type PriceFacts,
  type RoomFacts,
} from '../domain/payment.ts';
import { coverFrom, effectiveWindow, purchaseOrderStatus, type PurchaseOrder } from '../domain/purchaseOrder.ts';
import { positionEnd } from '../domain/positionEnd.ts';
import { inTransaction, limitsOf, readTotals, toBookPolicy } from './book/exposure.ts';
import { PARAMS } from './book/market.ts';
import { eventsIn, readProduct } from './book/quotes.ts';
import type { HallContext } from './hallContext.ts';
import { checksummedAddress } from './platform/checksummedAddress.ts';
import { orderNotFound } from './purchaseOrders.ts';
import { entryOf } from './audit/entryOf.ts';

export type ReceivedPayment = {
  readonly paidAtMs: EpochMs | null;
  readonly amount: Usdc | null;
  readonly txHash: string | null;
  readonly quoteHash: string | null;
  /** Who sent the money, as the explorer shows it. */
  readonly payer: string | null;
  readonly note: string | null;
};

const entry = entryOf('purchase_order');

/** How often a payment is decided anew because the order was bound or reported in between; each time somebody else got on. */
const DECIDE_AGAIN = 5;

/** Records money that came. Repeated, it answers with the first payment; whether it buys cover is the domain's to say. */
export async function markPurchaseOrderPaid(
  ctx: HallContext,
  id: string,
  given: ReceivedPayment,
  actor: Actor,
): Promise<PurchaseOrder> {
  const received = { ...given, payer: given.payer === null ? null : checksummedAddress(given.payer) };
  refuseFuture(received.paidAtMs, ctx.clock.now());
  const isOurQuote = await isOurs(ctx, received.quoteHash);
  for (let tries = 0; tries < DECIDE_AGAIN; tries += 1) {
    const found = await getOrderToPay(ctx.db, id, received.txHash);
    if (!found) throw orderNotFound(id);
    const { order, naming } = found;
    if (order.paidAtMs !== null) return anotherPayment(ctx, order, received, actor);
    refuseOtherQuote(order, received.quoteHash, isOurQuote);
    const refusal = payerRefusal(order, received, naming);
    if (refusal) throw refusal;
    const outcome = await (countsInBook(ctx, order)
      ? inTransaction(ctx.db, async (trx) => {
          await lockBook(trx);
          return record(ctx, trx, order, received, actor);
        })
      : record(ctx, ctx.db, order, received, actor));
    if (outcome === 'tx_hash_used') throw txHashUsed(received.txHash);
    if (outcome !== 'changed_meanwhile') {
      ctx.changes.announce(id);
      return outcome;
    }
    if (received.txHash !== null && (await isSecondPayment(ctx.db, received.txHash))) throw txHashUsed(received.txHash);
  }
  throw new LiqPassError('SERVICE_UNAVAILABLE', 'The order kept changing while the payment was recorded: try again.');
}

/** A quote of ours names the order that it bought, or none yet; on another order it would have bought two. */
const isOurs = async (ctx: HallContext, quoteHash: string | null): Promise<boolean> =>
  quoteHash !== null && (await getQuote(ctx.db, quoteHash)) !== null;

function refuseOtherQuote(order: PurchaseOrder, quoteHash: string | null, isOurQuote: boolean): void {
  const carriesAnother = quoteHash !== null && order.quoteHash !== quoteHash;
  if (carriesAnother && (order.quoteHash !== null || isOurQuote))
    throw new LiqPassError(
      'QUOTE_HASH_MISMATCH',
      `The order carries ${order.quoteHash === null ? 'no quote' : `quote ${order.quoteHash}`}, not ${quoteHash}: check which order was paid.`,
    );
}
/** Refuses a payment that names another quote than the one its order carries. */
export const refuseQuote = async (ctx: HallContext, order: PurchaseOrder, quoteHash: string | null): Promise<void> =>
  refuseOtherQuote(order, quoteHash, await isOurs(ctx, quoteHash));

/** Decides on the order as it was read, and writes what follows if it is still so. Under the book's lock where it has room. */
async function record(
  ctx: HallContext,
  db: Db,
  order: PurchaseOrder,
  received: ReceivedPayment,
  actor: Actor,
): Promise<repo.MarkPaidOutcome> {
  const nowMs = ctx.clock.now();
  const payment = { ...received, paidAtMs: received.paidAtMs ?? nowMs };
  const { facts, room } = await readPaymentFacts(ctx, db, order, payment, nowMs);
  const decision = decidePayment(facts);
  const after: PurchaseOrder = { ...order, ...decision, paidAtMs: payment.paidAtMs };
  const untilMs = effectiveWindow(after)?.endMs ?? nowMs;
  const outcome = await repo.markPurchaseOrderPaid(
    db,
    order,
    {
      ...payment,
      refundReason: decision.refundReason,
      window: decision.window,
      probability: decision.price?.probability ?? null,
      roomUntilMs: countsInBook(ctx, order) ? untilMs : null,
    },
    { from: purchaseOrderStatus(order, nowMs), to: purchaseOrderStatus(after, nowMs) },
    entry(ctx, actor, 'mark_paid', {
      why: received.note,
      details: {
        txHash: received.txHash,
        payer: received.payer,
        refundReason: decision.refundReason,
        probability: decision.price?.probability.toFixed(6) ?? null,
        unjudged: decision.unjudged,
      },
    }),
  );
  // Room that had lapsed is taken again with the payment, or the payment bought no cover.
  if (typeof outcome !== 'string' && facts.room && decision.refundReason === null)
    await putRoom(db, { ...(room ?? newRoom(order)), soldAtMs: nowMs, heldUntilMs: untilMs, tentativeOf: null });
  return outcome;
}

export type PaymentPreview = {
  readonly order: PurchaseOrder;
  readonly decision: PaymentDecision;
  /** Why it would not be recorded as asked; null where it would. */
  readonly refusal: LiqPassError | null;
  /** The other orders that named the transaction. */
  readonly naming: readonly PurchaseOrder[];
  readonly txHash: string | null;
  /** The price now beside that at binding; null where nobody saw the position, or the market is not known. */
  readonly price: { readonly boundProbability: number; readonly markPx: string } | null;
};

/** What would follow if this payment were recorded now: the same decision, and nothing is written. */
export async function previewPayment(
  ctx: HallContext,
  order: PurchaseOrder,
  given: Pick<ReceivedPayment, 'paidAtMs' | 'amount' | 'txHash' | 'payer' | 'note'>,
): Promise<PaymentPreview> {
  const nowMs = ctx.clock.now();
  refuseFuture(given.paidAtMs, nowMs);
  const received = { ...given, payer: given.payer === null ? null : checksummedAddress(given.payer) };
  const naming = await readNaming(ctx, order, received.txHash);
  const payment = { paidAtMs: received.paidAtMs ?? nowMs, amount: received.amount };
  const { facts } = await readPaymentFacts(ctx, ctx.db, order, payment, nowMs);
  return {
    order,
    decision: decidePayment(facts),
    refusal: payerRefusal(
      order,
      received,
      naming.map((other) => ({ owner: other.owner, paidByIt: other.paymentTxHash === received.txHash })),
    ),
    naming,
    txHash: received.txHash,
    price: facts.price?.market
      ? { boundProbability: facts.price.boundProbability, markPx: String(facts.price.market.mark) }
      : null,
  };
}

function refuseFuture(paidAtMs: EpochMs | null, nowMs: EpochMs): void {
  if (paidAtMs !== null && paidAtMs > nowMs)
    throw new LiqPassError(
      'PAID_AT_IN_FUTURE',
      `paidAt ${formatIso(paidAtMs)} is in the future: money that has not come cannot be recorded.`,
    );
}

const readNaming = async (
  ctx: HallContext,
  order: PurchaseOrder,
  txHash: string | null,
): Promise<readonly PurchaseOrder[]> => (txHash === null ? [] : listOrdersNaming(ctx.db, txHash, order.id));

/** Whose money it is must be clear before it buys somebody a cover: anybody can read a transaction and report it. */
function payerRefusal(
  order: PurchaseOrder,
  received: Pick<ReceivedPayment, 'payer' | 'note' | 'txHash'>,
  naming: readonly Naming[],
): LiqPassError | null {
  if (naming.some((other) => other.paidByIt)) return txHashUsed(received.txHash);
  const refusal = refusePayer(order, received, naming);
  if (refusal === null) return null;
  return new LiqPassError(
    'PAYER_UNCLEAR',
    refusal === 'SEVERAL_ORDERS_NAME_IT'
      ? 'Several orders named this transaction: say in payer who sent it (the sender in the explorer), or in note why it pays this one.'
      : `The money came from ${received.payer ?? ''}, which is not this order's wallet: say in note why it pays this order.`,
    { params: { reason: refusal } },
  );
}

export const txHashUsed = (txHash: string | null): LiqPassError =>
  new LiqPassError(
    'TX_HASH_ALREADY_USED',
    `Transaction ${txHash ?? ''} has paid another purchase order: one transaction pays one order.`,
  );

/** Whether an order has room in the book; a plain one has none unless every order counts. */
const countsInBook = (ctx: HallContext, order: PurchaseOrder): boolean =>
  order.quoteHash !== null || order.binding?.attested === true || ctx.settings.underwriting.countsEveryOrder;

/** Everything that is known of an order at the moment its money counts, with the room it has in the book. */
async function readPaymentFacts(
  ctx: HallContext,
  db: Db,
  order: PurchaseOrder,
  payment: Payment,
  nowMs: EpochMs,
): Promise<{ facts: PaymentFacts; room: Room | null }> {
  const room = countsInBook(ctx, order) ? await getRoomOfOrder(db, order.id) : null;
  const seen = await readSeen(ctx, db, order, room, payment.paidAtMs, nowMs);
  const isLapsed = countsInBook(ctx, order) && (!room || room.heldUntilMs <= nowMs);
  return {
    facts: {
      order,
      payment,
      nowMs,
      path: seen?.path ?? null,
      price: seen?.price ?? null,
      room: isLapsed ? await readRoomFacts(ctx, db, order, room ?? newRoom(order), nowMs) : null,
      ended: positionEnd(order, await readCoverBefore(db, order)),
    },
    room,
  };
}

/** What the mark did since a key showed the position, and the price by the mark at `paidAtMs`; null where none did. */
async function readSeen(
  ctx: HallContext,
  db: Db,
  order: PurchaseOrder,
  room: Pick<Room, 'probability'> | null,
  paidAtMs: EpochMs,
  nowMs: EpochMs,
): Promise<{ path: KeptMarks; price: PriceFacts | null } | null> {
  const { binding, position, window } = order;
  if (!binding?.attested || !position || !window) return null;
  const startMs = Math.max(window.startMs, coverFrom(order, paidAtMs));
  const time = { startMs: binding.boundAtMs, endMs: Math.min(nowMs, startMs) };
  const path = await readKeptMarks(db, position.instId, time, paidAtMs, nowMs);
  return { path, price: priceFacts(ctx, order, room, path.mark, paidAtMs, startMs) };
}

/** The facts of a price by the mark that stood at `atMs`; null where nothing was priced at binding. */
export function priceFacts(
  ctx: Omit<HallContext, 'verifications'>,
  order: PurchaseOrder,
  room: Pick<Room, 'probability'> | null,
  mark: KeptMarks['mark'],
  atMs: EpochMs,
  startMs: EpochMs,
): PriceFacts | null {
  const boundProbability = room?.probability ?? null;
  if (boundProbability === null || !order.position) return null;
  const product = readProduct(order.policyType);
  const answer = mark && ctx.market.asOf(order.position.instId, { price: Number(mark.px), atMs: mark.atMs }, atMs);
  return {
    set: PARAMS,
    product,
    boundProbability,
    market: answer?.open ? answer.market : null,
    nEvents: eventsIn(startMs, product.hours),
  };
}

async function readRoomFacts(
  ctx: HallContext,
  db: Db,
  order: PurchaseOrder,
  room: Room,
  nowMs: EpochMs,
): Promise<RoomFacts> {
  const risk = ctx.market.risk(nowMs);
  const rooms = room.mainAccount === null ? [] : await listRoomsOfAccount(db, room.mainAccount, nowMs);
  // The cover that it follows has ended when it begins: the account is never promised both.
  const isBefore = (each: Room): boolean => order.follows !== null && each.purchaseOrderId === order.follows;
  const notAtOnce = rooms.find(isBefore)?.payout ?? usdc(0n);
  const totals = await readTotals(ctx, db, nowMs, { account: room.mainAccount, except: room.id, risk, notAtOnce });
  const others = rooms.filter((each) => !isBefore(each));
  return {
    candidate: toBookPolicy({ ...room, soldAtMs: nowMs }),
    totals,
    limits: limitsOf(ctx),
    risk,
    margin: room.margin,
    otherCovers: others.flatMap(({ id, payout, margin }) =>
      id === room.id || margin === null ? [] : [{ payout, margin }],
    ),
  };
}

/** The room of an order that has none yet: what its quote said, or, without one, unknown. */
const newRoom = (order: PurchaseOrder): Room => ({
  id: randomUUID(),
  quoteHash: order.quoteHash,
  purchaseOrderId: order.id,
  policyType: order.policyType,
  instId: order.position?.instId ?? null,
  side: order.position?.side ?? null,
  liqPx: order.position?.liqPx ?? null,
  payout: order.payoutFixed,
  probability: null,
  mainAccount: null,
  margin: null,
  soldAtMs: order.createdAtMs,
  heldUntilMs: order.createdAtMs,
  tentativeOf: null,
});

/** A repeated call changes nothing. Named with another transaction, it is money too: all of it is owed back. */
async function anotherPayment(
  ctx: HallContext,
  order: PurchaseOrder,
  received: ReceivedPayment,
  actor: Actor,
): Promise<PurchaseOrder> {
  const { txHash } = received;
  if (txHash === null || txHash === order.paymentTxHash) return order;
  const kept = await recordSecondPayment(
    ctx.db,
    order,
    { txHash, amount: received.amount ?? order.amountDue },
    entry(ctx, actor, 'mark_paid_again', {
      why: 'the order is paid already: a second payment is to be refunded',
      details: { txHash },
    }),
  );
  if (kept === 'tx_hash_used') throw txHashUsed(txHash);
  if (kept) ctx.changes.announce(order.id);
  return order;
}
