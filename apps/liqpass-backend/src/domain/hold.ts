import { HOLD_REASONS, type HoldReason } from '@liqpass/kernel/vocabulary';
import type { PurchaseOrder } from './purchaseOrder.ts';

/**
 * Whether a flag of the verifier keeps a proven claim from being approved until a person has released it. The second key to
 * a payout is the mark price: a liquidation that the mark does not bear out, or that the trader brought nearer, is looked
 * at, and so are proofs whose sources differ. The others are shown beside the claim and hold nothing.
 */
const HOLDS: Readonly<Record<HoldReason, boolean>> = {
  MARK_NEVER_REACHED_LIQ_PRICE: true,
  MARGIN_REDUCED_AFTER_BIND: true,
  SIZE_ADDED_AFTER_BIND: true,
  LEVERAGE_CHANGED_AFTER_BIND: true,
  LOSS_SOURCES_DISAGREE: true,
  HISTORY_DISAGREES: true,
  NET_MODE_FLIP: true,
  // Clocks of an exchange may differ, and proof does not rest on the order's number.
  ORDER_ID_TIME_MISMATCH: false,
  // Shown at every step; what happened is proven all the same.
  UNATTESTED_BINDING: false,
  // Our own feed had a gap: missing data is never a denial, and never a payment. A person says that it may be paid all the same.
  WAITING_UNCHECKED: true,
  // Its cover was never paid for, as far as the chain says now.
  PREMIUM_VANISHED: true,
  // Of two opposite covers one is liquidated in any strong move, for whoever holds both. The statement that verifies a claim looks for them.
  HEDGED_PAIR: true,
};

/**
 * What holds a claim, in the order of the list, each once: of a verdict's flags those that do, and a wait before cover that
 * nobody could judge. Words not on the list hold nothing.
 */
export function holdReasons(
  flags: readonly string[],
  order: Pick<PurchaseOrder, 'binding' | 'waitingCheck'>,
): HoldReason[] {
  const unchecked = order.binding?.attested === true && order.waitingCheck !== 'UNTOUCHED';
  const all: readonly string[] = unchecked ? [...flags, 'WAITING_UNCHECKED'] : flags;
  return HOLD_REASONS.filter((reason) => HOLDS[reason] && all.includes(reason));
}
