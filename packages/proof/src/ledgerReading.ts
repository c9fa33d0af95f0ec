import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import type { RawRow } from './answers.ts';
import { allOlder, incomplete, ofSlot, PAD_MS, type Slot } from './lifetimes.ts';
import { readPages, type PagePlan, type Pages } from './reader.ts';
import { billRow, fillRow, parseRows, type BillRow, type FillRow, type Row } from './rows.ts';
import { haltOnRefusal, NEEDS, type Halt, type Study } from './study.ts';
import { billsTarget, fillsTarget } from './targets.ts';

const billId = billRow.pick({ billId: true });
function identifyByBill(value: unknown): { id: string; cursor: bigint } | null {
  const parsed = billId.safeParse(value);
  return parsed.success ? { id: parsed.data.billId, cursor: BigInt(parsed.data.billId) } : null;
}

export type Ledger = {
  readonly bills: Row<BillRow>[];
  readonly fills: Map<string, Row<FillRow>>;
  /** Those of cross margin too: a fill does not say its margin mode. */
  readonly billIds: ReadonlySet<string>;
  /** Whether older trades were read from one of the two lists alone: then a bill has no fill to be compared with, or the other way round. */
  readonly isHalf: boolean;
};

/** Beside more rows than this, what else to ask for is only found once all are there: judging half a ledger again for every page costs more. */
const MOST_IN_DRAFT = 500;

const tooLong = (study: Study, why: string): Halt => {
  study.checks.say('READING_COMPLETE', 'no_data', `The position has too many bills to be proven: ${why}.`);
  return { halt: 'decided', verdict: 'INCONCLUSIVE', reason: 'LEDGER_TOO_LONG', isSettled: true };
};

/** Where the study ends because a list could not be read to its end; null where it was, or where its rows so far are worth a draft. */
function haltOf(study: Study, name: string, pages: Pages): Halt | null {
  if (pages.kind === 'refused') return haltOnRefusal(study, pages.answer);
  if (pages.kind === 'incomplete') return incomplete(study, `of the ${name}, ${pages.why}`);
  if (pages.kind === 'too_long') return tooLong(study, `of the ${name}, ${pages.why}`);
  return pages.kind === 'draft' && pages.rows.length > MOST_IN_DRAFT ? NEEDS : null;
}

const rowsOf = (pages: Pages): readonly RawRow[] => (pages.kind === 'refused' ? [] : pages.rows);

const oldestOf = (pages: Pages): bigint | null => (pages.kind === 'refused' ? null : pages.oldest);

/** Reads all bills and fills of the instrument from `startMs` on. */
export function readLedger(study: Study, slot: Slot, startMs: EpochMs): Ledger | Halt {
  const beginMs = startMs - PAD_MS;
  const plan = (target: string): PagePlan => ({
    target,
    identify: identifyByBill,
    enough: (page) => allOlder(page, 'ts', beginMs),
  });
  const bills = plan(billsTarget(slot.instId, beginMs));
  const fills = plan(fillsTarget(slot.instId, beginMs));
  // A position that is only looked at is looked at while a person waits.
  if (study.boundAtMs === null) return readQuickly(study, slot, beginMs, bills, fills);
  const billPages = readPages(study.reader, bills);
  const fillPages = readPages(study.reader, fills);
  if (billPages === null || fillPages === null) return NEEDS;
  const halt = haltOf(study, 'bills', billPages) ?? haltOf(study, 'fills', fillPages);
  return halt ?? ledgerOf(study, slot, beginMs, billPages, fillPages, false);
}

function ledgerOf(
  study: Study,
  slot: Slot,
  beginMs: EpochMs,
  billPages: Pages,
  fillPages: Pages,
  isHalf: boolean,
): Ledger | Halt {
  const bills = parseRows(billRow, ofSlot(rowsOf(billPages), slot.instId));
  const fills = parseRows(fillRow, ofSlot(rowsOf(fillPages), slot.instId));
  if (bills === null || fills === null) return incomplete(study, 'a bill or a fill cannot be read');
  study.checks.say('READING_COMPLETE', 'pass', 'All pages of the ledger were read.', {
    params: { bills: String(bills.length), fills: String(fills.length), since: formatIso(beginMs) },
  });
  return {
    bills: bills.filter((bill) => bill.ts >= beginMs),
    fills: new Map(fills.map((fill) => [fill.billId, fill])),
    billIds: new Set(rowsOf(billPages).flatMap(({ value }) => identifyByBill(value)?.id ?? [])),
    isHalf,
  };
}

