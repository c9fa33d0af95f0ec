import { absolute, add, equal, isPositive, isZero, subtract, ZERO, type Decimal } from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import { byFill } from './fillOrder.ts';
import { near, type Movement } from './ledger.ts';
import { PAD_MS, type Lifetime } from './lifetimes.ts';
import type { BillRow, Row } from './rows.ts';

// Bills of margin (type 6) and funding (type 8) have no side. With a long and a short open on one instrument, whose a bill is shows only by
// what each side's margin and size were: funding names the contracts it was counted on, and every bill the margin after it.

export type Owner = 'ours' | 'other' | 'unknown';

/** One side of an account's positions on an instrument. */
export type Leg = {
  readonly movements: readonly Movement[];
  readonly lifetimes: readonly Lifetime[];
  /** A margin that was seen at a moment: at binding. */
  readonly seen: { readonly atMs: EpochMs; readonly margin: Decimal } | null;
};

/** What a side's margin may be; more possibilities than these tell nothing. */
const MOST_POSSIBLE = 16;

/** Margin and size of one side as its bills pass by. */
type Running = { margins: Decimal[]; size: Decimal | null; isSeen: boolean };

const isSideless = ({ type }: BillRow): boolean => type === '6' || type === '8';
const lives = ({ lifetimes }: Leg, ms: EpochMs): boolean =>
  lifetimes.some((life) => life.cTime - PAD_MS <= ms && (life.endMs === null || ms <= life.endMs + PAD_MS));

function merged(margins: readonly Decimal[]): Decimal[] {
  const kept: Decimal[] = [];
  for (const margin of margins)
    if (isPositive(margin) && !kept.some((known) => equal(known, margin))) kept.push(margin);
  return kept.length > MOST_POSSIBLE ? [] : kept;
}

/** The margins after a bill of this side, or one that may be of it. */
function after(margins: readonly Decimal[], bill: BillRow, isSure: boolean): Decimal[] {
  if (isSure && bill.posBal !== null && isPositive(bill.posBal)) return [bill.posBal];
  const { posBalChg } = bill;
  const changed = posBalChg === null ? [] : margins.map((margin) => add(margin, posBalChg));
  // What opened the first of a position is its margin.
  const first = isSure && margins.length === 0 && posBalChg !== null ? [posBalChg] : [];
  return merged(isSure && !isTrade(bill) ? changed : [...margins, ...changed, ...first]);
}
/** Of a trade it is not known in every form of booking whether posBalChg is the margin that came in. */
const isTrade = (bill: BillRow): boolean => !isSideless(bill);

/** The margins that each sideless bill can have left a side with, told backwards from the margin it has now. */
function backwards(
  leg: Leg,
  bills: readonly Row<BillRow>[],
  bySize: ReadonlyMap<string, Owner>,
  own: Owner,
): Map<string, Decimal[]> {
  const left = new Map<string, Decimal[]>();
  const margin = leg.lifetimes.find(({ position }) => position !== null)?.position?.margin ?? null;
  let margins = margin === null ? [] : [margin];
  const moved = new Set(leg.movements.map(({ bill }) => bill.billId));
  for (const bill of bills.toReversed()) {
    if (margins.length === 0 || moved.has(bill.billId)) break;
    if (!isSideless(bill)) continue;
    left.set(bill.billId, margins);
    const owner = bySize.get(bill.billId) ?? 'unknown';
    const { posBalChg } = bill;
    if (posBalChg === null) break;
    const before = margins.map((each) => subtract(each, posBalChg));
    if (owner === own) margins = merged(before);
    else if (owner === 'unknown') margins = merged([...margins, ...before]);
  }
  return left;
}

/** Bills and movements of an instrument as they happened. */
type Step = {
  readonly ms: EpochMs;
  readonly bill: Row<BillRow>;
  readonly movement: Movement | null;
  readonly isOurs: boolean;
};

function stepsOf(ours: Leg, other: Leg, bills: readonly Row<BillRow>[]): Step[] {
  const moves = ({ movements }: Leg, isOurs: boolean): Step[] =>
    byFill(movements).map((movement) => ({ ms: movement.bill.ts, bill: movement.bill, movement, isOurs }));
  const sideless = bills.filter(isSideless).map((bill): Step => ({ ms: bill.ts, bill, movement: null, isOurs: false }));
  return [...moves(ours, true), ...moves(other, false), ...sideless].toSorted((a, b) => a.ms - b.ms);
}

