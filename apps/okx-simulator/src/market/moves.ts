import type { Decimal } from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import { toNumber } from '../domain/figures.ts';
import { addSegment, rawMarkAt, type Market, type Segment } from './market.ts';

// What control does to a market. Each forgets what was planned for later: whoever speaks last is obeyed.

/** From now on the mark stands at `px`, until it is moved or let go. */
export function pinMark(market: Market, px: Decimal, atMs: EpochMs): void {
  addSegment(market, { kind: 'pin', px: toNumber(px), fromMs: atMs }, atMs + 1);
}

/** The mark jumps to `px` and lives on from there. */
export function moveMark(market: Market, px: Decimal, atMs: EpochMs): void {
  addSegment(
    market,
    { kind: 'live', px: toNumber(px), anchorMs: atMs, fromMs: atMs, exponent: exponentAt(market, atMs) },
    atMs + 1,
  );
}

/** A pinned mark lives on from where it stands. */
export function releaseMark(market: Market, atMs: EpochMs): void {
  addSegment(
    market,
    { kind: 'live', px: rawMarkAt(market, atMs), anchorMs: atMs, fromMs: atMs, exponent: exponentAt(market, atMs) },
    atMs + 1,
  );
}

/** The mark goes to `px` for a moment and comes back to what it did before. */
export function wickTo(market: Market, px: Decimal, atMs: EpochMs): void {
  const before = market.segments.findLast((each) => each.fromMs <= atMs);
  addSegment(market, { kind: 'pin', px: toNumber(px), fromMs: atMs });
  if (!before) return;
  addSegment(
    market,
    before.kind === 'glide'
      ? {
          ...before,
          px:
            before.px +
            ((before.toPx - before.px) * (atMs - before.fromMs)) / Math.max(1, before.untilMs - before.fromMs),
          fromMs: atMs,
        }
      : { ...before, fromMs: atMs },
  );
}

/** The mark runs straight to `px` at `untilMs`, and lives on from there. */
export function glideTo(market: Market, px: Decimal, atMs: EpochMs, untilMs: EpochMs): void {
  const exponent = exponentAt(market, atMs);
  const toPx = toNumber(px);
  addSegment(market, { kind: 'glide', px: rawMarkAt(market, atMs), toPx, untilMs, fromMs: atMs }, atMs + 1);
  addSegment(market, { kind: 'live', px: toPx, anchorMs: untilMs, fromMs: untilMs, exponent });
}

/**
 * The market moves `exponent` times as much as it would. `sinceMs` may lie in the past: then its history reads so too,
 * the price of now unchanged.
 */
export function setVolatility(market: Market, exponent: number, atMs: EpochMs, sinceMs: EpochMs): void {
  const px = rawMarkAt(market, atMs);
  addSegment(
    market,
    { kind: 'live', px, anchorMs: atMs, fromMs: Math.min(sinceMs, atMs), exponent },
    sinceMs < atMs ? sinceMs : atMs + 1,
  );
}

/** The index is `ratio` times the mark from now on; 1 joins them again. */
export function setIndexRatio(market: Market, ratio: number, atMs: EpochMs): void {
  market.indexRatios.push({ fromMs: atMs, ratio });
}

function exponentAt(market: Market, atMs: EpochMs): number {
  const live = market.segments.findLast((each) => each.fromMs <= atMs && each.kind === 'live');
  return live?.kind === 'live' ? live.exponent : 1;
}

/** A price at an instant; before it the market goes as far as `approachPx`, where that is given, and jumps from there. */
export type MarkPoint = { readonly atMs: EpochMs; readonly px: Decimal; readonly approachPx: Decimal | null };

/**
 * The market is what it would be had it come from, and gone through, these points: straight lines between them, its own
 * path before and after. All of its history moves.
 */
export function followPoints(market: Market, points: readonly MarkPoint[]): void {
  const [first] = points;
  if (!first) return;
  const live = (point: MarkPoint, fromMs: EpochMs): Segment => ({
    kind: 'live',
    px: toNumber(point.px),
    anchorMs: point.atMs,
    fromMs,
    exponent: 1,
  });
  market.segments = [live(first, Number.NEGATIVE_INFINITY)];
  points.forEach((point, at) => {
    const next = points[at + 1];
    if (!next) return addSegment(market, live(point, point.atMs));
    const toPx = toNumber(next.approachPx ?? next.px);
    addSegment(market, { kind: 'glide', px: toNumber(point.px), toPx, untilMs: next.atMs, fromMs: point.atMs });
  });
}
