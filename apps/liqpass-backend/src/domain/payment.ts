import { invariant } from '@liqpass/kernel/invariant';
import { usdc, type Usdc } from '@liqpass/kernel/money';
import { MINUTE_MS, type EpochMs, type Window } from '@liqpass/kernel/time';
import type { RefundReason } from '@liqpass/kernel/vocabulary';
import { decideSale, type BookLimits, type BookPolicy, type BookTotals } from '@liqpass/underwriting/book';
import type { BookRisk } from '@liqpass/underwriting/bookRisk';
import { accountPayoutLimit } from '@liqpass/underwriting/decideBinding';
import { isTurmoil, type Market } from '@liqpass/underwriting/market';
import { RULES, type ParamSet } from '@liqpass/underwriting/params';
import { priceCover, type Price } from '@liqpass/underwriting/price';
import type { Product } from '@liqpass/underwriting/products';
import { HONOURED_RISE } from '@liqpass/underwriting/quoteCover';
import { WAITING_MS } from './book/product.ts';
import type { PositionEnd } from './positionEnd.ts';
import { coverFrom, effectiveWindow, payBy, waitingPeriod, type PurchaseOrder } from './purchaseOrder.ts';
import { decideWaiting, type MarkHistory } from './waiting.ts';

export type Payment = {
  /** When the money came. */
  readonly paidAtMs: EpochMs;
  /** null: what is due in full. */
  readonly amount: Usdc | null;
};

/** The price of a position that a key showed, as it was at binding and as it is to be judged at the money's time. */
export type PriceFacts = {
  readonly set: ParamSet;
  readonly product: Product;
  /** How likely a claim was by the price at binding. */
  readonly boundProbability: number;
  /** The market by the marks at the money's time; null where they are not known. */
  readonly market: Market | null;
  readonly nEvents: number;
};

/** Room in the book, as far as it has to be taken: that which was held until now is the order's already. */
export type RoomFacts = {
  readonly candidate: BookPolicy;
  readonly totals: BookTotals;
  readonly limits: BookLimits;
  readonly risk: BookRisk;
  /** The margin verified for this cover; null where nobody saw the position. */
  readonly margin: Usdc | null;
  /** The account's other covers, each with the margin verified for it. */
  readonly otherCovers: readonly { readonly payout: Usdc; readonly margin: Usdc }[];
};

/** Everything known at the moment that a payment counts. */
export type PaymentFacts = {
  readonly order: Pick<
    PurchaseOrder,
    | 'binding'
    | 'window'
    | 'windowMoves'
    | 'premium'
    | 'amountDue'
    | 'payoutFixed'
    | 'quoteHash'
    | 'payByGrownMs'
    | 'position'
    | 'createdAtMs'
    | 'cancelledAtMs'
  >;
  readonly payment: Payment;
  readonly nowMs: EpochMs;
  /** What the mark did since the binding, until now and as far as cover waits; null for a binding nobody saw. */
  readonly path: MarkHistory | null;
  readonly price: PriceFacts | null;
  readonly room: RoomFacts | null;
  /** How the position is known to have ended since it was bound, from the cover that this one follows; null where nothing says so. */
  readonly ended: PositionEnd | null;
};

/** What can be known only later, where the marks were not kept: looked at again before anything is paid. */
export type Unjudged = 'TOUCH' | 'PRICE';
export type PaymentDecision = {
  readonly window: Window | null;
  readonly price: Price | null;
  readonly unjudged: readonly Unjudged[];
} & (
  | { readonly refundReason: null; /** Covered from then. */ readonly coverFromMs: EpochMs }
  | { readonly refundReason: RefundReason; readonly coverFromMs: null }
);

/** A block's time, in whole seconds, and our clock may differ by this: cover begins with the order at the earliest all the same. */
const CLOCKS_DIFFER_MS = MINUTE_MS;

/**
 * What money that came means: covered from when, or to be refunded for which reason. Cover is sold at the moment the money
 * counts, so nothing that was true at binding is taken to be true still: the binding, the price by the marks at the money's
 * time, what the mark did since, and room that lapsed are judged here, once. docs/states.md has it as a table, in this order.
 */
