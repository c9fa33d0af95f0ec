/**
 * Whether a liquidation price can be one of an instrument whose mark is this: positions of one time leverage and more are
 * liquidated above a fifth and below thrice the mark, but for those that nobody covers. A price beyond is of something else.
 */
export const isLiqPriceOf = (liqPx: number, mark: number): boolean => liqPx > mark / 20 && liqPx < mark * 3;
