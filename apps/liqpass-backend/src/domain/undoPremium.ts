import { DAY_MS, type EpochMs, type Window } from '@liqpass/kernel/time';
import type { PremiumDependence } from '@liqpass/kernel/vocabulary';
import { WAITING_MS } from './book/product.ts';
import { effectiveWindow, type PurchaseOrder } from './purchaseOrder.ts';

/** Until when a record of money can be undone: the days of the book are final some days later. */
export const UNDO_WITHIN_MS = DAY_MS;

export type RecordedPremium = {
  /** When a person recorded it; null where it was the chain that did, or nothing is recorded. */
  readonly recordedAtMs: EpochMs | null;
  /** What is owed back because of it: whether somebody has approved or paid that, and whether it is of a second payment. */
  readonly owed: readonly { readonly approved: boolean; readonly second: boolean }[];
};

/** Why the record of a premium stays: what rests on it, or that it is old. null where it can be undone. */
export function refuseUndo(
  order: Pick<
    PurchaseOrder,
    'claim' | 'waitingCheck' | 'paymentSeen' | 'premiumVanished' | 'refundReason' | 'paidAtMs'
  > &
    Parameters<typeof effectiveWindow>[0],
  { recordedAtMs, owed }: RecordedPremium,
  nowMs: EpochMs,
): PremiumDependence | 'NOT_PAID' | 'TOO_LATE' | null {
  if (order.paidAtMs === null) return 'NOT_PAID';
  if (order.claim !== null) return 'CLAIMED';
  // What the chain shows was no mistake; what it showed once is for a person to look into, not to undo.
  if (recordedAtMs === null || order.paymentSeen !== null || order.premiumVanished) return 'ON_CHAIN';
  if (owed.some(({ approved, second }) => approved || second)) return 'MONEY_OWED';
  // A trader who is covered, or was told at the end of the wait that they are not, relies on what was said.
  if (order.waitingCheck !== null) return 'COVER_BEGAN';
  if (order.refundReason === null && nowMs >= (effectiveWindow(order)?.startMs ?? 0)) return 'COVER_BEGAN';
  return nowMs < recordedAtMs + UNDO_WITHIN_MS ? null : 'TOO_LATE';
}

/** The window of an order before its payment: one that the server set moved with it, a given one never did. */
export function windowBeforePayment(
  order: Pick<PurchaseOrder, 'window' | 'windowMoves' | 'createdAtMs' | 'follows'>,
): Window | null {
  const { window } = order;
  // What follows another cover never begins before that one's end.
  if (!window || !order.windowMoves || order.follows !== null) return window;
  const startMs = order.createdAtMs + WAITING_MS;
  return { startMs, endMs: startMs + (window.endMs - window.startMs) };
}
