import { DAY_MS, MINUTE_MS, type EpochMs } from './time.ts';

// An exchange's order number, so far as it can be judged by itself. That its bits hold the time it was made is seen on
// recordings and documented nowhere: so it warns, and never decides.

const ID_EPOCH_MS = 1_672_502_400_000n;
/** Numbers below this carry no time: they would all be of the first day of that epoch. */
const LEAST_DATED = 86_400_000n << 25n;

/** When an order number was made, by its bits; null for one that carries no time. */
export function timeOfOrderNumber(ordId: string): EpochMs | null {
  const id = BigInt(ordId);
  return id < LEAST_DATED ? null : Number((id >> 25n) + ID_EPOCH_MS);
}

/** Fewer digits than any order number of the exchange's today. */
const FEWEST_USUAL_DIGITS = 17;
/** The exchange answers about the orders of three months: of an older one nothing can be proven. */
const KEPT_MS = 92 * DAY_MS;
/** Clocks differ, and the moment of binding is not that of ordering. */
const SLACK_MS = 10 * MINUTE_MS;

export const ORDER_NUMBER_DOUBTS = ['TOO_FEW_DIGITS', 'TIME_AHEAD', 'TOO_OLD'] as const;
export type OrderNumberDoubt = (typeof ORDER_NUMBER_DOUBTS)[number];

/** Why an order number does not look like one of the exchange's; null where it does. A reason to look again, no refusal. */
export function doubtOfOrderNumber(ordId: string, nowMs: EpochMs): OrderNumberDoubt | null {
  if (ordId.length < FEWEST_USUAL_DIGITS) return 'TOO_FEW_DIGITS';
  const madeMs = timeOfOrderNumber(ordId);
  if (madeMs === null) return null;
  if (madeMs > nowMs + SLACK_MS) return 'TIME_AHEAD';
  return madeMs < nowMs - KEPT_MS ? 'TOO_OLD' : null;
}
