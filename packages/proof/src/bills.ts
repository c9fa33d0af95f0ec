import { absolute, isZero } from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import type { Movement } from './ledger.ts';
import type { Ledger } from './ledgerReading.ts';
import { incomplete, PAD_MS, type Slot } from './lifetimes.ts';
import { effectOnSize, isForced, moveOf } from './movements.ts';
import type { BillRow, Row } from './rows.ts';
import { UNKNOWN_WORD, type Halt, type Study } from './study.ts';

/** What the bills of a slot are: those that moved its size, what came off by force beside that, and what only the sums can tell of. */
export type Sorted = { movements: Movement[]; charges: Row<BillRow>[]; unclear: Row<BillRow>[] };

const isForcedBill = (bill: BillRow): boolean => {
  const kind = moveOf(bill.subType)?.kind;
  return kind !== undefined && isForced(kind);
};

/**
 * Forced bills that close nothing: without a size, or with that of the close they stand beside, which alone has the fill. A penalty in a
 * bill of its own is the same loss, no second close.
 */
function besideClose(ledger: Ledger): ReadonlySet<string> {
  const forced = ledger.bills.filter(isForcedBill);
  const closing = new Set(forced.filter((bill) => ledger.fills.has(bill.billId)).map((bill) => bill.ordId));
  const isBeside = (bill: BillRow): boolean =>
    !hasSize(bill) || (!ledger.fills.has(bill.billId) && bill.ordId !== '' && closing.has(bill.ordId));
  return new Set(forced.filter(isBeside).map((bill) => bill.billId));
}

const hasSize = (bill: BillRow): boolean => bill.sz !== null && !isZero(bill.sz);

/** The slot's bills up to `endMs`; one that moved size in a way we do not know ends the study. */
export function sortBills(study: Study, slot: Slot, ledger: Ledger, endMs: EpochMs): Sorted | Halt {
  const sorted: Sorted = { movements: [], charges: [], unclear: [] };
  const beside = besideClose(ledger);
  for (const bill of ledger.bills) {
    if (bill.ts > endMs + PAD_MS && bill.ordId !== study.ordId) continue;
    const move = moveOf(bill.subType);
    const fill = ledger.fills.get(bill.billId) ?? null;
    if (move === null) {
      const effect = effectOnSize(bill.type, bill.subType, hasSize(bill));
      if (effect === 'unknown' || (effect === 'by_sums' && fill !== null)) return unknownBill(study, bill);
      if (effect === 'by_sums') sorted.unclear.push(bill);
      if (bill.type === '5') sorted.charges.push(bill);
      continue;
    }
    const posSide = fill !== null && fill.posSide !== '' ? fill.posSide : (move.posSide ?? 'net');
    if (posSide !== slot.posSide) continue;
    if (beside.has(bill.billId)) sorted.charges.push(bill);
    else if (bill.sz === null || !hasSize(bill)) return incomplete(study, 'a trade has no size');
    else sorted.movements.push({ bill, fill, kind: move.kind, sign: move.sign, size: absolute(bill.sz) });
  }
  return sorted;
}

/** The movements of another slot, as far as they can be read. */
export function movementsIn(ledger: Ledger, slot: Slot): Movement[] {
  return ledger.bills.flatMap((bill) => {
    const move = moveOf(bill.subType);
    const fill = ledger.fills.get(bill.billId) ?? null;
    const posSide = fill?.posSide || (move?.posSide ?? 'net');
    if (move === null || bill.sz === null || !hasSize(bill) || posSide !== slot.posSide) return [];
    return [{ bill, fill, kind: move.kind, sign: move.sign, size: absolute(bill.sz) }];
  });
}

/** Says that nothing can be concluded beside a bill of a kind we do not know. */
export function unknownBill(study: Study, bill: Row<BillRow>): Halt {
  study.checks.say('SUBTYPES_KNOWN', 'no_data', 'A bill of a kind we do not know may have moved the position.', {
    params: { type: bill.type, subType: bill.subType, billId: bill.billId },
    at: [{ ...bill.origin, pointer: `${bill.origin.pointer}/subType` }],
  });
  return UNKNOWN_WORD;
}
