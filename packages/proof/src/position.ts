import { absolute, add, compare, equal, formatDecimal, isZero, ZERO } from '@liqpass/kernel/decimal';
import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import type { Origin } from './answers.ts';
import { differencesOfFill, replay, signed, type Movement, type Segment } from './ledger.ts';
import {
  allOlder,
  incomplete,
  ledgerSpan,
  ofSlot,
  PAD_MS,
  readLifetimes,
  signedSize,
  slotOf,
  type Lifetime,
  type Slot,
} from './lifetimes.ts';
import { moveOf, movesUnknownSize } from './movements.ts';
import { readPages, type PagePlan } from './reader.ts';
import { billRow, fillRow, parseRows, type BillRow, type FillRow, type Row } from './rows.ts';
import {
  haltOnRefusal,
  inconclusive,
  isHalt,
  NEEDS,
  UNKNOWN_WORD,
  type Halt,
  type Order,
  type Study,
} from './study.ts';
import { billsTarget, fillsTarget } from './targets.ts';

/** The life of the position that the order opened or enlarged (or only closed), as its ledger tells it. */
export type StudiedPosition = {
  readonly slot: Slot;
  readonly lifetime: Lifetime;
  readonly segment: Segment;
  /** Every bill of the instrument, isolated, since before that life began: margin and funding too. */
  readonly bills: readonly Row<BillRow>[];
};

/** Older lives than this many steps back are not searched for the beginning of a position that was only ever turned round. */
const MOST_STEPS_BACK = 20;

function identifyByBill(value: unknown): { id: string; cursor: bigint } | null {
  const parsed = billRow.pick({ billId: true }).safeParse(value);
  return parsed.success ? { id: parsed.data.billId, cursor: BigInt(parsed.data.billId) } : null;
}

/** `billIds` are those of cross margin too: a fill does not say its margin mode. */
type Ledger = { bills: Row<BillRow>[]; fills: Map<string, Row<FillRow>>; billIds: ReadonlySet<string> };

function readLedger(study: Study, slot: Slot, startMs: EpochMs): Ledger | Halt {
  const beginMs = startMs - PAD_MS;
  const plan = (target: string): PagePlan => ({
    target,
    identify: identifyByBill,
    enough: (page) => allOlder(page, 'ts', beginMs),
  });
  const billPages = readPages(study.reader, plan(billsTarget(slot.instId, beginMs)));
  const fillPages = readPages(study.reader, plan(fillsTarget(slot.instId, beginMs)));
  if (billPages === null || fillPages === null) return NEEDS;
  if (billPages.kind === 'refused') return haltOnRefusal(study, billPages.answer);
  if (fillPages.kind === 'refused') return haltOnRefusal(study, fillPages.answer);
  if (billPages.kind === 'incomplete') return incomplete(study, `of the bills, ${billPages.why}`);
  if (fillPages.kind === 'incomplete') return incomplete(study, `of the fills, ${fillPages.why}`);
  const bills = parseRows(billRow, ofSlot(billPages.rows, slot.instId));
  const fills = parseRows(fillRow, ofSlot(fillPages.rows, slot.instId));
  if (bills === null || fills === null) return incomplete(study, 'a bill or a fill cannot be read');
  study.checks.say('READING_COMPLETE', 'pass', 'All pages of the ledger were read.', {
    params: { bills: String(bills.length), fills: String(fills.length), since: formatIso(beginMs) },
  });
  return {
    bills: bills.filter((bill) => bill.ts >= beginMs),
    fills: new Map(fills.map((fill) => [fill.billId, fill])),
    billIds: new Set(billPages.rows.flatMap(({ value }) => identifyByBill(value)?.id ?? [])),
  };
}

const originsOf = (movements: readonly Movement[]): Origin[] => movements.map((movement) => movement.bill.origin);

