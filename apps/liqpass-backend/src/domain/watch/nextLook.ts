import { distanceTo } from '@liqpass/kernel/liqPrice';
import { HOUR_MS, MINUTE_MS, SECOND_MS, type EpochMs, type Window } from '@liqpass/kernel/time';
import type { Side } from '@liqpass/kernel/vocabulary';

// When a watched position is to be looked at next. The mark price, which is read anyway for everybody, says whom to look at: looks
// cost more with danger, not with the number of covers.

export const FARTHEST_MS = 30 * MINUTE_MS;
export const NEAREST_MS = 15 * SECOND_MS;
/** The closing look: by then the exchange has published what happened within the window. */
export const CLOSING_AFTER_MS = 10 * MINUTE_MS;
/** Waits between the looks at a position whose liquidation price was reached, or that could not be seen; the last one again and again. */
const TOUCHED_MS = [5 * SECOND_MS, 15 * SECOND_MS, 45 * SECOND_MS] as const;
/**
 * A look asks once for the bills of margin, of which a trader may ask for 5 lists in 2 seconds (OKX v5, bills-archive): one in 8
 * seconds is 5 % of that. Of the positions, 10 in 2 seconds, it is less.
 */
export const OF_QUOTA_MS = 8 * SECOND_MS;
/** The price is believed to move no more than this many sigmas before the next look. */
const SIGMAS = 4;

export type Danger = {
  /** From mark to liquidation price, as a share of the mark (0.02 is 2 %); null: not known, and then the position is near. */
  readonly distance: number | null;
  /** Volatility of the mark over an hour, as a share; null: not known. */
  readonly sigmaHour: number | null;
  /** The mark, or the last minute's high or low, has reached the liquidation price. */
  readonly touched: boolean;
};

export type LastLook = {
  readonly atMs: EpochMs;
  /** How many looks in a row have not settled what is there: they failed, or the position was gone without a verdict. */
  readonly unsettled: number;
  /** The position was seen alive since the price was reached: it is watched closely, and no longer at once. */
  readonly survivedTouch: boolean;
};

/**
 * When to look next; null: never again. Before the first look of a cover: when it begins. After its window: the closing look, once.
 * `covers` of the same account share its quota.
 */
export function nextLook(
  danger: Danger,
  last: LastLook | null,
  watched: { readonly window: Window; readonly covers: number },
  nowMs: EpochMs,
): EpochMs | null {
  const { window, covers } = watched;
  const closingMs = window.endMs + CLOSING_AFTER_MS;
  if (last === null) return Math.max(nowMs, window.startMs);
  const sharedMs = covers > 1 ? covers * OF_QUOTA_MS : 0;
  if (last.unsettled > 0) {
    const waitMs = TOUCHED_MS[Math.min(last.unsettled, TOUCHED_MS.length) - 1] ?? TOUCHED_MS[2];
    return last.atMs + Math.max(waitMs, sharedMs);
  }
  if (last.atMs >= closingMs) return null;
  // The window is over: what happens now is not covered.
  if (nowMs >= window.endMs) return closingMs;
  if (danger.touched && !last.survivedTouch) return Math.max(nowMs, last.atMs + sharedMs);
  return Math.min(last.atMs + Math.max(calmWaitMs(danger), sharedMs), closingMs);
}

/** How long the price needs, at four sigmas, to the liquidation price: sigma grows with the root of time. */
function calmWaitMs({ distance, sigmaHour, touched }: Danger): number {
  if (touched || distance === null || sigmaHour === null || !(distance > 0)) return NEAREST_MS;
  if (!(sigmaHour > 0)) return FARTHEST_MS;
  const hours = (distance / (SIGMAS * sigmaHour)) ** 2;
  return Math.round(Math.min(FARTHEST_MS, Math.max(NEAREST_MS, hours * HOUR_MS)));
}

/** The distance, as a share of the mark: negative where the liquidation price has been passed. null: one of the two is none. */
export const knownDistance = (liqPx: number, mark: number, side: Side): number | null =>
  mark > 0 && liqPx > 0 ? distanceTo(liqPx, mark, side) : null;
