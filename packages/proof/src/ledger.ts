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
  ratio,
  subtract,
  ZERO,
  type Decimal,
} from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
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
  /** What is left, and the insured part of it. */
  readonly size: Decimal;
  readonly insured: Decimal;
  readonly maxSize: Decimal;
  /** Whether it began, or ended, with a fill that turned the position round (net mode). */
  readonly beganByFlip: boolean;
  readonly endedByFlip: boolean;
};

type Draft = { -readonly [K in keyof Segment]: Segment[K] } & { opens: Open[]; closes: Close[] };

/** Bills in the order they happened: by time, then by id (ids grow with time). */
export function byTime(a: Movement, b: Movement): number {
  if (a.bill.ts !== b.bill.ts) return a.bill.ts - b.bill.ts;
  const [first, second] = [BigInt(a.bill.billId), BigInt(b.bill.billId)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/**
 * Replays a slot's movements, beginning with no position: each life of the position by its opens and closes. A close is
 * shared pro rata between what `ordId` opened and the rest, for the exchange keeps no lots. null when a close exceeds
 * what is open where it cannot turn the position round (a forced one never does): something before it is missing.
 */
export function replay(movements: readonly Movement[], ordId: string, canFlip: boolean): Segment[] | null {
  const segments: Segment[] = [];
  let current: Draft | null = null;
  const begin = (movement: Movement, size: Decimal, isOurs: boolean, beganByFlip: boolean): Draft => ({
    sign: movement.sign,
    firstTs: movement.bill.ts,
    endTs: null,
    opens: [{ movement, size, isOurs }],
    closes: [],
    size,
    insured: isOurs ? size : ZERO,
    maxSize: size,
    beganByFlip,
    endedByFlip: false,
  });
  for (const movement of movements.toSorted(byTime)) {
    const isOurs = movement.bill.ordId === ordId;
    const effect = moveOf(movement.bill.subType)?.effect ?? null;
    if (current === null) {
      if ((!canFlip && effect === 'close') || isForced(movement.kind)) return null;
      current = begin(movement, movement.size, isOurs, false);
    } else if (movement.sign === current.sign) {
      if (isForced(movement.kind)) return null;
      current.opens.push({ movement, size: movement.size, isOurs });
      current.size = add(current.size, movement.size);
      if (isOurs) current.insured = add(current.insured, movement.size);
      current.maxSize = larger(current.maxSize, current.size);
    } else {
      const closed = compare(movement.size, current.size) <= 0 ? movement.size : current.size;
      const rest = subtract(movement.size, closed);
      if (!isZero(rest) && (!canFlip || isForced(movement.kind))) return null;
      const share: Decimal = divide(current.insured, current.size);
      current.closes.push({ movement, size: closed, isOurs, share });
      current.insured = subtract(current.insured, multiply(closed, share));
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
  return segments;
}

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
