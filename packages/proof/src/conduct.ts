import {
  add,
  compare,
  decimal,
  equal,
  formatDecimal,
  isNegative,
  multiply,
  ONE,
  parseNumeric,
  subtract,
  type Decimal,
} from '@liqpass/kernel/decimal';
import { MINUTE_MS, type EpochMs } from '@liqpass/kernel/time';
import type { Origin } from './answers.ts';
import type { ForcedClose } from './forced.ts';
import { closedSize, type Segment } from './ledger.ts';
import { PAD_MS } from './lifetimes.ts';
import type { StudiedPosition } from './position.ts';
import { MAX_PAGES, PAGE_SIZE } from './reader.ts';
import { candleRow, parseRows, type CandleRow, type Row } from './rows.ts';
import { NEEDS, type Halt, type Order, type Study } from './study.ts';
import { markCandlesTarget } from './targets.ts';

// Step 9: what the trader did to the position after it was bound. Flags for a person; they never decide.

function studyMargin(study: Study, { bills, lifetime, segment }: StudiedPosition, boundAtMs: EpochMs): void {
  const endMs = (lifetime.endMs ?? study.nowMs) + PAD_MS;
  const taken = bills.filter(
    (bill) =>
      bill.type === '6' &&
      bill.ts > boundAtMs &&
      bill.ts >= segment.firstTs &&
      bill.ts <= endMs &&
      (bill.posBalChg === null ? bill.subType === '161' : isNegative(bill.posBalChg)),
  );
  if (taken.length === 0) {
    study.checks.say('MARGIN_NOT_REDUCED', 'pass', 'No margin was taken out after binding.');
    return;
  }
  study.flags.add('MARGIN_REDUCED_AFTER_BIND');
  study.checks.say('MARGIN_NOT_REDUCED', 'fail', 'Margin was taken out after binding.', {
    params: {
      count: String(taken.length),
      change: taken.map((bill) => (bill.posBalChg ? formatDecimal(bill.posBalChg) : '')).join(','),
    },
    at: taken.map((bill) => bill.origin),
  });
}

function studySize(study: Study, segment: Segment, boundAtMs: EpochMs): void {
  // Later fills of the order itself count as added only where the position had been seen before them.
  const added = segment.opens.filter(
    (open) => open.movement.bill.ts > boundAtMs && (!open.isOurs || study.snapshot?.pos !== undefined),
  );
  if (added.length === 0) {
    study.checks.say('SIZE_NOT_ADDED', 'pass', 'The position was not enlarged after binding.');
    return;
  }
  study.flags.add('SIZE_ADDED_AFTER_BIND');
  study.checks.say('SIZE_NOT_ADDED', 'fail', 'The position was enlarged after binding.', {
    params: { size: formatDecimal(added.reduce((total, open) => add(total, open.size), decimal('0'))) },
    at: added.map((open) => open.movement.bill.origin),
  });
}

/** The bill of a leverage change was never seen: the leverage then and later is compared instead. */
function studyLeverage(study: Study, order: Order, position: StudiedPosition, forced: readonly ForcedClose[]): void {
  const before = parseNumeric(study.snapshot?.lever ?? '') ?? order.lever;
  const later: { lever: Decimal; origin: Origin }[] = [];
  const { history, position: live, endMs } = position.lifetime;
  for (const row of [endMs === null ? live : history, ...forced.map((close) => close.order)])
    if (row?.lever) later.push({ lever: row.lever, origin: { ...row.origin, pointer: `${row.origin.pointer}/lever` } });
  if (before === null || later.length === 0) {
    study.checks.say('LEVERAGE_UNCHANGED', 'no_data', 'The exchange does not show the leverage then and later.');
    return;
  }
  const changed = later.filter(({ lever }) => !equal(lever, before));
  const params = {
    before: formatDecimal(before),
    later: [...new Set(later.map(({ lever }) => formatDecimal(lever)))].join(','),
  };
  if (changed.length === 0) {
    study.checks.say('LEVERAGE_UNCHANGED', 'pass', 'The leverage was not changed after binding.', { params });
    return;
  }
  study.flags.add('LEVERAGE_CHANGED_AFTER_BIND');
  study.checks.say('LEVERAGE_UNCHANGED', 'fail', 'The leverage was changed after binding.', {
    params,
    at: changed.map(({ origin }) => origin),
  });
}

