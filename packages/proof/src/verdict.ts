import { boundSnapshot, verifyRequest, type BoundSnapshot, type Check, type Liquidation } from '@liqpass/api/verify';
import type { RecordedExchange } from '@liqpass/evidence/bundle';
import { formatDecimal, isPositive } from '@liqpass/kernel/decimal';
import { invariant } from '@liqpass/kernel/invariant';
import { formatIso, isWithin, MINUTE_MS, parseIso, type EpochMs, type Window } from '@liqpass/kernel/time';
import {
  CHECK_CODES,
  VERDICT_FLAGS,
  type CheckCode,
  type Verdict,
  type VerdictFlag,
  type VerdictReason,
} from '@liqpass/kernel/vocabulary';
import type { z } from 'zod';
import { createChecks } from './checks.ts';
import { studyConduct } from './conduct.ts';
import { studyForcedCloses, studyHistory, type ForcedClose } from './forced.ts';
import { averageOpenPrice } from './ledger.ts';
import { shareOf, studyLoss, type Loss } from './loss.ts';
import { studyMark } from './mark.ts';
import { isLiquidation } from './movements.ts';
import { studyPosition, type StudiedPosition } from './position.ts';
import { createReader } from './reader.ts';
import {
  inconclusive,
  ineligible,
  isHalt,
  readFirst,
  studyInstrument,
  studyKey,
  studyOrder,
  type Halt,
  type Study,
} from './study.ts';
import { positionsTarget } from './targets.ts';

/** What is asked of a proof: the request without its credential. It is kept in the bundle as it is. */
export const verifyClaim = verifyRequest.omit({ credential: true, owner: true });
export type VerifyClaim = z.infer<typeof verifyClaim>;

/** What the proof concludes; jp-verify wraps it in its evidence. */
export type VerdictAnswer = {
  verdict: Verdict;
  reason: VerdictReason | null;
  flags: VerdictFlag[];
  liquidation: Liquidation | null;
  checks: Check[];
};

/** Either the verdict, or what must be read before there can be one. */
export type Proof<T> =
  | { readonly kind: 'needs'; readonly needs: readonly string[]; readonly answer: null }
  | {
      readonly kind: 'proven';
      readonly needs: readonly [];
      readonly answer: T;
      readonly used: ReadonlySet<string>;
      /** Whether the answer would be the same however often the exchange were read again. */
      readonly isSettled: boolean;
    };

const SNAPSHOT_ONLY: readonly CheckCode[] = ['POSITION_OPEN', 'ORDER_IN_POSITION', 'MARGIN_KNOWN', 'LIQ_PRICE_KNOWN'];
const VERIFY_CHECKS = CHECK_CODES.filter((code) => !SNAPSHOT_ONLY.includes(code) && code !== 'PUBLIC_FEED_SAW_IT');

/** How long after the window's end a position that still lives is read once more before the claim is denied. */
const LATE_MS = 10 * MINUTE_MS;
/** A time this little ahead of ours is no future. */
const FUTURE_SLACK_MS = 2_000;

function instantOf(iso: string): EpochMs {
  const ms = parseIso(iso);
  invariant(ms !== null, 'the wire only lets instants through');
  return ms;
}

type Concluded = { verdict: Verdict; reason: VerdictReason | null; liquidation: Liquidation | null };
const concluded = (verdict: Verdict, reason: VerdictReason | null): Concluded => ({
  verdict,
  reason,
  liquidation: null,
});

/**
 * From an order to the verdict, by what the exchange answered (steps 0 to 9 of the proof of a liquidation). `nowMs` is the
 * exchange's time. Pure: asked again with what it needs, until it needs nothing more; the same answers give the same verdict.
 */
