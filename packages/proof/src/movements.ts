/** How a bill or fill moves a position, by its subType. Source: OKX v5 documentation; 3, 5 and 104 are also recorded. */
export type MoveKind = 'trade' | 'partial_liquidation' | 'full_liquidation' | 'adl' | 'delivery';
export type Move = {
  readonly kind: MoveKind;
  /** Contracts are added (buy) or taken away (sell), as a signed position sees it. */
  readonly sign: 1 | -1;
  /** The slot it must be in; null in net mode, where a subtype says only the direction. */
  readonly posSide: 'long' | 'short' | null;
  /** What it must do there; null in net mode. */
  readonly effect: 'open' | 'close' | null;
};

const MOVES = new Map<string, Move>();
type Way = Omit<Move, 'kind'>;
const BUY: Way = { sign: 1, posSide: null, effect: null };
const SELL: Way = { sign: -1, posSide: null, effect: null };
const OPEN_LONG: Way = { sign: 1, posSide: 'long', effect: 'open' };
const OPEN_SHORT: Way = { sign: -1, posSide: 'short', effect: 'open' };
const CLOSE_LONG: Way = { sign: -1, posSide: 'long', effect: 'close' };
const CLOSE_SHORT: Way = { sign: 1, posSide: 'short', effect: 'close' };
const range = (kind: MoveKind, first: number, ways: readonly Way[]): void =>
  ways.forEach((way, at) => MOVES.set(String(first + at), { ...way, kind }));

const TRADES = [BUY, SELL, OPEN_LONG, OPEN_SHORT, CLOSE_LONG, CLOSE_SHORT];
range('trade', 1, TRADES);
range('trade', 131, [BUY, SELL]); // hedges of delta
range('trade', 204, TRADES); // block trades
range('trade', 270, TRADES); // spread trades
range('trade', 324, TRADES); // positions moved between accounts
const FORCED = [CLOSE_LONG, CLOSE_SHORT, BUY, SELL];
range('partial_liquidation', 100, FORCED);
range('full_liquidation', 104, FORCED);
range('adl', 125, FORCED);
range('delivery', 112, [CLOSE_LONG, CLOSE_SHORT]);

/** How `subType` moves a position; null when it does not, or is not known. */
export const moveOf = (subType: string): Move | null => MOVES.get(subType) ?? null;

/** Bills that never move size, by type: transfers, margin, interest, funding, clawback, conversions, borrowing, profit sharing, settlement. */
const TYPES_WITHOUT_SIZE = new Set('1 4 6 7 8 10 11 12 15 16 18 22 26 27 28 29 30 33 34 250 251'.split(' '));
/** Types of which every bill with a size is a trade of it: trade, delivery, ADL, delta hedge, block and spread trade, moved position. */
const TYPES_OF_TRADES = new Set('2 3 9 13 14 24 32'.split(' '));
const SUBTYPES_WITHOUT_SIZE = new Set(
  [
    '9 11 12 14 16 17 108 109 117 118 119', // interest, transfers, forced repayment, clawback, liquidation fees, conversions
    '160 161 162 332 333 334', // margin added, taken out, added automatically, moved
    '173 174 200 201 202 203 210 211 212 213', // funding, transfers, borrowing and repaying of quick margin
    '220 221 224 225 232 233 236 237 250 251 280 281 284 285 286 287 293 294 295', // conversions, profit sharing, copy trading, loans
  ]
    .join(' ')
    .split(' '),
);

/**
 * What a bill without a known way of moving a position did to its size: nothing (by the documentation), something (its type is one of
 * trades, but the word is none we know), or it is to be seen from whether the sizes add up without it (`by_sums`: liquidation
 * transfers 110 and 111, which older documents call automatic buys and sells, and every word that is not documented).
 */
export function effectOnSize(type: string, subType: string, hasSize: boolean): 'none' | 'unknown' | 'by_sums' {
  if (!hasSize || TYPES_WITHOUT_SIZE.has(type) || SUBTYPES_WITHOUT_SIZE.has(subType)) return 'none';
  return TYPES_OF_TRADES.has(type) ? 'unknown' : 'by_sums';
}

export const isForced = (kind: MoveKind): boolean =>
  kind === 'partial_liquidation' || kind === 'full_liquidation' || kind === 'adl';
export const isLiquidation = (kind: MoveKind): kind is 'partial_liquidation' | 'full_liquidation' =>
  kind === 'partial_liquidation' || kind === 'full_liquidation';

/** What an order's category says it was; null for one we do not know. */
export function kindOfCategory(category: string): MoveKind | null {
  switch (category) {
    case 'full_liquidation':
    case 'partial_liquidation':
    case 'adl':
    case 'delivery':
      return category;
    case 'normal':
    case 'twap': // the system's forced repayment: no liquidation of the position
    case 'ddh':
    case 'auto_conversion':
      return 'trade';
    default:
      return null;
  }
}