/** The slot's movements up to `endMs`; a bill that may have moved size in a way we do not know ends the study. */
function movementsOf(study: Study, slot: Slot, ledger: Ledger, endMs: EpochMs): Movement[] | Halt {
  const movements: Movement[] = [];
  for (const bill of ledger.bills) {
    if (bill.ts > endMs + PAD_MS && bill.ordId !== study.ordId) continue;
    const hasSize = bill.sz !== null && !isZero(bill.sz);
    const move = moveOf(bill.subType);
    if (move === null) {
      if (!movesUnknownSize(bill.type, bill.subType, hasSize)) continue;
      study.checks.say('SUBTYPES_KNOWN', 'no_data', 'A bill of a kind we do not know may have moved the position.', {
        params: { subType: bill.subType, billId: bill.billId },
        at: [{ ...bill.origin, pointer: `${bill.origin.pointer}/subType` }],
      });
      return UNKNOWN_WORD;
    }
    const fill = ledger.fills.get(bill.billId) ?? null;
    const posSide = fill !== null && fill.posSide !== '' ? fill.posSide : (move.posSide ?? 'net');
    if (posSide !== slot.posSide) continue;
    if (bill.sz === null || !hasSize) return incomplete(study, 'a trade has no size');
    movements.push({ bill, fill, kind: move.kind, sign: move.sign, size: absolute(bill.sz) });
  }
  study.checks.say('SUBTYPES_KNOWN', 'pass', 'Every bill is of a known kind.');
  return movements;
}

/** A trade of the slot that the fills show and the bills do not: they have the same ids, so a bill is missing. */
function fillWithoutBill(slot: Slot, ledger: Ledger, span: { startMs: EpochMs; endMs: EpochMs }): Row<FillRow> | null {
  for (const fill of ledger.fills.values()) {
    const inSlot = fill.posSide === '' || fill.posSide === slot.posSide;
    const inSpan = fill.ts !== null && fill.ts >= span.startMs - PAD_MS && fill.ts <= span.endMs + PAD_MS;
    if (inSlot && inSpan && !ledger.billIds.has(fill.billId)) return fill;
  }
  return null;
}

/** Step 3: the bills of the order add up to what was filled, and each bill of the slot equals its fill. */
function compareBillsWithFills(study: Study, order: Order, movements: readonly Movement[]): Halt | null {
  const { checks } = study;
  const ours = movements.filter((movement) => movement.bill.ordId === order.ordId);
  const total = ours.reduce((sum, movement) => add(sum, movement.size), ZERO);
  const at = originsOf(ours);
  const params = { filled: formatDecimal(order.accFillSz), billed: formatDecimal(total) };
  for (const { bill, fill } of movements) {
    if (fill === null) continue;
    // What kind of close it was is asked later, in four places at once; of the order itself the kinds must be equal too.
    const differences = differencesOfFill(bill, fill).filter(
      (field) => field !== 'subType' || bill.ordId === order.ordId,
    );
    if (differences.length === 0) continue;
    checks.say('BILLS_EQUAL_FILLS', 'fail', 'A bill and its fill differ.', {
      params: { ...params, billId: bill.billId, fields: differences.join(',') },
      at: [bill.origin, fill.origin],
    });
    return inconclusive('EVIDENCE_CONTRADICTS');
  }
  if (!equal(total, order.accFillSz)) {
    const more = compare(total, order.accFillSz) > 0;
    checks.say(
      'BILLS_EQUAL_FILLS',
      more ? 'fail' : 'no_data',
      'The bills of the order do not add up to what was filled.',
      { params, at },
    );
    return inconclusive(more ? 'EVIDENCE_CONTRADICTS' : 'EVIDENCE_INCOMPLETE');
  }
  const bare = ours.find((movement) => movement.fill === null);
  if (bare) {
    const more = { params: { ...params, billId: bare.bill.billId }, at: [bare.bill.origin] };
    checks.say('BILLS_EQUAL_FILLS', 'no_data', 'A bill of the order has no fill.', more);
    return inconclusive('EVIDENCE_INCOMPLETE');
  }
  checks.say(
    'BILLS_EQUAL_FILLS',
    'pass',
    'The bills of the order add up to what was filled, and each equals its fill.',
    { params, at },
  );
  return null;
}

const endsWithin = (lifetime: Lifetime, segment: Segment): boolean =>
  lifetime.endMs === null || segment.endTs === null
    ? lifetime.endMs === segment.endTs
    : segment.endTs <= lifetime.endMs + PAD_MS;

