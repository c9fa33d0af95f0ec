import { compare, decimal, formatDecimal, parseNumeric } from '@liqpass/kernel/decimal';
import { MINUTE_MS, type EpochMs } from '@liqpass/kernel/time';
import { movedPrice, type PricePath } from './funding.ts';
import { reachedFrom } from './liquidationPrice.ts';
import type { StudiedPosition } from './position.ts';
import { PAGE_SIZE } from './reader.ts';
import { candleRow, parseRows, type CandleRow, type Row } from './rows.ts';
import { NEEDS, type Halt, type Study } from './study.ts';
import { markCandlesTarget } from './targets.ts';

// Whether the market did it: the mark price against the liquidation price fixed at binding, as funding moved it since.

/** The mark must come this near to the liquidation price, as a fraction of it. Source: the rules against the insured, 0.1 %. */
const TOUCH = decimal('0.001');
/** A window of minutes is not read further back than this many pages. */
const MOST_PAGES = 40;
const RECENT_MS = 1_400 * MINUTE_MS;
const floorMinute = (ms: EpochMs): EpochMs => ms - (ms % MINUTE_MS);

type Source = 'mark-price-candles' | 'history-mark-price-candles';
type Seen = { candles: Row<CandleRow>[]; touchedBy: Row<CandleRow> | null; failed: boolean };

/** The candles of one stretch, read backwards; a page of the exchange usually holds all of it. null: more must be read. */
function readStretch(study: Study, source: Source, fromMs: EpochMs, toMs: EpochMs): Omit<Seen, 'touchedBy'> | null {
  const candles: Row<CandleRow>[] = [];
  let afterMs = toMs + MINUTE_MS;
  for (let page = 0; page < MOST_PAGES && afterMs > fromMs; page += 1) {
    const answer = study.reader.read(markCandlesTarget(source, study.instId, afterMs));
    if (answer === null) return null;
    const rows = answer.kind === 'rows' ? parseRows(candleRow, answer.rows) : null;
    if (rows === null) return { candles, failed: true };
    candles.push(...rows.filter((candle) => candle.timeMs >= fromMs && candle.timeMs <= toMs));
    const oldest = Math.min(...rows.map((candle) => candle.timeMs));
    if (rows.length === 0 || oldest >= afterMs) break;
    afterMs = oldest;
  }
  return { candles, failed: false };
}

/**
 * Candles from the liquidation back to the window's start: the last page of minutes first, which nearly always holds the one
 * that touched; then all that is before it, together. null: more must be read.
 */
function readCandles(
  study: Study,
  source: Source,
  fromMs: EpochMs,
  toMs: EpochMs,
  touches: (candle: CandleRow) => boolean,
): Seen | null {
  const stretches: (readonly [EpochMs, EpochMs])[] = [];
  let endMs = toMs;
  for (; endMs >= fromMs && stretches.length < MOST_PAGES; endMs -= PAGE_SIZE * MINUTE_MS)
    stretches.push([Math.max(fromMs, endMs - (PAGE_SIZE - 1) * MINUTE_MS), endMs]);
  // A longer window than that is not read to its beginning.
  const seen: Seen = { candles: [], touchedBy: null, failed: endMs >= fromMs };
  for (const group of [stretches.slice(0, 1), stretches.slice(1)]) {
    const read = group.map(([startMs, endMs]) => readStretch(study, source, startMs, endMs));
    for (const part of read) {
      if (part === null) return null;
      seen.candles.push(...part.candles);
      seen.failed ||= part.failed;
    }
    seen.touchedBy = seen.candles.find(touches) ?? null;
    if (seen.touchedBy !== null) break;
  }
  return seen;
}

/**
 * Whether the mark price came to the liquidation price that was fixed at binding, by minute candles from the window's start
 * to the liquidation. A liquidation without it was made by the trader. Funding is taken from an isolated position's margin and so moves that
 * price: each minute is held against what it had become by then. Candles that are missing raise no flag by themselves, and none is raised
 * while part of them could not be read, nor where it is not known how far the price moved.
 */
export function studyMark(
  study: Study,
  position: StudiedPosition,
  startMs: EpochMs,
  liquidationMs: EpochMs,
): Halt | null {
  const { checks } = study;
  const liqPx = parseNumeric(study.snapshot?.liqPx ?? '');
  if (liqPx === null) {
    checks.say('MARK_REACHED_LIQ_PRICE', 'no_data', 'No liquidation price was seen at binding.');
    return null;
  }
  const side = position.segment.sign === 1 ? 'long' : 'short';
  const moved = movedPrice(study, position, liqPx, liquidationMs);
  const touchesBy =
    (path: PricePath) =>
    (candle: CandleRow): boolean => {
      const reached = side === 'long' ? candle.low : candle.high;
      if (reached === null) return false;
      const from = reachedFrom(side, path(candle.timeMs, candle.timeMs + MINUTE_MS), TOUCH);
      return side === 'long' ? compare(reached, from) <= 0 : compare(reached, from) >= 0;
    };
  const touches = touchesBy(moved.path);
  const [fromMs, toMs] = [floorMinute(startMs), floorMinute(liquidationMs)];
  const recent = study.nowMs - fromMs < RECENT_MS;
  const sources = ['mark-price-candles', 'history-mark-price-candles'] as const;
  let best: Seen | null = null;
  for (const source of recent ? sources : sources.toReversed()) {
    const seen = readCandles(study, source, fromMs, toMs, touches);
    if (seen === null) return NEEDS;
    if (best === null || seen.touchedBy !== null || best.failed || seen.candles.length > best.candles.length)
      best = seen;
    if (best.touchedBy !== null || (!best.failed && best.candles.some((candle) => candle.timeMs === toMs))) break;
  }
  const minutes = (toMs - fromMs) / MINUTE_MS + 1;
  const params = {
    liqPx: formatDecimal(liqPx),
    ...(moved.funding === null
      ? {}
      : {
          funding: formatDecimal(moved.funding),
          movedLiqPx: moved.price === null ? '' : formatDecimal(moved.price, PRICE_PLACES),
        }),
    minutes: String(minutes),
    seen: String(best?.candles.length ?? 0),
  };
  const say = (result: 'pass' | 'fail' | 'no_data', detail: string): void =>
    checks.say('MARK_REACHED_LIQ_PRICE', result, detail, {
      params,
      at: best?.touchedBy ? [best.touchedBy.origin] : moved.at,
    });
  const price =
    moved.funding === null
      ? 'the liquidation price seen at binding'
      : 'the liquidation price seen at binding, as funding moved it since';
  if (best?.touchedBy) say('pass', `The mark price reached ${price}.`);
  else if (!best || best.failed || !best.candles.some((candle) => candle.timeMs === toMs))
    say('no_data', 'The mark price of that time could not be read.');
  else if (!moved.isKnown || best.candles.some(touchesBy(moved.easiest)))
    say('no_data', 'How far funding moved the liquidation price is not known: the mark may have reached it.');
  else {
    study.flags.add('MARK_NEVER_REACHED_LIQ_PRICE');
    say('fail', `The mark price never reached ${price}.`);
  }
  return null;
}

const PRICE_PLACES = 8;
