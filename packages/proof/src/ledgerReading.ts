import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import { allOlder, incomplete, ofSlot, PAD_MS, type Slot } from './lifetimes.ts';
import { readPages, type PagePlan } from './reader.ts';
import { billRow, fillRow, parseRows, type BillRow, type FillRow, type Row } from './rows.ts';
import { billsTarget, fillsTarget } from './targets.ts';
import { haltOnRefusal, NEEDS, type Halt, type Study } from './study.ts';

function identifyByBill(value: unknown): { id: string; cursor: bigint } | null {
  const parsed = billRow.pick({ billId: true }).safeParse(value);
  return parsed.success ? { id: parsed.data.billId, cursor: BigInt(parsed.data.billId) } : null;
}

/** `billIds` are those of cross margin too: a fill does not say its margin mode. */
export type Ledger = { bills: Row<BillRow>[]; fills: Map<string, Row<FillRow>>; billIds: ReadonlySet<string> };

/** Reads all bills and fills of the instrument from `startMs` on. */
export function readLedger(study: Study, slot: Slot, startMs: EpochMs): Ledger | Halt {
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