/** The life of the position that a segment of the ledger tells of: the one that spans it and lies nearest. */
function lifetimeOfSegment(lifetimes: readonly Lifetime[], segment: Segment): Lifetime | 'none' | 'several' {
  const begun = lifetimes.filter(
    (life) => life.cTime - PAD_MS <= segment.firstTs && (life.endMs === null || segment.firstTs <= life.endMs + PAD_MS),
  );
  const whole = begun.filter((life) => endsWithin(life, segment));
  const distance = (life: Lifetime): number =>
    Math.abs(life.cTime - segment.firstTs) + Math.abs((life.endMs ?? 0) - (segment.endTs ?? 0));
  const [best, next] = (whole.length > 0 ? whole : begun).toSorted((a, b) => distance(a) - distance(b));
  if (!best) return 'none';
  return next && distance(next) === distance(best) ? 'several' : best;
}

type Told = { segment: Segment; lifetime: Lifetime };

/** Step 4: the one life that the order opened; where it opened none, the one it closed. */
function chooseLifetime(
  study: Study,
  order: Order,
  segments: readonly Segment[],
  lifetimes: readonly Lifetime[],
): Told | Halt {
  const { checks, snapshot } = study;
  const opened = segments.filter((segment) => segment.opens.some((open) => open.isOurs));
  const touched =
    opened.length > 0 ? opened : segments.filter((segment) => segment.closes.some((close) => close.isOurs)).slice(-1);
  const told: Told[] = [];
  let several = false;
  for (const segment of touched) {
    const lifetime = lifetimeOfSegment(lifetimes, segment);
    if (lifetime === 'several') several = true;
    else if (lifetime !== 'none') told.push({ segment, lifetime });
  }
  const bound = told.filter(
    ({ lifetime }) =>
      (snapshot?.posId === undefined || snapshot.posId === lifetime.posId) &&
      (snapshot?.cTime === undefined || Number(snapshot.cTime) === lifetime.cTime),
  );
  const [only, other] = bound;
  if (told.length === 0 || told.length < touched.length) {
    checks.say(
      'LIFETIME_FOUND',
      'no_data',
      several
        ? 'The order fits more than one life of the position.'
        : 'The exchange shows no position that the order fits.',
    );
    return inconclusive(several ? 'EVIDENCE_CONTRADICTS' : 'EVIDENCE_INCOMPLETE');
  }
  if (!only || other) {
    const first = told[0]?.lifetime;
    const params = {
      posId: first?.posId ?? '',
      cTime: String(first?.cTime ?? ''),
      boundPosId: snapshot?.posId ?? '',
      boundCTime: snapshot?.cTime ?? '',
    };
    if (other) checks.say('LIFETIME_FOUND', 'fail', 'The order opened more than one life of the position.');
    else
      checks.say('LIFETIME_MATCHES_SNAPSHOT', 'fail', 'It is another position than the one seen at binding.', {
        params,
      });
    return inconclusive('EVIDENCE_CONTRADICTS');
  }
  const { lifetime } = only;
  const origin = (lifetime.position ?? lifetime.history)?.origin;
  const more = {
    params: {
      posId: lifetime.posId,
      cTime: formatIso(lifetime.cTime),
      end: lifetime.endMs === null ? '' : formatIso(lifetime.endMs),
    },
    at: origin ? [origin] : [],
  };
  checks.say('LIFETIME_FOUND', 'pass', 'The order belongs to one life of one position.', more);
  if (snapshot?.posId === undefined && snapshot?.cTime === undefined)
    checks.say('LIFETIME_MATCHES_SNAPSHOT', 'no_data', 'No position was seen at binding.');
  else checks.say('LIFETIME_MATCHES_SNAPSHOT', 'pass', 'It is the position seen at binding.', more);
  return only;
}

