import { decimal, type Decimal } from '@liqpass/kernel/decimal';
import { HOUR_MS, type EpochMs, type Window } from '@liqpass/kernel/time';
import type { Side, WaitingCheck } from '@liqpass/kernel/vocabulary';
import { MAX_DATA_AGE_MS } from '@liqpass/underwriting/market';
import { markTouched, TOUCH_TOLERANCE } from '@liqpass/underwriting/markTouch';

/** What the mark price did meanwhile, as far as it was kept; prices as decimal text. */
export type MarkHistory = {
  /** The lowest and the highest mark inside the wait, read or by the exchange's minutes, and the longest time without one; null when none was. */
  readonly marks: { readonly low: string; readonly high: string; readonly longestGapMs: number } | null;
  /** The hours that touch the wait, each whole by now. */
  readonly hours: readonly { readonly atMs: EpochMs; readonly low: string; readonly high: string }[];
};

/**
 * Whether the mark came to the liquidation price fixed at binding while cover waited (rule 4 against the insured). An hour
 * that only partly lies inside can show that nothing touched, not that something did. UNKNOWN where neither marks nor
 * hours tell: missing data is never a denial.
 */
export function decideWaiting(
  position: { readonly side: Side; readonly liqPx: string },
  wait: Window,
  history: MarkHistory,
): WaitingCheck {
  if (wait.endMs <= wait.startMs) return 'UNTOUCHED';
  const liqPx: Decimal = decimal(position.liqPx);
  const touched = ({ low, high }: { low: string; high: string }): boolean =>
    markTouched(position.side, liqPx, decimal(low), decimal(high), TOUCH_TOLERANCE);
  const { marks, hours } = history;
  const inside = hours.filter((hour) => hour.atMs >= wait.startMs && hour.atMs + HOUR_MS <= wait.endMs);
  if ((marks && touched(marks)) || inside.some(touched)) return 'TOUCHED';
  // As for sales: a mark older than that says nothing about now.
  const seenThroughout = (marks?.longestGapMs ?? wait.endMs - wait.startMs) <= MAX_DATA_AGE_MS;
  return seenThroughout || (covers(hours, wait) && !hours.some(touched)) ? 'UNTOUCHED' : 'UNKNOWN';
}

/** Whether hours, each once, lie over the whole wait. */
function covers(hours: MarkHistory['hours'], wait: Window): boolean {
  const have = new Set(hours.map((hour) => hour.atMs));
  for (let atMs = Math.floor(wait.startMs / HOUR_MS) * HOUR_MS; atMs < wait.endMs; atMs += HOUR_MS)
    if (!have.has(atMs)) return false;
  return true;
}