/** Sizes of the position as its history tells them. */
function studyHistorySizes(study: Study, { lifetime, segment }: StudiedPosition): void {
  const { history } = lifetime;
  if (history === null || lifetime.endMs === null) return;
  const differs = (told: Decimal | null, seen: Decimal): boolean => told !== null && !equal(told, seen);
  const side = segment.sign === 1 ? 'long' : 'short';
  const otherSide = history.direction !== '' && history.direction !== side;
  if (
    !differs(history.openMaxPos, segment.maxSize) &&
    !differs(history.closeTotalPos, closedSize(segment)) &&
    !otherSide
  )
    return;
  study.flags.add('HISTORY_DISAGREES');
  study.checks.say('HISTORY_AGREES', 'fail', 'The history tells of another size or side than the ledger.', {
    params: {
      openMaxPos: formatDecimal(segment.maxSize),
      closeTotalPos: formatDecimal(closedSize(segment)),
      direction: side,
    },
    at: [history.origin],
  });
}

function studyFlip(study: Study, segment: Segment): void {
  if (!segment.beganByFlip && !segment.endedByFlip) {
    study.checks.say('NO_NET_MODE_FLIP', 'pass', 'No fill turned the position round.');
    return;
  }
  study.flags.add('NET_MODE_FLIP');
  study.checks.say(
    'NO_NET_MODE_FLIP',
    'fail',
    'A single fill ended one position and began this one, or ended this one and began another.',
  );
}

export function studyConduct(
  study: Study,
  order: Order,
  position: StudiedPosition,
  forced: readonly ForcedClose[],
  boundAtMs: EpochMs,
): void {
  studyMargin(study, position, boundAtMs);
  studySize(study, position.segment, boundAtMs);
  studyLeverage(study, order, position, forced);
  studyHistorySizes(study, position);
  studyFlip(study, position.segment);
}

/** The mark must come this near to the liquidation price, as a fraction of it. Source: the rules against the insured, 0.1 %. */
const TOUCH = decimal('0.001');
const RECENT_MS = 1_400 * MINUTE_MS;
const floorMinute = (ms: EpochMs): EpochMs => ms - (ms % MINUTE_MS);

type Source = 'mark-price-candles' | 'history-mark-price-candles';
type Seen = { candles: Row<CandleRow>[]; touchedBy: Row<CandleRow> | null; failed: boolean };

/** The candles of one stretch, read backwards; a page of the exchange usually holds all of it. null: more must be read. */
function readStretch(study: Study, source: Source, fromMs: EpochMs, toMs: EpochMs): Omit<Seen, 'touchedBy'> | null {
  const candles: Row<CandleRow>[] = [];
  let afterMs = toMs + MINUTE_MS;
  for (let page = 0; page < MAX_PAGES && afterMs > fromMs; page += 1) {
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
  for (; endMs >= fromMs && stretches.length < MAX_PAGES; endMs -= PAGE_SIZE * MINUTE_MS)
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
 * to the liquidation. A liquidation without it was made by the trader. Candles that are missing raise no flag by themselves,
 * and none is raised while part of them could not be read.
 */
export function studyMark(study: Study, segment: Segment, startMs: EpochMs, liquidationMs: EpochMs): Halt | null {
  const { checks } = study;
  const liqPx = parseNumeric(study.snapshot?.liqPx ?? '');
  if (liqPx === null) {
    checks.say('MARK_REACHED_LIQ_PRICE', 'no_data', 'No liquidation price was seen at binding.');
    return null;
  }
  const near = segment.sign === 1 ? multiply(liqPx, add(ONE, TOUCH)) : multiply(liqPx, subtract(ONE, TOUCH));
  const touches = (candle: CandleRow): boolean =>
    segment.sign === 1
      ? candle.low !== null && compare(candle.low, near) <= 0
      : candle.high !== null && compare(candle.high, near) >= 0;
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
  const params = { liqPx: formatDecimal(liqPx), minutes: String(minutes), seen: String(best?.candles.length ?? 0) };
  if (best?.touchedBy) {
    const at = [best.touchedBy.origin];
    checks.say('MARK_REACHED_LIQ_PRICE', 'pass', 'The mark price reached the liquidation price seen at binding.', {
      params,
      at,
    });
  } else if (best && !best.failed && best.candles.some((candle) => candle.timeMs === toMs)) {
    study.flags.add('MARK_NEVER_REACHED_LIQ_PRICE');
    checks.say(
      'MARK_REACHED_LIQ_PRICE',
      'fail',
      'The mark price never reached the liquidation price seen at binding.',
      { params },
    );
  } else checks.say('MARK_REACHED_LIQ_PRICE', 'no_data', 'The mark price of that time could not be read.', { params });
  return null;
}