/** A fill that turned the position round ended one life and began another: the exchange must show both. */
function flipsMeet(segment: Segment, lifetimes: readonly Lifetime[]): boolean {
  const meets = (a: EpochMs | null, b: EpochMs | null): boolean =>
    a !== null && b !== null && Math.abs(a - b) <= PAD_MS;
  return (
    (!segment.beganByFlip || lifetimes.some((life) => meets(life.endMs, segment.firstTs))) &&
    (!segment.endedByFlip || lifetimes.some((life) => meets(life.cTime, segment.endTs)))
  );
}

/** Step 5: the ledger ends at nothing (closed) or at what is open (live). */
function balance(study: Study, slot: Slot, { segment, lifetime }: Told, lifetimes: readonly Lifetime[]): Halt | null {
  const open = lifetime.position === null ? ZERO : signedSize(lifetime.position, slot);
  const params = { ledger: formatDecimal(signed(segment)), exchange: open === null ? '' : formatDecimal(open) };
  const at = originsOf([...segment.opens, ...segment.closes].map(({ movement }) => movement));
  const direction = lifetime.history?.direction ?? '';
  const otherSide = direction !== '' && direction !== (segment.sign === 1 ? 'long' : 'short');
  const balances = open !== null && equal(signed(segment), open) && endsWithin(lifetime, segment);
  if (!balances || otherSide || !flipsMeet(segment, lifetimes)) {
    study.checks.say('LEDGER_BALANCES', 'no_data', 'The bills do not lead to the size the exchange shows.', {
      params,
      at,
    });
    return inconclusive('EVIDENCE_INCOMPLETE');
  }
  study.checks.say('LEDGER_BALANCES', 'pass', 'The bills lead from nothing to the size the exchange shows.', {
    params,
    at,
  });
  return null;
}

/** Steps 2 to 5: reads the slot's ledger and finds the life of the position that the order belongs to. */
export function studyPosition(study: Study, order: Order): StudiedPosition | Halt {
  const slot = slotOf(study.instId, order);
  const toMs = order.uTime ?? study.nowMs;
  let sinceMs = order.cTime - PAD_MS;
  let lifetimes: Lifetime[] = [];
  let span: ReturnType<typeof ledgerSpan> = null;
  // Each step back may find that a life before is joined to it: then that one's beginning is needed too.
  for (let step = 0; ; step += 1) {
    const read = readLifetimes(study, slot, sinceMs);
    if (isHalt(read)) return read;
    lifetimes = read;
    // An order whose last change is dated before its fills: any life since then.
    span = ledgerSpan(lifetimes, order.cTime, toMs) ?? ledgerSpan(lifetimes, order.cTime, study.nowMs);
    if (span === null || span.startMs - PAD_MS >= sinceMs) break;
    sinceMs = span.startMs - PAD_MS;
    if (step === MOST_STEPS_BACK) return incomplete(study, 'the beginning of the position lies too far back');
  }
  if (span === null) {
    study.checks.say('LIFETIME_FOUND', 'no_data', 'The exchange shows no position that the order fits.');
    return inconclusive('EVIDENCE_INCOMPLETE');
  }
  const ledger = readLedger(study, slot, Math.min(span.startMs, order.cTime));
  if (isHalt(ledger)) return ledger;
  const movements = movementsOf(study, slot, ledger, span.endMs);
  if (isHalt(movements)) return movements;
  const bare = fillWithoutBill(slot, ledger, span);
  if (bare) return incomplete(study, 'a fill has no bill');
  const mismatch = compareBillsWithFills(study, order, movements);
  if (mismatch) return mismatch;
  const from = span.startMs - PAD_MS;
  const segments = replay(
    movements.filter((movement) => movement.bill.ts >= from),
    study.ordId,
    slot.posSide === 'net',
  );
  if (segments === null) {
    study.checks.say('LEDGER_BALANCES', 'no_data', 'More was closed than the bills show was opened.', {
      at: originsOf(movements),
    });
    return inconclusive('EVIDENCE_INCOMPLETE');
  }
  const told = chooseLifetime(study, order, segments, lifetimes);
  if (isHalt(told)) return told;
  const unbalanced = balance(study, slot, told, lifetimes);
  if (unbalanced) return unbalanced;
  return { slot, ...told, bills: ledger.bills };
}