export function proveClaim(
  claim: VerifyClaim,
  exchanges: readonly RecordedExchange[],
  nowMs: EpochMs,
): Proof<VerdictAnswer> {
  const reader = createReader(exchanges);
  const checks = createChecks(VERIFY_CHECKS);
  const snapshot: BoundSnapshot | null = claim.snapshot === undefined ? null : boundSnapshot.parse(claim.snapshot);
  const study: Study = {
    instId: claim.instId,
    ordId: claim.ordId,
    boundAtMs: instantOf(claim.boundAt),
    snapshot,
    reader,
    nowMs,
    checks,
    flags: new Set(),
  };
  // What happened before the order was bound never counts, whatever window is asked about.
  const startMs = Math.max(instantOf(claim.coverageStartAt), instantOf(claim.boundAt));
  const window: Window = { startMs, endMs: instantOf(claim.coverageEndAt) };
  const outcome = conclude(study, window, instantOf(claim.boundAt));
  if (reader.needs.length > 0 || (isHalt(outcome) && outcome.halt === 'needs'))
    return { kind: 'needs', needs: [...reader.needs], answer: null };
  const { verdict, reason } = outcome;
  return {
    kind: 'proven',
    needs: [],
    used: reader.used,
    isSettled: !isHalt(outcome) || outcome.isSettled === true,
    answer: {
      verdict,
      reason,
      flags: VERDICT_FLAGS.filter((flag) => study.flags.has(flag)),
      liquidation: 'liquidation' in outcome ? outcome.liquidation : null,
      checks: checks.list(),
    },
  };
}

function conclude(study: Study, window: Window, boundAtMs: EpochMs): Concluded | Halt {
  const notCovered = studyInstrument(study);
  if (notCovered) return notCovered;
  readFirst(study);
  const config = studyKey(study);
  if (isHalt(config)) return config;
  const order = studyOrder(study);
  if (isHalt(order)) return order;
  const position = studyPosition(study, order);
  if (isHalt(position)) return position;
  const future = studyFuture(study, position);
  if (future) return future;

  const { segment, lifetime } = position;
  const opened = segment.opens.some((open) => open.isOurs);
  if (!opened) {
    study.checks.say('ORDER_OPENED_SIZE', 'fail', 'The order opened nothing: it only closed.');
    return ineligible('ORDER_IS_A_CLOSE');
  }
  study.checks.say('ORDER_OPENED_SIZE', 'pass', 'The order opened or enlarged the position.');
  if (segment.endTs !== null && segment.endTs <= boundAtMs) {
    const params = { ended: formatIso(segment.endTs), bound: formatIso(boundAtMs) };
    study.checks.say('OPEN_WHEN_BOUND', 'fail', 'The position had ended before the order was bound.', { params });
    return ineligible('BOUND_AFTER_LIQUIDATION');
  }
  study.checks.say('OPEN_WHEN_BOUND', 'pass', 'The position was open when the order was bound.');

  const forced = studyForcedCloses(study, segment);
  if (isHalt(forced)) return forced;
  const history = studyHistory(study, lifetime, segment, forced);
  if (history) return history;
  studyConduct(study, order, position, forced, boundAtMs);

  const events = forced.filter((close) => isLiquidation(close.kind));
  const counted = events.filter((close) => isPositive(close.share) && isWithin(window, close.movement.bill.ts));
  sayEvents(study, window, events, counted);
  if (counted.length === 0) return concludeWithout(study, window, position, forced, events);

  const loss = studyLoss(study, position, events, counted);
  if (isHalt(loss)) return loss;
  const times = counted.map((close) => close.movement.bill.ts);
  const mark = studyMark(study, position, window.startMs, Math.max(...times));
  if (mark) return mark;
  const last = forced.find((close) => close.movement === segment.closes.at(-1)?.movement);
  return {
    verdict: last?.kind === 'full_liquidation' ? 'LIQUIDATED' : 'PARTIALLY_LIQUIDATED',
    reason: null,
    liquidation: describe(position, counted, loss),
  };
}

