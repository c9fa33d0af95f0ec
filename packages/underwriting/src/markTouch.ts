import { ONE, add, compare, decimal, multiply, subtract, type Decimal } from '@liqpass/kernel/decimal';
import type { Side } from '@liqpass/kernel/vocabulary';

/** The second key to a payout leaves the mark price 0.1 % of room, for candles and prices are rounded. */
export const TOUCH_TOLERANCE: Decimal = decimal('0.001');

/**
 * Whether the mark, between `low` and `high`, reached the liquidation price fixed at binding. With TOUCH_TOLERANCE both the
 * second key to a payout (rule 1) and, while cover waits, what voids it (rule 4): touching means the same either way.
 * Exact decimals: money hangs on it.
 */
export function markTouched(side: Side, liqPx: Decimal, low: Decimal, high: Decimal, tolerance: Decimal): boolean {
  return side === 'long'
    ? compare(low, multiply(liqPx, add(ONE, tolerance))) <= 0
    : compare(high, multiply(liqPx, subtract(ONE, tolerance))) >= 0;
}
