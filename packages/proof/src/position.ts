import { add, compare, equal, formatDecimal, parseNumeric, ZERO } from '@liqpass/kernel/decimal';
import { movementsIn, sortBills, unknownBill } from './bills.ts';
import { differencesOfFill, originsOf, type Movement, type Segment } from './ledger.ts';
import { fillWithoutBill, readLedger } from './ledgerReading.ts';
import {
  incomplete,
  ledgerSpan,
  otherSideOf,
  PAD_MS,
  readLifetimes,
  slotOf,
  type Lifetime,
  type Slot,
} from './lifetimes.ts';
import { ownersOf, type Owner } from './owners.ts';
import type { BillRow, Row } from './rows.ts';
import { inconclusive, isHalt, NEEDS, type Halt, type Order, type Study } from './study.ts';
import { tell } from './telling.ts';

/** The life of the position that the order opened or enlarged (or only closed), as its ledger tells it. */
export type StudiedPosition = {
  readonly slot: Slot;
  readonly lifetime: Lifetime;
  readonly segment: Segment;
  /** Every bill of the instrument, isolated, since before that life began: margin and funding too. */
  readonly bills: readonly Row<BillRow>[];
  /** What the exchange booked beside forced closes, in bills that close nothing: penalties, fees, transfers. */
  readonly charges: readonly Row<BillRow>[];
  /** Whose a bill of margin or funding is: that position's, or one's on the other side of the instrument. */
  readonly ownerOf: (bill: BillRow) => Owner;
};

/** Older lives than this many steps back are not searched for the beginning of a position that was only ever turned round. */
const MOST_STEPS_BACK = 20;

/** Step 3: the bills of the order add up to what was filled, and each bill of the slot equals its fill. */
function compareBillsWithFills(
  study: Study,
  order: Order,
  movements: readonly Movement[],
  isHalf: boolean,
): Halt | null {
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
  const bare = isHalf ? undefined : ours.find((movement) => movement.fill === null);
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

/** Steps 2 to 5: reads the slot's ledger and finds the life of the position that the order belongs to. */
export function studyPosition(study: Study, order: Order): StudiedPosition | Halt {
  const slot = slotOf(study.instId, order);
  const toMs = order.uTime ?? study.nowMs;
  let sinceMs = order.cTime - PAD_MS;
  let lifetimes: Lifetime[] = [];
  let others: Lifetime[] = [];
  let span: ReturnType<typeof ledgerSpan> = null;
  // Each step back may find that a life before is joined to it: then that one's beginning is needed too.
  for (let step = 0; ; step += 1) {
    const read = readLifetimes(study, slot, sinceMs);
    if (isHalt(read)) return read;
    lifetimes = read.ours;
    others = read.others;
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
  const sorted = sortBills(study, slot, ledger, span.endMs);
  if (isHalt(sorted)) return sorted;
  const { movements, charges, unclear } = sorted;
  const bare = fillWithoutBill(slot, ledger, span);
  if (bare) return incomplete(study, 'a fill has no bill');
  const mismatch = compareBillsWithFills(study, order, movements, ledger.isHalf);
  if (mismatch) return mismatch;
  const from = span.startMs - PAD_MS;
  const told = tell(
    study,
    slot,
    order,
    movements.filter((movement) => movement.bill.ts >= from),
    lifetimes,
  );
  const [word] = unclear.filter((bill) => bill.ts >= from);
  if (isHalt(told)) {
    // What is late may yet come: unlike a trade of an unknown kind, this is read again.
    if (word && told !== NEEDS) unknownBill(study, word);
    return told;
  }
  if (!word) study.checks.say('SUBTYPES_KNOWN', 'pass', 'Every bill is of a known kind.');
  else
    study.checks.say(
      'SUBTYPES_KNOWN',
      'pass',
      'The sizes add up without the bills that are of no known kind: they moved none.',
      {
        params: { kinds: [...new Set(unclear.map((bill) => `${bill.type}/${bill.subType}`))].join(',') },
        at: unclear.map((bill) => bill.origin),
      },
    );
  const other = otherSideOf(slot);
  const margin = parseNumeric(study.snapshot?.margin ?? '');
  const owners = ownersOf(
    {
      movements,
      lifetimes: [told.lifetime],
      seen: margin === null || study.boundAtMs === null ? null : { atMs: study.boundAtMs, margin },
    },
    other && { movements: movementsIn(ledger, other), lifetimes: others, seen: null },
    ledger.bills,
    from,
  );
  return { slot, ...told, bills: ledger.bills, charges, ownerOf: (bill) => owners.get(bill.billId) ?? 'unknown' };
}
