import type { Side } from '@liqpass/kernel/vocabulary';

/** The second key to a payout leaves the mark price 0.1 % of room, for candles and prices are rounded. */
export const TOUCH_TOLERANCE = 0.001;

/**
 * Whether the mark, between `low` and `high`, reached the liquidation price fixed at binding. With `tolerance` 0.001 the
 * second key to a payout; with 0 the rule that the mark touching it while cover waits voids the cover and refunds.
 */
export function markTouched(side: Side, liqPx: number, low: number, high: number, tolerance: number): boolean {
  return side === 'long' ? low <= liqPx * (1 + tolerance) : high >= liqPx * (1 - tolerance);
}
