import {
  absolute,
  add,
  compare,
  decimal,
  divide,
  isNegative,
  isPositive,
  isZero,
  multiply,
  parseNumeric,
  ratio,
  subtract,
  ZERO,
  type Decimal,
} from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import type { Origin } from './answers.ts';
import { coinsOfContract, fieldOf } from './instrument.ts';
import type { Segment } from './ledger.ts';
import { isNearer, rateOf, shiftBy, type Isolated } from './liquidationPrice.ts';
import type { StudiedPosition } from './position.ts';
import type { BillRow, Row } from './rows.ts';
import type { Study } from './study.ts';
import { instrumentTarget } from './targets.ts';

// Funding of an isolated position is taken from its margin (balChg 0, posBalChg the amount), so the liquidation price that was fixed
// at binding moves by itself. Only funding counts here: margin that the holder moved does not.

/** The liquidation price in force within a span of time; where it changed in it, the one that the market reaches sooner. */
export type PricePath = (fromMs: EpochMs, toMs: EpochMs) => Decimal;
export type MovedPrice = {
  /** By what the bills say was this position's funding. */
  readonly path: PricePath;
  /** By that and by all funding that may have been its own and brought the price nearer. */
  readonly easiest: PricePath;
  /** Whether it is known how far funding moved the price. */
  readonly isKnown: boolean;
  /** What funding came to the margin since binding (negative: was taken); null where there was none. */
  readonly funding: Decimal | null;
  /** What the price had become in the end; null where that is not known. */
  readonly price: Decimal | null;
  readonly at: readonly Origin[];
};

/** Maintenance margin and fee of the lowest tier, where the exchange's own price does not tell them: of little weight here. */
const USUAL_RATE = decimal('0.0045');
/** A rate out of these bounds was not what the price was made with: then size or margin are not what they are taken for. */
const LARGEST_RATE = decimal('0.3');

function sizeAt({ opens, closes }: Segment, ms: EpochMs): Decimal {
  const until = (pieces: Segment['opens'] | Segment['closes']): Decimal =>
    pieces.reduce((size, piece) => (piece.movement.bill.ts <= ms ? add(size, piece.size) : size), ZERO);
  return subtract(until(opens), until(closes));
}

const AVERAGE_PLACES = 10n ** 20n;
/** The average open price at a moment, as the exchange keeps it: an addition moves it, a close does not. null where a bill has no price. */
function averageAt({ opens, closes }: Segment, ms: EpochMs): Decimal | null {
  const pieces = [
    ...opens.map((open) => ({ ...open, isOpen: true })),
    ...closes.map((close) => ({ ...close, isOpen: false })),
  ];
  let size = ZERO;
  let average = ZERO;
  for (const piece of pieces.toSorted((a, b) => a.movement.bill.ts - b.movement.bill.ts)) {
    if (piece.movement.bill.ts > ms) break;
    if (piece.isOpen) {
      const { px } = piece.movement.bill;
      if (px === null) return null;
      const whole = add(size, piece.size);
      if (isZero(whole)) return null;
      const exact = divide(add(multiply(average, size), multiply(px, piece.size)), whole);
      average = ratio((exact.n * AVERAGE_PLACES) / exact.d, AVERAGE_PLACES);
      size = whole;
    } else size = subtract(size, piece.size);
  }
  return isPositive(size) ? average : null;
}

