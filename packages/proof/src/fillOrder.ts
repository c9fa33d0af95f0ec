import type { EpochMs } from '@liqpass/kernel/time';
import type { Movement } from './ledger.ts';
import { PAD_MS } from './lifetimes.ts';
import { isForced } from './movements.ts';

// Booking time (`ts`) is no order of events: an ordinary trade is booked a millisecond after it was filled, a forced one in the
// millisecond itself. So a stop-loss filled together with a liquidation is booked after it.

/** An ordinary trade is booked this long after it was filled. Source: recorded rows. */
const BOOKED_AFTER_MS = 1;

/** When a movement was filled: as its bill or fill says, where that is near its booking; otherwise by how such bills are booked. */
export function filledAt({ bill, fill, kind }: Movement): EpochMs {
  for (const time of [bill.fillTime, fill?.fillTime]) if (time && Math.abs(time - bill.ts) <= PAD_MS) return time;
  return isForced(kind) ? bill.ts : bill.ts - BOOKED_AFTER_MS;
}

/** Ids grow with time; as text, for they hold more digits than a number. */
function compareIds(a: string, b: string): number {
  const [first, second] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return first.length - second.length || (first < second ? -1 : first > second ? 1 : 0);
}

/** Movements in the order in which they were filled, ids breaking ties. */
export function byFill(movements: readonly Movement[]): Movement[] {
  return movements
    .map((movement) => ({ movement, ms: filledAt(movement) }))
    .toSorted((a, b) => a.ms - b.ms || compareIds(a.movement.bill.billId, b.movement.bill.billId))
    .map(({ movement }) => movement);
}

/** A stretch of an order, from (in) and to (out), within which time does not say what came first. */
export type Tie = { readonly from: number; readonly to: number };

/** Where a movement that adds and one that takes away (or one by force) lie no more than a millisecond apart: only there the order matters. */
export function tiesOf(ordered: readonly Movement[]): Tie[] {
  const ties: Tie[] = [];
  let from = 0;
  for (let at = 1; at <= ordered.length; at += 1) {
    const [before, next] = [ordered[at - 1], ordered[at]];
    if (before && next && filledAt(next) - filledAt(before) <= BOOKED_AFTER_MS) continue;
    const tied = ordered.slice(from, at);
    const ways = new Set(tied.map(({ sign, kind }) => `${sign} ${isForced(kind)}`));
    if (ways.size > 1) ties.push({ from, to: at });
    from = at;
  }
  return ties;
}

/** Up to this many orders filled together are tried in every order. */
const MOST_PERMUTED = 4;

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

/** The orders in which the movements of one tie may have been filled; those of one order stay together. Likeliest first. */
function arrangements(tied: readonly Movement[]): Movement[][] {
  const parts = new Map<string, Movement[]>();
  for (const movement of tied) {
    const key = `${movement.bill.ordId} ${movement.sign} ${movement.kind}`;
    parts.set(key, [...(parts.get(key) ?? []), movement]);
  }
  const whole = [...parts.values()];
  if (whole.length <= MOST_PERMUTED) return permutations(whole).map((order) => order.flat());
  const sorted = (rank: (movement: Movement) => number): Movement[] => tied.toSorted((a, b) => rank(a) - rank(b));
  const last = ({ kind }: Movement): number => (isForced(kind) ? 2 : 0);
  return [
    sorted((movement) => last(movement) - movement.sign),
    sorted((movement) => last(movement) + movement.sign),
    sorted((movement) => -movement.sign),
    sorted((movement) => movement.sign),
  ];
}

/** `ordered` with one tie in each of its other orders. */
export const rearranged = (ordered: readonly Movement[], { from, to }: Tie): Movement[][] =>
  arrangements(ordered.slice(from, to)).map((tied) => [...ordered.slice(0, from), ...tied, ...ordered.slice(to)]);
