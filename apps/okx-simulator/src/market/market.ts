import type { Decimal } from '@liqpass/kernel/decimal';
import { HOUR_MS, MINUTE_MS, SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import { priceNear, toNumber } from '../domain/figures.ts';
import type { Instrument } from '../domain/instruments.ts';
import { hashNumbers, hashText, uniforms } from './noise.ts';
import { HISTORY_STARTS_MS, join, naturalPath, type NaturalPath, type Span } from './naturalPath.ts';

/**
 * What the mark price does from an instant on. `live`: it moves as the natural path does from `anchorMs` on, beginning at
 * `px` there, `exponent` times as much. `pin`: it stands still. `glide`: a straight line to `toPx` at `untilMs`.
 */
export type Segment = { readonly fromMs: EpochMs } & (
  | { readonly kind: 'live'; readonly px: number; readonly anchorMs: EpochMs; readonly exponent: number }
  | { readonly kind: 'pin'; readonly px: number }
  | { readonly kind: 'glide'; readonly px: number; readonly untilMs: EpochMs; readonly toPx: number }
);

export type Candle = Span & { readonly startMs: EpochMs; readonly isClosed: boolean };

/** The mark and index price of one instrument. */
export type Market = {
  readonly instrument: Instrument;
  readonly natural: NaturalPath;
  /** Sorted by `fromMs`; of two at the same instant the later one in the list holds. */
  segments: Segment[];
  /** index = mark × ratio × (1 + a few hundredths of a percent), from an instant on. */
  indexRatios: { readonly fromMs: EpochMs; readonly ratio: number }[];
  readonly basisSeed: number;
};

export function newMarket(seed: string, instrument: Instrument): Market {
  const natural = naturalPath(seed, instrument.instId, instrument.typicalPx, instrument.dailyVolatility);
  return {
    instrument,
    natural,
    segments: [
      {
        fromMs: Number.NEGATIVE_INFINITY,
        kind: 'live',
        px: natural.at(HISTORY_STARTS_MS),
        anchorMs: HISTORY_STARTS_MS,
        exponent: 1,
      },
    ],
    indexRatios: [],
    basisSeed: hashText(`${seed}/${instrument.instId}/basis`),
  };
}

/** Adds a segment in its place; those that came to begin at or after `dropFromMs` go. */
export function addSegment(market: Market, segment: Segment, dropFromMs = Number.POSITIVE_INFINITY): void {
  const kept = market.segments.filter((each) => each.fromMs < dropFromMs || each.fromMs === Number.NEGATIVE_INFINITY);
  const at = kept.findIndex((each) => each.fromMs > segment.fromMs);
  market.segments = at < 0 ? [...kept, segment] : kept.toSpliced(at, 0, segment);
}

function segmentAt(market: Market, ms: EpochMs): Segment {
  const segment = market.segments.findLast((each) => each.fromMs <= ms) ?? market.segments[0];
  if (!segment) throw new Error('a market always has a segment');
  return segment;
}

function priceIn(market: Market, segment: Segment, ms: EpochMs): number {
  switch (segment.kind) {
    case 'pin':
      return segment.px;
    case 'glide': {
      const done = Math.min(1, (ms - segment.fromMs) / Math.max(1, segment.untilMs - segment.fromMs));
      return segment.px + (segment.toPx - segment.px) * done;
    }
    case 'live':
      return scale(market, segment)(market.natural.at(ms));
  }
}

function scale(market: Market, segment: Segment & { kind: 'live' }): (natural: number) => number {
  const base = market.natural.at(segment.anchorMs);
  return (natural) => segment.px * (natural / base) ** segment.exponent;
}

/** The mark price before rounding. */
export const rawMarkAt = (market: Market, ms: EpochMs): number => priceIn(market, segmentAt(market, ms), ms);

/** The mark price, in ticks. */
export const markAt = (market: Market, ms: EpochMs): Decimal =>
  priceNear(rawMarkAt(market, ms), market.instrument.tickSz);

/** The index price, in ticks: within 0.05 % of the mark unless control pushed them apart. */
export function indexAt(market: Market, ms: EpochMs): Decimal {
  const ratio = market.indexRatios.findLast((each) => each.fromMs <= ms)?.ratio ?? 1;
  const minute = Math.floor(ms / MINUTE_MS);
  const basisOf = (at: number): number => (uniforms(hashNumbers(market.basisSeed, at))() - 0.5) * 0.001;
  const within = (ms - minute * MINUTE_MS) / MINUTE_MS;
  const basis = basisOf(minute) * (1 - within) + basisOf(minute + 1) * within;
  return priceNear(toNumber(markAt(market, ms)) * ratio * (1 + basis), market.instrument.tickSz);
}

/** The instants in (afterMs, untilMs] at which the price may have changed: whole seconds, and where a segment begins. */
export function* instants(market: Market, afterMs: EpochMs, untilMs: EpochMs): Generator<{ ms: EpochMs; px: number }> {
  const starts = market.segments.filter((each) => each.fromMs > afterMs && each.fromMs <= untilMs);
  let next = 0;
  const first = (Math.floor(afterMs / SECOND_MS) + 1) * SECOND_MS;
  for (let second = first; ; second += SECOND_MS) {
    // Of several segments at one instant each had its moment, in order.
    for (let start = starts[next]; start && start.fromMs <= Math.min(second, untilMs); start = starts[++next])
      yield { ms: start.fromMs, px: priceIn(market, start, start.fromMs) };
    if (second > untilMs) return;
    yield { ms: second, px: rawMarkAt(market, second) };
  }
}

/** What the mark did in [fromMs, toMs), as one span; the whole of it when nothing but a live segment is inside. */
function spanOf(market: Market, fromMs: EpochMs, toMs: EpochMs, whole: 'minute' | 'hour' | null): Span {
  const inside = market.segments.some((each) => each.fromMs > fromMs && each.fromMs < toMs);
  const segment = segmentAt(market, fromMs);
  const startsHere = segment.fromMs === fromMs && market.segments.filter((each) => each.fromMs === fromMs).length > 1;
  if (!inside && !startsHere) {
    if (segment.kind === 'pin') return { open: segment.px, high: segment.px, low: segment.px, close: segment.px };
    if (segment.kind === 'live' && whole !== null) {
      const natural = whole === 'hour' ? market.natural.hour(fromMs) : market.natural.minute(fromMs);
      const to = scale(market, segment);
      return { open: to(natural.open), high: to(natural.high), low: to(natural.low), close: to(natural.close) };
    }
  }
  let span: Span | null = null;
  const include = (px: number): void => {
    const point = { open: px, high: px, low: px, close: px };
    span = span === null ? point : join(span, point);
  };
  for (const each of market.segments)
    if (each.fromMs === fromMs && each !== segment) include(priceIn(market, each, fromMs));
  include(rawMarkAt(market, fromMs));
  for (const { px } of instants(market, fromMs, toMs - 1)) include(px);
  return span ?? { open: 0, high: 0, low: 0, close: 0 };
}

/** The candle that begins at `startMs`, `lengthMs` long (a multiple of a minute); the running one as far as it has come. */
export function candleAt(market: Market, startMs: EpochMs, lengthMs: number, nowMs: EpochMs): Candle {
  const endMs = Math.min(startMs + lengthMs, nowMs + 1);
  let span: Span | null = null;
  for (let at = startMs; at < endMs;) {
    const hourly = at % HOUR_MS === 0 && at + HOUR_MS <= endMs && isPlain(market, at, at + HOUR_MS);
    const to = hourly ? at + HOUR_MS : Math.min(at + MINUTE_MS, endMs);
    const part = spanOf(market, at, to, hourly ? 'hour' : to - at === MINUTE_MS ? 'minute' : null);
    span = span === null ? part : join(span, part);
    at = to;
  }
  const isClosed = startMs + lengthMs <= nowMs;
  return { ...(span ?? { open: 0, high: 0, low: 0, close: 0 }), startMs, isClosed };
}

/** Whether nothing but one live or pinned segment is inside, so that the span need not be looked at minute by minute. */
function isPlain(market: Market, fromMs: EpochMs, toMs: EpochMs): boolean {
  return (
    segmentAt(market, fromMs).kind !== 'glide' &&
    !market.segments.some((each) => each.fromMs >= fromMs && each.fromMs < toMs)
  );
}