/** Coins in a contract, and the rate in the liquidation price, as far as they can be known. null: not. */
function contractOf(
  study: Study,
  { segment }: StudiedPosition,
  liqPx: Decimal,
): { coins: Decimal; rate: Decimal } | null {
  const { snapshot, reader, instId, boundAtMs } = study;
  const told = coinsOfContract(reader, instId);
  const tick = fieldOf(reader, instrumentTarget(instId), instId, 'tickSz') ?? ZERO;
  const [margin, lever] = [parseNumeric(snapshot?.margin ?? ''), parseNumeric(snapshot?.lever ?? '')];
  const avg = parseNumeric(snapshot?.avgPx ?? '') ?? (boundAtMs === null ? null : averageAt(segment, boundAtMs));
  const contracts = absolute(
    parseNumeric(snapshot?.pos ?? '') ?? (boundAtMs === null ? ZERO : sizeAt(segment, boundAtMs)),
  );
  const isWhole = margin !== null && avg !== null && isPositive(margin) && isPositive(avg) && isPositive(contracts);
  const rateWith = (coins: Decimal): Decimal | null => {
    if (!isWhole) return null;
    const position: Isolated = {
      side: segment.sign === 1 ? 'long' : 'short',
      avg,
      margin,
      coins: multiply(contracts, coins),
    };
    const rate = rateOf(position, liqPx, tick);
    return rate !== null && isPositive(rate) && compare(rate, LARGEST_RATE) < 0 ? rate : null;
  };
  if (told !== null) return { coins: told, rate: rateWith(told) ?? USUAL_RATE };
  // Without the instrument: margin at opening was worth / leverage. Only where the price shown then fits too.
  if (!isWhole || lever === null || !isPositive(lever)) return null;
  const guessed = divide(multiply(margin, lever), multiply(avg, contracts));
  const rate = rateWith(guessed);
  return rate === null ? null : { coins: guessed, rate };
}

type Step = { readonly ms: EpochMs; readonly price: Decimal };

function pathOf(side: 'long' | 'short', liqPx: Decimal, steps: readonly Step[]): PricePath {
  return (fromMs, toMs) => {
    let price = steps.findLast((step) => step.ms <= fromMs)?.price ?? liqPx;
    for (const step of steps)
      if (step.ms > fromMs && step.ms < toMs && isNearer(side, step.price, price)) price = step.price;
    return price;
  };
}

/** What the liquidation price of binding had become by the funding booked since. */
export function movedPrice(study: Study, position: StudiedPosition, liqPx: Decimal, untilMs: EpochMs): MovedPrice {
  const still: PricePath = () => liqPx;
  const { segment, bills } = position;
  const boundAtMs = study.boundAtMs ?? segment.firstTs;
  const fundings = bills
    .filter((bill) => bill.type === '8' && bill.ts > boundAtMs && bill.ts >= segment.firstTs && bill.ts <= untilMs)
    .filter((bill) => bill.posBalChg !== null && !isZero(bill.posBalChg) && position.ownerOf(bill) !== 'other')
    .toSorted((a, b) => a.ts - b.ts);
  if (fundings.length === 0) return { path: still, easiest: still, isKnown: true, funding: null, price: liqPx, at: [] };
  const own = fundings.filter((bill) => position.ownerOf(bill) === 'ours');
  const funding = own.reduce((total, bill) => add(total, bill.posBalChg ?? ZERO), ZERO);
  const told = { funding, at: fundings.map((bill) => bill.origin) };
  const contract = contractOf(study, position, liqPx);
  if (contract === null) {
    // Only what was taken brings the price nearer: where nothing was, it was not nearer than at binding.
    const isTaken = fundings.some(({ posBalChg }) => posBalChg !== null && isNegative(posBalChg));
    return { path: still, easiest: still, isKnown: !isTaken, price: null, ...told };
  }
  const side = segment.sign === 1 ? 'long' : 'short';
  const stepsBy = (counted: readonly Row<BillRow>[]): Step[] => {
    let price = liqPx;
    return counted.map(({ ts, posBalChg }) => {
      const coins = multiply(sizeAt(segment, ts), contract.coins);
      price = add(price, rounded(shiftBy(side, posBalChg ?? ZERO, coins, contract.rate)));
      return { ms: ts, price };
    });
  };
  const steps = stepsBy(own);
  const nearest = fundings.filter(
    (bill) => position.ownerOf(bill) === 'ours' || (bill.posBalChg !== null && isNegative(bill.posBalChg)),
  );
  return {
    path: pathOf(side, liqPx, steps),
    easiest: pathOf(side, liqPx, stepsBy(nearest)),
    isKnown: true,
    price: steps.at(-1)?.price ?? liqPx,
    ...told,
  };
}

const SHIFT_PLACES = 10n ** 20n;
const rounded = ({ n, d }: Decimal): Decimal => ratio((n * SHIFT_PLACES) / d, SHIFT_PLACES);
