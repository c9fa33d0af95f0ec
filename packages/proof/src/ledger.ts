import {
  absolute,
  add,
  compare,
  divide,
  equal,
  isZero,
  larger,
  multiply,
  negate,
  ONE,
  ratio,
  subtract,
  ZERO,
  type Decimal,
} from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import type { Origin } from './answers.ts';
import { PAD_MS } from './lifetimes.ts';
import { isForced, moveOf, type MoveKind } from './movements.ts';
import type { BillRow, FillRow, Row } from './rows.ts';

/** A bill that moved the slot's size, with its fill where there is one. */
export type Movement = {
  readonly bill: Row<BillRow>;
  readonly fill: Row<FillRow> | null;
  readonly kind: MoveKind;
  readonly sign: 1 | -1;
  /** Contracts, positive. */
  readonly size: Decimal;
};

/** The bills of movements, as places in the evidence. */
export const originsOf = (movements: readonly Movement[]): Origin[] =>
  movements.map((movement) => movement.bill.origin);

export type Open = { readonly movement: Movement; readonly size: Decimal; readonly isOurs: boolean };
export type Close = {
  readonly movement: Movement;
  readonly size: Decimal;
  readonly isOurs: boolean;
  /** The insured part of the size closed, by which it was shared out. */
  readonly share: Decimal;
};

/** One life of a position, from nothing to nothing, as its bills tell it. */
export type Segment = {
  readonly sign: 1 | -1;
  readonly firstTs: EpochMs;
  /** When it was back at nothing; null while it is open. */
  readonly endTs: EpochMs | null;
  readonly opens: readonly Open[];
  readonly closes: readonly Close[];
  /** What is left, and the insured part of it (1: all). */
  readonly size: Decimal;
  readonly share: Decimal;
  readonly maxSize: Decimal;
  /** Whether it began, or ended, with a fill that turned the position round (net mode). */
  readonly beganByFlip: boolean;
  readonly endedByFlip: boolean;
};

type Draft = { -readonly [K in keyof Segment]: Segment[K] } & { opens: Open[]; closes: Close[] };

/**
 * The insured part of a position is kept to this many decimals, rounded up, against the insurer. So its digits are bounded however often
 * size is added and taken away, where exact fractions grow with each: after n additions it is too large by less than n × 10^-60, which no
 * amount shown (30 decimals, cut off) can tell from the exact one.
 */
const SHARE_PLACES = 60;

const SHARE_UNIT = 10n ** BigInt(SHARE_PLACES);

/** The insured part after `added` contracts, insured or not, joined `size` of which `share` was. A close, pro rata, leaves it as it is. */
function shareAfter(share: Decimal, size: Decimal, added: Decimal, isOurs: boolean): Decimal {
  const part = isOurs ? ONE : ZERO;
  if (isZero(size) || equal(share, part)) return part;
  // (share × size + part × added) / (size + added), both sizes over one denominator.
  const [before, joined] = [size.n * added.d, added.n * size.d];
  const insured = share.n * (SHARE_UNIT / share.d) * before + (isOurs ? SHARE_UNIT * joined : 0n);
  const whole = before + joined;
  return ratio((insured + whole - 1n) / whole, SHARE_UNIT);
}

/** What replaying one order of movements gives; where it fails, at which of them. */
export type Replayed =
  | { readonly segments: Segment[]; readonly failedAt: null }
  | { readonly segments: null; readonly failedAt: number };

/**
 * Replays a slot's movements in the order given, beginning with no position: each life of the position by its opens and closes. A close is
 * shared pro rata between what `ordId` opened and the rest, for the exchange keeps no lots. It fails where a close exceeds
 * what is open and cannot turn the position round (a forced one never does): something before it is missing, or came later.
 */
