import type { Side } from './vocabulary.ts';

/**
 * Whether a liquidation price can be one of an instrument whose mark is this: positions of one time leverage and more are
 * liquidated above a fifth and below thrice the mark, but for those that nobody covers. A price beyond is of something else.
 */
export const isLiqPriceOf = (liqPx: number, mark: number): boolean => liqPx > mark / 20 && liqPx < mark * 3;

/** How far the liquidation price is from the mark, as a share of the mark (0.02 is 2 %); 0 or less where the mark is past it. */
export const distanceTo = (liqPx: number, mark: number, side: Side): number =>
  (side === 'long' ? mark - liqPx : liqPx - mark) / mark;