/** Whose size a bill of funding was counted on. */
function ownerBySize(bill: BillRow, ours: Running, other: Running): Owner {
  if (bill.type !== '8' || bill.sz === null || isZero(bill.sz) || ours.size === null || other.size === null)
    return 'unknown';
  const size = absolute(bill.sz);
  const [isOurs, isOther] = [equal(size, absolute(ours.size)), equal(size, absolute(other.size))];
  return isOurs === isOther ? 'unknown' : isOurs ? 'ours' : 'other';
}

/**
 * Whose each bill of margin or funding is. Where only one side was open it is that one's; otherwise it is told by the contracts of a
 * funding, or by the margin before and after it fitting one side alone; and where neither tells, it is not known.
 */
export function ownersOf(
  ours: Leg,
  other: Leg | null,
  bills: readonly Row<BillRow>[],
  ledgerFromMs: EpochMs,
): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>();
  const sideless = bills.filter(isSideless);
  if (other === null || (other.lifetimes.length === 0 && other.movements.length === 0)) {
    for (const bill of sideless) owners.set(bill.billId, 'ours');
    return owners;
  }
  // A side that was open before the ledger begins has a size that its bills do not tell.
  const beganBefore = other.lifetimes.some(
    (life) => life.cTime < ledgerFromMs && (life.endMs ?? Infinity) >= ledgerFromMs,
  );
  const steps = stepsOf(ours, other, bills);
  const run = (decide: (bill: Row<BillRow>, own: Running, theirs: Running) => Owner): void => {
    const own: Running = { margins: [], size: ZERO, isSeen: false };
    const theirs: Running = { margins: [], size: beganBefore ? null : ZERO, isSeen: false };
    for (const { ms, bill, movement, isOurs } of steps) {
      if (ours.seen && !own.isSeen && ms > ours.seen.atMs)
        Object.assign(own, { margins: [ours.seen.margin], isSeen: true });
      if (movement !== null) {
        const leg = isOurs ? own : theirs;
        const change = movement.sign === 1 ? movement.size : subtract(ZERO, movement.size);
        if (leg.size !== null) leg.size = add(leg.size, change);
        leg.margins = leg.size !== null && isZero(leg.size) ? [] : after(leg.margins, bill, true);
        continue;
      }
      const owner = decide(bill, own, theirs);
      owners.set(bill.billId, owner);
      if (owner !== 'other') own.margins = after(own.margins, bill, owner === 'ours');
      if (owner !== 'ours') theirs.margins = after(theirs.margins, bill, owner === 'other');
    }
  };
  const bySize = (bill: Row<BillRow>, own: Running, theirs: Running): Owner => {
    const isOpen = lives(ours, bill.ts);
    const isOtherOpen = lives(other, bill.ts) || (theirs.size !== null && !isZero(theirs.size));
    if (isOpen !== isOtherOpen) return isOpen ? 'ours' : 'other';
    return isOpen ? ownerBySize(bill, own, theirs) : 'unknown';
  };
  run(bySize);
  const sized = new Map(owners);
  const left = { ours: backwards(ours, bills, sized, 'ours'), other: backwards(other, bills, sized, 'other') };
  run((bill, own, theirs) => {
    const owner = bySize(bill, own, theirs);
    const { posBal, posBalChg } = bill;
    if (owner !== 'unknown' || posBal === null || posBalChg === null || !isPositive(posBal)) return owner;
    const before = subtract(posBal, posBalChg);
    const fits = (running: Running, leftWith: Map<string, Decimal[]>): boolean =>
      running.margins.some((margin) => near(margin, before)) ||
      (leftWith.get(bill.billId) ?? []).some((margin) => near(margin, posBal));
    const [isOurs, isOther] = [fits(own, left.ours), fits(theirs, left.other)];
    return isOurs === isOther ? 'unknown' : isOurs ? 'ours' : 'other';
  });
  return owners;
}