/** Both lists are read as far back as this; only a position with more is read on from one of them in turn. */
const PAGES_OF_BOTH = 3;
/**
 * In two seconds the exchange gives five pages of bills and ten of fills. A bill and its fill have one id, by which both lists are paged, so
 * that from any page one can go on in the other: read in turn they give fifteen hundred trades in two seconds, where bills alone give five
 * hundred. This is the order in which they take turns, beginning with what the first two seconds still hold.
 */
const FIRST_TURN = 'fffffffbb';
const TURNS = 'ffffffffffbbbbb';
const turnOf = (page: number): string => FIRST_TURN[page] ?? TURNS[(page - FIRST_TURN.length) % TURNS.length] ?? 'f';

/** As readLedger, in the time that a person waits: of a long ledger the older trades are read from bills or fills, not from both. */
function readQuickly(study: Study, slot: Slot, beginMs: EpochMs, bills: PagePlan, fills: PagePlan): Ledger | Halt {
  const billPages = readPages(study.reader, { ...bills, most: PAGES_OF_BOTH });
  const fillPages = readPages(study.reader, { ...fills, most: PAGES_OF_BOTH });
  if (billPages === null || fillPages === null) return NEEDS;
  const isCut = (pages: Pages): boolean => pages.kind === 'too_long' && pages.pages === PAGES_OF_BOTH;
  for (const [name, pages] of [
    ['bills', billPages],
    ['fills', fillPages],
  ] as const) {
    const halt = isCut(pages) ? null : haltOf(study, name, pages);
    if (halt) return halt;
  }
  if (!isCut(billPages) && !isCut(fillPages)) return ledgerOf(study, slot, beginMs, billPages, fillPages, false);
  // The fills reach further back than the bills, which have other rows in between: all that is newer than the last of them is known.
  const from = (isCut(fillPages) ? oldestOf(fillPages) : oldestOf(billPages)) ?? 0n;
  const older = readPages(study.reader, {
    ...fills,
    identify: identifyEither,
    from,
    targetOf: (page) => (turnOf(page) === 'f' ? fills.target : bills.target),
  });
  if (older === null) return NEEDS;
  const halt = haltOf(study, 'bills', older);
  if (halt) return halt;
  const turned = (isBill: boolean): RawRow[] => rowsOf(older).filter(({ value }) => isBillRow(value) === isBill);
  return withoutBills(
    ledgerOf(
      study,
      slot,
      beginMs,
      { kind: 'complete', rows: [...rowsOf(billPages), ...turned(true)], why: '', pages: 0, oldest: null },
      { kind: 'complete', rows: [...rowsOf(fillPages), ...turned(false)], why: '', pages: 0, oldest: null },
      true,
    ),
  );
}

/** A bill and its fill have one id, and both may come: a server may give the row at the cursor again. */
function identifyEither(value: unknown): { id: string; cursor: bigint } | null {
  const found = identifyByBill(value);
  return found && { ...found, id: `${isBillRow(value) ? 'bill' : 'fill'} ${found.id}` };
}

/** Bills have an effect on a balance, fills do not. */
const isBillRow = (value: unknown): boolean => typeof value === 'object' && value !== null && 'balChg' in value;

/** The ledger with a bill made of each fill that was read without its bill: enough of one to replay sizes, which is all that is looked at. */
function withoutBills(ledger: Ledger | Halt): Ledger | Halt {
  if ('halt' in ledger) return ledger;
  const made = [...ledger.fills.values()].flatMap((fill): Row<BillRow>[] => {
    if (ledger.billIds.has(fill.billId) || fill.ts === null) return [];
    const { billId: id, ordId, instId, subType, tradeId, fillTime, ts, origin } = fill;
    const nothing = { pnl: null, fee: null, balChg: null, posBalChg: null, posBal: null };
    const from = { billId: id, ordId, instId, subType, tradeId, fillTime, ts, origin };
    return [{ ...from, ...nothing, mgnMode: '', type: '', ccy: '', sz: fill.fillSz, px: fill.fillPx }];
  });
  return {
    ...ledger,
    bills: [...ledger.bills, ...made],
    billIds: new Set([...ledger.billIds, ...made.map((bill) => bill.billId)]),
  };
}

/** A trade of the slot that the fills show and the bills do not: they have the same ids, so a bill is missing. */
export function fillWithoutBill(
  slot: Slot,
  ledger: Ledger,
  span: { startMs: EpochMs; endMs: EpochMs },
): Row<FillRow> | null {
  for (const fill of ledger.fills.values()) {
    const inSlot = fill.posSide === '' || fill.posSide === slot.posSide;
    const inSpan = fill.ts !== null && fill.ts >= span.startMs - PAD_MS && fill.ts <= span.endMs + PAD_MS;
    if (inSlot && inSpan && !ledger.billIds.has(fill.billId)) return fill;
  }
  return null;
}