export function decidePayment(facts: PaymentFacts): PaymentDecision {
  const { order, payment } = facts;
  const window = windowFrom(order, payment.paidAtMs);
  let price: Price | null = null;
  const unjudged: Unjudged[] = [];
  const refund = (refundReason: RefundReason): PaymentDecision => ({
    refundReason,
    window: order.window,
    price,
    unjudged,
    coverFromMs: null,
  });

  if (!order.binding || payment.paidAtMs < order.createdAtMs - CLOCKS_DIFFER_MS) return refund('PAID_BEFORE_BINDING');
  // Its window ended when it was taken back.
  if (order.cancelledAtMs !== null) return refund('PAID_AFTER_WINDOW');
  if (payment.amount !== null && payment.amount < order.amountDue) return refund('PAID_SHORT');
  const paid = { ...order, window, paidAtMs: payment.paidAtMs, refundReason: null };
  if (window && !effectiveWindow(paid)) return refund('PAID_AFTER_WINDOW');
  const deadlineMs = payBy(order);
  if (deadlineMs !== null && payment.paidAtMs >= deadlineMs) return refund('PAID_AFTER_DEADLINE');
  if (order.binding.released || facts.ended === 'CLOSED') return refund('BINDING_RELEASED');
  if (facts.ended === 'LIQUIDATED') return refund('TOUCHED_BEFORE_COVER');

  const wait = waitingPeriod(paid);
  if (wait && order.position) {
    const seen = { startMs: wait.startMs, endMs: Math.min(wait.endMs, facts.nowMs) };
    const touch = facts.path ? decideWaiting(order.position, seen, facts.path) : 'UNKNOWN';
    if (touch === 'TOUCHED') return refund('TOUCHED_BEFORE_COVER');
    if (touch === 'UNKNOWN') unjudged.push('TOUCH');
    price = facts.price && priceAtPayment(order, facts.price, wait.endMs);
    if (!price) unjudged.push('PRICE');
    else if (facts.price && hasPriceMoved(order, facts.price, price)) return refund('PRICE_MOVED');
  }
  const noRoom = facts.room && refuseRoom(facts.room);
  if (noRoom) return refund(noRoom);
  const coverFromMs = effectiveWindow(paid)?.startMs ?? coverFrom(order, payment.paidAtMs);
  return { refundReason: null, window, price, unjudged, coverFromMs };
}

/** A window that the server set moves to the payment where that is later, and keeps its length; a given one never moves. */
function windowFrom(
  order: Pick<PurchaseOrder, 'window' | 'windowMoves' | 'binding' | 'createdAtMs'>,
  paidAtMs: EpochMs,
): Window | null {
  const { window } = order;
  if (!window || !order.windowMoves || paidAtMs >= window.endMs) return window;
  const startMs = Math.max(paidAtMs + WAITING_MS, coverFrom(order, paidAtMs));
  return startMs <= window.startMs ? window : { startMs, endMs: startMs + (window.endMs - window.startMs) };
}

/** The price of the cover as it begins, by the marks at the money's time; null where they are not known. */
export function priceAtPayment(
  order: Pick<PurchaseOrder, 'position' | 'payoutFixed'>,
  { set, product, market, nEvents }: PriceFacts,
  startMs: EpochMs,
): Price | null {
  if (!market) return null;
  invariant(order.position, 'what a key showed has a position');
  const { side, liqPx } = order.position;
  return priceCover({
    set,
    features: market.features,
    mark: market.mark,
    horizon: product.horizon,
    side,
    liqPx: Number(liqPx),
    payout: order.payoutFixed,
    startMs,
    nEvents,
  });
}

/**
 * Whether what was sold at binding would not be sold at the money's time: nearer than 1 %, in turmoil, likelier than anything
 * that is sold, or likelier than 1.10 of the probability at binding and dearer than what was asked (the fixed price's own
 * limit: 1.00 is the price of 50 up to 1.39 %).
 */
export function hasPriceMoved(
  { premium }: Pick<PurchaseOrder, 'premium'>,
  { product, market, boundProbability }: PriceFacts,
  price: Price,
): boolean {
  if (market && isTurmoil(market.lastHourVariance, product.hours, price.modelSigma)) return true;
  if (price.distance < RULES.dMin || !(price.probability <= RULES.pMax)) return true;
  return price.probability > HONOURED_RISE * boundProbability && price.premium > premium;
}

/** Which limit is in the way of taking room again. */
function refuseRoom(facts: RoomFacts): 'BOOK_FULL' | 'ACCOUNT_LIMIT_REACHED' | null {
  const { candidate, margin, otherCovers } = facts;
  if (margin !== null) {
    const limit = accountPayoutLimit([margin, ...otherCovers.map((cover) => cover.margin)]);
    const promised = otherCovers.reduce((sum, cover) => sum + cover.payout, 0n);
    if (usdc(promised + candidate.payout) > limit) return 'ACCOUNT_LIMIT_REACHED';
  }
  const sale = decideSale(facts.totals, facts.limits, candidate, facts.risk);
  if (sale.allowed) return null;
  return sale.limit === 'ACCOUNT' ? 'ACCOUNT_LIMIT_REACHED' : 'BOOK_FULL';
}

/** Why it is not clear that this order is the one that the money is for. */
export type PayerRefusal = 'SEVERAL_ORDERS_NAME_IT' | 'PAYER_IS_ANOTHER';

/**
 * A report is not money: anybody can read a transaction and name it. Who sent it decides, and where that is another wallet than
 * the order's, or nobody said who sent what several orders name, whoever records it says why.
 * @param naming the other orders that named the transaction
 */
export function refusePayer(
  order: Pick<PurchaseOrder, 'owner'>,
  received: { readonly payer: string | null; readonly note: string | null },
  naming: readonly Pick<PurchaseOrder, 'owner'>[],
): PayerRefusal | null {
  const { payer } = received;
  if (received.note !== null && received.note.trim() !== '') return null;
  if (payer === null) return naming.length > 0 ? 'SEVERAL_ORDERS_NAME_IT' : null;
  if (order.owner !== null) return order.owner === payer ? null : 'PAYER_IS_ANOTHER';
  return naming.some((other) => other.owner === payer) ? 'PAYER_IS_ANOTHER' : null;
}
