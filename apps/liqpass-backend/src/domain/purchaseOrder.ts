import type { Usdc } from '@liqpass/kernel/money';
import { isWithin, type EpochMs, type Window } from '@liqpass/kernel/time';
import type { ClaimStatus, PurchaseOrderStatus, RefundReason, Side, WaitingCheck } from '@liqpass/kernel/vocabulary';
import { MAX_START_AHEAD_MS, PAY_WITHIN_MS, WAITING_MS } from './book/product.ts';

export type Position = {
  readonly instId: string;
  readonly side: Side;
  readonly leverage: string;
  readonly markPx: string;
  readonly liqPx: string;
};

/** A purchase order as its facts stand; its status follows from them and the time. */
export type PurchaseOrder = {
  readonly id: string;
  readonly policyType: string;
  readonly chainId: number;
  readonly premium: Usdc;
  /** What is to be paid: the premium, or where the treasury is watched less a tag, by which the payment is known. */
  readonly amountDue: Usdc;
  /** What a payment may carry so that it is known by it; null where the treasury was not watched when the order was made. */
  readonly paymentReference: string | null;
  /** What is seen of its payment on the chain; null while nothing is, or nobody watches. */
  readonly paymentSeen: { readonly txHash: string; readonly blockNumber: number; readonly final: boolean } | null;
  /** The premium was final, and the chain no longer has it. */
  readonly premiumVanished: boolean;
  /** The amounts as the buyer wrote them. */
  readonly policyParams: { readonly payout_fixed_usdc: string; readonly payout_cap_usdc: string };
  readonly payoutFixed: Usdc;
  readonly payoutCap: Usdc;
  /** null only in orders taken over from an earlier book. */
  readonly window: Window | null;
  readonly windowMoves: boolean;
  readonly owner: string | null;
  readonly payoutAddress: string | null;
  /** The cover of the same position that this one goes on from; null where it was bought by itself. */
  readonly follows: string | null;
  readonly binding: {
    readonly ordId: string;
    readonly instId: string;
    readonly boundAtMs: EpochMs;
    readonly attested: boolean;
    /** Whether it let go of its OKX order, for another to insure. */
    readonly released: boolean;
  } | null;
  readonly reported: { readonly atMs: EpochMs; readonly txHash: string | null } | null;
  readonly paidAtMs: EpochMs | null;
  readonly paidAmount: Usdc | null;
  readonly paymentTxHash: string | null;
  /** Who sent the money; null where nobody said. */
  readonly payer: string | null;
  /** How likely a claim was when the money came; null where it was not known then, or nobody saw the position. */
  readonly paidProbability: number | null;
  readonly quoteHash: string | null;
  /** By how much the exchange's downtime has put off until when it may be paid. */
  readonly payByGrownMs: number;
  /** What is covered, as quoted and then as seen at binding; null where neither was. Prices and leverage as decimal text. */
  readonly position: Position | null;
  readonly refundReason: RefundReason | null;
  /** null until the money that bought no cover was sent back. */
  readonly refunded: { readonly atMs: EpochMs; readonly to: string; readonly txHash: string } | null;
  /** null until the wait for cover is over and was looked at; always null for an unattested binding. */
  readonly waitingCheck: WaitingCheck | null;
  readonly claim: {
    readonly id: string;
    readonly status: ClaimStatus;
    readonly reason?: string | null;
    readonly payout?: Usdc | null;
  } | null;
  /** Taken back by its trader while it was unpaid; it buys nothing any more. */
  readonly cancelledAtMs: EpochMs | null;
  /** Counts the updates of the row these facts were read from. */
  readonly version: number;
  readonly createdAtMs: EpochMs;
  readonly updatedAtMs: EpochMs;
};

type Timed = Pick<PurchaseOrder, 'window' | 'paidAtMs' | 'binding' | 'createdAtMs' | 'refundReason'>;

/** The earliest moment from which money that came at `paidAtMs` covers: nobody is covered for what happened before paying, binding or ordering, and where a key showed the position the wait cannot be skipped. */
export function coverFrom(order: Pick<Timed, 'binding' | 'createdAtMs'>, paidAtMs: EpochMs): EpochMs {
  const { binding } = order;
  const afterWait = paidAtMs + (binding?.attested === true ? WAITING_MS : 0);
  return Math.max(afterWait, binding?.boundAtMs ?? 0, order.createdAtMs);
}

/** Cover runs from max(given start, coverFrom) to the end. null while there is none. */
export function effectiveWindow(order: Timed): Window | null {
  if (!order.window || order.paidAtMs === null || order.refundReason !== null) return null;
  const startMs = Math.max(order.window.startMs, coverFrom(order, order.paidAtMs));
  return startMs < order.window.endMs ? { startMs, endMs: order.window.endMs } : null;
}