/** What the exchange dates later than now has not happened. */
function studyFuture(study: Study, { segment, lifetime }: StudiedPosition): Halt | null {
  const movements = [...segment.opens, ...segment.closes].map(({ movement }) => movement.bill);
  const ahead = movements.filter((bill) => bill.ts > study.nowMs + FUTURE_SLACK_MS);
  if (ahead.length > 0 || (lifetime.endMs ?? 0) > study.nowMs + FUTURE_SLACK_MS) {
    const params = { now: formatIso(study.nowMs) };
    study.checks.say('NOT_IN_FUTURE', 'fail', 'The exchange dates this position later than now.', {
      params,
      at: ahead.map((bill) => bill.origin),
    });
    return inconclusive('EVIDENCE_CONTRADICTS');
  }
  study.checks.say('NOT_IN_FUTURE', 'pass', 'Nothing is dated later than now.');
  return null;
}

function sayEvents(
  study: Study,
  window: Window,
  events: readonly ForcedClose[],
  counted: readonly ForcedClose[],
): void {
  const describeTimes = (closes: readonly ForcedClose[]): string =>
    closes.map((close) => formatIso(close.movement.bill.ts)).join(',');
  const at = events.map((close) => close.movement.bill.origin);
  const params = { start: formatIso(window.startMs), end: formatIso(window.endMs), times: describeTimes(events) };
  if (events.length === 0) study.checks.say('LIQUIDATION_FOUND', 'fail', 'The position was not liquidated.');
  else study.checks.say('LIQUIDATION_FOUND', 'pass', 'The position was liquidated, wholly or in part.', { params, at });
  if (counted.length > 0)
    study.checks.say('LIQUIDATED_IN_WINDOW', 'pass', 'That happened inside the cover window.', {
      params: { ...params, times: describeTimes(counted) },
      at: counted.map((close) => close.movement.bill.origin),
    });
  else if (events.length > 0)
    study.checks.say('LIQUIDATED_IN_WINDOW', 'fail', 'That happened outside the cover window.', { params, at });
}

/** No liquidation inside the window: final once the position is closed, or read again well after the window's end. */
function concludeWithout(
  study: Study,
  window: Window,
  position: StudiedPosition,
  forced: readonly ForcedClose[],
  events: readonly ForcedClose[],
): Concluded {
  if (position.lifetime.endMs === null) {
    const readAtMs = study.reader.sentAtMs(positionsTarget(study.instId)) ?? 0;
    const isOver = Math.min(study.nowMs, readAtMs) >= window.endMs + LATE_MS;
    return isOver ? concluded('NOT_LIQUIDATED', 'OUT_OF_COVERAGE_WINDOW') : concluded('STILL_OPEN', 'STILL_OPEN');
  }
  if (events.length > 0) return concluded('NOT_LIQUIDATED', 'OUT_OF_COVERAGE_WINDOW');
  const last = forced.find((close) => close.movement === position.segment.closes.at(-1)?.movement);
  return concluded('NOT_LIQUIDATED', last?.kind === 'adl' ? 'ADL' : 'CLOSED_NORMALLY');
}

const PRICE_PLACES = 8;

function describe({ segment, lifetime }: StudiedPosition, counted: readonly ForcedClose[], loss: Loss): Liquidation {
  const times = counted.map((close) => close.movement.bill.ts);
  const average = averageOpenPrice(segment);
  return {
    liquidation_time_ms: Math.max(...times),
    first_forced_time_ms: Math.min(...times),
    share: formatDecimal(shareOf(counted)),
    loss: { ccy: loss.ccy, total: formatDecimal(loss.total), insured: formatDecimal(loss.insured) },
    side: segment.sign === 1 ? 'long' : 'short',
    pos_id: lifetime.posId,
    opened_at_ms: lifetime.cTime,
    ended_at_ms: lifetime.endMs,
    avg_open_px: average === null ? null : formatDecimal(average, PRICE_PLACES),
    forced: counted.map((close) => {
      const { kind, movement, size, share } = close;
      const lost = loss.of.get(close);
      invariant(isLiquidation(kind) && lost !== undefined, 'a counted close is a liquidation with a loss');
      return {
        kind,
        time_ms: movement.bill.ts,
        ord_id: movement.bill.ordId,
        bill_id: movement.bill.billId,
        size: formatDecimal(size),
        px: movement.bill.px === null ? null : formatDecimal(movement.bill.px),
        share: formatDecimal(share),
        loss: formatDecimal(lost),
      };
    }),
  };
}