export function replay(ordered: readonly Movement[], ordId: string, canFlip: boolean): Replayed {
  const segments: Segment[] = [];
  let current: Draft | null = null;
  const begin = (movement: Movement, size: Decimal, isOurs: boolean, beganByFlip: boolean): Draft => ({
    sign: movement.sign,
    firstTs: movement.bill.ts,
    endTs: null,
    opens: [{ movement, size, isOurs }],
    closes: [],
    size,
    share: isOurs ? ONE : ZERO,
    maxSize: size,
    beganByFlip,
    endedByFlip: false,
  });
  for (const [at, movement] of ordered.entries()) {
    const failed = { segments: null, failedAt: at };
    const isOurs = movement.bill.ordId === ordId;
    const effect = moveOf(movement.bill.subType)?.effect ?? null;
    if (current === null) {
      if ((!canFlip && effect === 'close') || isForced(movement.kind)) return failed;
      current = begin(movement, movement.size, isOurs, false);
    } else if (movement.sign === current.sign) {
      if (isForced(movement.kind)) return failed;
      current.opens.push({ movement, size: movement.size, isOurs });
      current.share = shareAfter(current.share, current.size, movement.size, isOurs);
      current.size = add(current.size, movement.size);
      current.maxSize = larger(current.maxSize, current.size);
    } else {
      const closed = compare(movement.size, current.size) <= 0 ? movement.size : current.size;
      const rest = subtract(movement.size, closed);
      if (!isZero(rest) && (!canFlip || isForced(movement.kind))) return failed;
      current.closes.push({ movement, size: closed, isOurs, share: current.share });
      current.size = subtract(current.size, closed);
      if (isZero(current.size)) {
        current.endTs = movement.bill.ts;
        current.endedByFlip = !isZero(rest);
        segments.push(current);
        current = isZero(rest) ? null : begin(movement, rest, isOurs, true);
      }
    }
  }
  if (current !== null) segments.push(current);
  return { segments, failedAt: null };
}

/** The insured contracts that are left. */
export const insuredSize = (segment: Segment): Decimal => multiply(segment.share, segment.size);

/** What a bill did to the trader's equity: the change of the balance and of the position's margin. null where it does not say. */
export function equityOf(bill: BillRow): Decimal | null {
  return bill.balChg === null || bill.posBalChg === null ? null : add(bill.balChg, bill.posBalChg);
}

/** The average price of what was opened, weighted by size; null where a bill has no price. */
export function averageOpenPrice(segment: Segment): Decimal | null {
  let worth = ZERO;
  let size = ZERO;
  for (const open of segment.opens) {
    const { px } = open.movement.bill;
    if (px === null) return null;
    worth = add(worth, multiply(px, open.size));
    size = add(size, open.size);
  }
  return isZero(size) ? null : divide(worth, size);
}

/** Contracts closed in a segment, in all. */
export const closedSize = (segment: Segment): Decimal =>
  segment.closes.reduce((total, close) => add(total, close.size), ZERO);

/** 1e-5: the largest difference between two sources of one amount that counts as none. */
export const TOLERANCE: Decimal = ratio(1n, 100_000n);
export const near = (a: Decimal, b: Decimal): boolean => compare(absolute(subtract(a, b)), TOLERANCE) <= 0;

/** Ways in which a bill and the fill of its id differ; empty when they tell the same. */
export function differencesOfFill(bill: BillRow, fill: FillRow): string[] {
  const differences: string[] = [];
  if (bill.ordId !== fill.ordId) differences.push('ordId');
  if (bill.sz === null || fill.fillSz === null || !equal(absolute(bill.sz), absolute(fill.fillSz)))
    differences.push('size');
  if (bill.px !== null && fill.fillPx !== null && !equal(bill.px, fill.fillPx)) differences.push('price');
  if (fill.subType !== '' && bill.subType !== fill.subType) differences.push('subType');
  if (fill.ts !== null && Math.abs(bill.ts - fill.ts) > PAD_MS) differences.push('ts');
  const move = moveOf(bill.subType);
  const sign = move?.sign;
  if (sign !== undefined && fill.side !== '' && (fill.side === 'buy') !== (sign === 1)) differences.push('side');
  const hedged = fill.posSide === 'long' || fill.posSide === 'short';
  if (hedged && move !== null && move.posSide !== null && move.posSide !== fill.posSide) differences.push('posSide');
  return differences;
}

export const signed = (segment: Segment): Decimal => (segment.sign === 1 ? segment.size : negate(segment.size));