/**
 * Until when an order may be paid: for so long from when its price was last computed, which is at binding with a key, and, where
 * nobody saw the position then, at the order with its quote; while the exchange is down that time does not run. null where nothing was
 * computed, or before binding.
 */
export function payBy(
  order: Pick<PurchaseOrder, 'quoteHash' | 'binding' | 'createdAtMs' | 'payByGrownMs'>,
): EpochMs | null {
  if (!order.binding) return null;
  const withinMs = PAY_WITHIN_MS + order.payByGrownMs;
  if (order.binding.attested) return order.binding.boundAtMs + withinMs;
  return order.quoteHash === null ? null : order.createdAtMs + withinMs;
}

/** While cover waits, since a key showed the position: the mark must not come to its liquidation price meanwhile. null where nobody saw the position, or there is no cover. */
export function waitingPeriod(order: Timed): Window | null {
  const cover = effectiveWindow(order);
  if (!cover || order.binding?.attested !== true) return null;
  return { startMs: order.binding.boundAtMs, endMs: cover.startMs };
}

const CLAIM_UNDER_WAY: readonly ClaimStatus[] = ['VERIFYING', 'VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG'];

/** Where an order stands at a moment. Derived, never stored. */
export function purchaseOrderStatus(order: Omit<PurchaseOrder, 'id'>, nowMs: EpochMs): PurchaseOrderStatus {
  if (order.refundReason !== null) return order.refunded ? 'REFUNDED' : 'REFUND_DUE';
  if (order.claim?.status === 'PAID') return 'SETTLED';
  if (order.claim && CLAIM_UNDER_WAY.includes(order.claim.status)) return 'CLAIMED';
  if (order.paidAtMs === null) {
    if (order.cancelledAtMs !== null) return 'LAPSED';
    const deadlineMs = payBy(order);
    if ((order.window && order.window.endMs <= nowMs) || (deadlineMs !== null && deadlineMs <= nowMs)) return 'LAPSED';
    return order.binding ? 'AWAITING_PAYMENT' : 'AWAITING_BINDING';
  }
  const cover = effectiveWindow(order);
  if (!cover || cover.endMs <= nowMs) return 'EXPIRED';
  return isWithin(cover, nowMs) ? 'ACTIVE' : 'SCHEDULED';
}

/**
 * Whether the order still keeps others from insuring its OKX order. It does from binding until its window is over; with a
 * claim under way, until that has ended; after a payout for good: that position has been paid for.
 */
export function holdsItsOkxOrder(order: PurchaseOrder, nowMs: EpochMs): boolean {
  if (!order.binding || order.binding.released) return false;
  const status = purchaseOrderStatus(order, nowMs);
  return status !== 'LAPSED' && order.refundReason === null && status !== 'EXPIRED';
}

/**
 * From when the next cover of the same position goes on from this one: its end, in its last hour, where a key showed the position.
 * null where none can be bought yet: before, after, and while a claim may end it.
 */
export function nextCoverFrom(order: PurchaseOrder, nowMs: EpochMs): EpochMs | null {
  if (order.binding?.attested !== true || order.binding.released) return null;
  if (!order.window || purchaseOrderStatus(order, nowMs) !== 'ACTIVE') return null;
  return order.window.endMs <= nowMs + MAX_START_AHEAD_MS ? order.window.endMs : null;
}

/** Whether an order may be bound behind the cover that it follows: of the same wallet, and not before that one ends. */
export function goesOnFrom(order: PurchaseOrder, ahead: PurchaseOrder, nowMs: EpochMs): boolean {
  const fromMs = nextCoverFrom(ahead, nowMs);
  return (
    fromMs !== null &&
    order.follows === ahead.id &&
    order.owner === ahead.owner &&
    order.window !== null &&
    order.window.startMs >= fromMs
  );
}

export type ClaimRefusal =
  | 'PURCHASE_ORDER_NOT_PAID'
  | 'MISSING_COVERAGE_WINDOW'
  | 'MISSING_OKX_META'
  | 'CLAIMANT_MISMATCH'
  | 'PURCHASE_ORDER_NOT_COVERED';

/** Why a claim on this order cannot be filed by this claimant; null when it can. */
export function refuseClaim(order: PurchaseOrder, claimant: string): ClaimRefusal | null {
  if (order.paidAtMs === null) return 'PURCHASE_ORDER_NOT_PAID';
  if (!order.window) return 'MISSING_COVERAGE_WINDOW';
  if (!order.binding) return 'MISSING_OKX_META';
  const payee = order.payoutAddress ?? order.owner;
  if (payee !== null && payee.toLowerCase() !== claimant.toLowerCase()) return 'CLAIMANT_MISMATCH';
  return effectiveWindow(order) ? null : 'PURCHASE_ORDER_NOT_COVERED';
}
