import {
  absolute,
  add,
  compare,
  decimal,
  divide,
  isZero,
  multiply,
  ONE,
  parseDecimal,
  smaller,
  subtract,
  ZERO,
  type Decimal,
} from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import { z } from 'zod';
import type { MarkPoint } from '../market/moves.ts';
import { knownInstrument } from './exchange.ts';
import { floorTo } from './figures.ts';
import { TAKER_FEE, type Instrument } from './instruments.ts';
import type { OkxRow } from './okxRow.ts';
import {
  coins,
  closePart,
  liquidationPx,
  openInto,
  type CloseKind,
  type MarginMode,
  type Position,
  type PosSide,
} from './position.ts';
import { Refusal } from './refusal.ts';
import { historyRow } from './rows.ts';

// Recorded rows of one slot, and the life of the position they tell: what positions-history must have said of it.

const id = z.string().regex(/^-?\d{1,20}$/);
const time = z.string().regex(/^\d{13}$/);
const number = z.string().refine((text) => parseDecimal(text) !== null);
const recordedBill = z.looseObject({
  billId: id,
  ordId: z.string(),
  instId: z.string(),
  mgnMode: z.enum(['isolated', 'cross']),
  type: z.string(),
  subType: z.string(),
  sz: z.string(),
  px: z.string(),
  pnl: number,
  fee: number,
  balChg: number,
  posBal: number,
  posBalChg: number,
  tradeId: z.string(),
  ts: time,
});
const recordedFill = z.looseObject({
  billId: id,
  ordId: id,
  instId: z.string(),
  side: z.enum(['buy', 'sell']),
  posSide: z.enum(['long', 'short', 'net']),
  fillMarkPx: z.string(),
  ts: time,
});
const recordedOrder = z.looseObject({
  ordId: id,
  instId: z.string(),
  side: z.enum(['buy', 'sell']),
  posSide: z.enum(['long', 'short', 'net']),
  lever: number,
  category: z.string(),
  cTime: time,
  uTime: time,
});
const recordedHistory = z.looseObject({
  posId: id,
  instId: z.string(),
  openMaxPos: z.string(),
  cTime: time,
  uTime: time,
});

export type Recording = {
  readonly orders: z.infer<typeof recordedOrder>[];
  readonly fills: z.infer<typeof recordedFill>[];
  readonly bills: z.infer<typeof recordedBill>[];
  readonly histories: z.infer<typeof recordedHistory>[];
};

/** Tells the rows of a recording apart by their fields. Takes bare rows, lists of them, and whole answers with `data`. */
export function readRecording(files: readonly unknown[]): Recording {
  const recording: Recording = { orders: [], fills: [], bills: [], histories: [] };
  const take = <T>(rows: T[], schema: z.ZodType<T>, row: unknown, what: string): void => {
    const parsed = schema.safeParse(row);
    if (!parsed.success)
      throw new Refusal(
        'RECORDING_NOT_READABLE',
        `A recorded ${what} cannot be read: ${parsed.error.issues[0]?.path.join('.') ?? ''}`,
      );
    rows.push(parsed.data);
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== 'object' || value === null) return;
    if ('data' in value) visit(value.data);
    else if ('balChg' in value) take(recording.bills, recordedBill, value, 'bill');
    else if ('accFillSz' in value) take(recording.orders, recordedOrder, value, 'order');
    else if ('fillSz' in value && 'billId' in value) take(recording.fills, recordedFill, value, 'fill');
    else if ('posId' in value && 'openMaxPos' in value) take(recording.histories, recordedHistory, value, 'history');
  };
  files.forEach(visit);
  const slots = new Set(recording.bills.map((bill) => `${bill.mgnMode}/${bill.instId}`));
  const sides = new Set(recording.fills.map((fill) => fill.posSide));
  if (slots.size !== 1 || sides.size !== 1)
    throw new Refusal('RECORDING_NOT_READABLE', 'A recording needs the bills and fills of one position slot');
  return {
    ...recording,
    bills: recording.bills.toSorted(
      (a, b) => Number(a.ts) - Number(b.ts) || (BigInt(a.billId) < BigInt(b.billId) ? -1 : 1),
    ),
  };
}

export type Life = {
  readonly instrument: Instrument;
  readonly mgnMode: MarginMode;
  readonly posSide: PosSide;
  /** The position after each bill; of size 0 when it was over. Its posId is a placeholder. */
  readonly states: { readonly atMs: EpochMs; readonly position: Position }[];
  /** Marks that were seen, or follow from a forced close: those came from this side of the liquidation price. */
  readonly marks: MarkPoint[];
  /** The rows that positions-history must have shown, each from its uTime on. */
  readonly histories: { readonly atMs: EpochMs; readonly row: OkxRow }[];
  /** The last forced close, or else the last bill. */
  readonly decisiveMs: EpochMs;
};

const FORCED: Record<string, CloseKind> = { '5': 'full_liquidation', '9': 'adl' };
const PARTIAL_SUB_TYPES = new Set(['100', '101', '102', '103']);

/** The position's life, from the bills with what the fills and orders add to them. */
export function lifeOf(recording: Recording, posId: string): Life {
  const [firstBill] = recording.bills;
  const [firstFill] = recording.fills;
  if (!firstBill || !firstFill) throw new Refusal('RECORDING_NOT_READABLE', 'The recording is empty');
  const instrument = knownInstrument(firstBill.instId);
  const { mgnMode } = firstBill;
  const { posSide } = firstFill;
  const life: Life = {
    instrument,
    mgnMode,
    posSide,
    states: [],
    marks: [],
    histories: [],
    decisiveMs: decisiveTime(recording),
  };
  let position: Position | null = null;
  const keep = (state: Position, atMs: EpochMs): void => {
    life.states.push({ atMs, position: state });
    const row = historyRow(instrument, state);
    if (row && state.uTime === atMs) life.histories.push({ atMs, row });
  };
  for (const bill of recording.bills) {
    const atMs = Number(bill.ts);
    const fill = recording.fills.find((each) => each.billId === bill.billId);
    if (!fill) {
      // Margin and funding: no size moves.
      if (position === null) continue;
      const funding: Decimal = bill.type === '8' ? decimal(bill.pnl) : ZERO;
      position = withMoney(position, decimal(bill.posBal), funding);
      life.states.push({ atMs, position });
      continue;
    }
    const px = decimal(bill.px);
    const fee = decimal(bill.fee);
    const sz = absolute(decimal(bill.sz));
    const kind: CloseKind = PARTIAL_SUB_TYPES.has(bill.subType)
      ? 'partial_liquidation'
      : (FORCED[bill.type] ?? 'trade');
    const seen = parseDecimal(fill.fillMarkPx);
    const triggerPx = kind === 'trade' ? null : (seen ?? markOfFee(instrument, sz, fee, px));
    const markPx = triggerPx ?? seen;
    if (markPx)
      life.marks.push({
        atMs,
        px: markPx,
        approachPx: triggerPx && position ? approachOf(instrument, position) : null,
      });
    const direction = fill.side === 'buy' ? 1 : -1;
    let rest = sz;
    let restOfFee = fee;
    if (position !== null && position.direction !== direction) {
      const closes: Decimal = smaller(sz, position.size);
      rest = subtract(sz, closes);
      const feeOfClose: Decimal = divide(multiply(fee, closes), sz);
      restOfFee = subtract(fee, feeOfClose);
      const closed: Position = closePart(instrument, position, {
        size: closes,
        px,
        fee: feeOfClose,
        kind,
        triggerPx,
        tradeId: bill.tradeId,
        atMs,
      }).position;
      // What the exchange said of profit and margin counts, not what we would have computed.
      position = {
        ...closed,
        pnl: add(position.pnl, decimal(bill.pnl)),
        margin: isZero(rest) ? decimal(bill.posBal) : ZERO,
      };
      keep(position, atMs);
      if (isZero(position.size)) position = null;
    }
    if (!isZero(rest)) {
      const held: Decimal = position === null ? ZERO : position.margin;
      const lever = recording.orders.find((order) => order.ordId === bill.ordId)?.lever ?? '1';
      position = openInto(instrument, position, {
        posId,
        mgnMode,
        posSide,
        direction,
        lever: decimal(lever),
        size: rest,
        px,
        fee: restOfFee,
        margin: subtract(decimal(bill.posBal), held),
        tradeId: bill.tradeId,
        atMs,
      });
      keep(position, atMs);
    }
  }
  return life;
}

const withMoney = (position: Position, margin: Decimal, funding: Decimal): Position => ({
  ...position,
  margin,
  fundingFee: add(position.fundingFee, funding),
});

function decisiveTime(recording: Recording): EpochMs {
  const forced = recording.bills.findLast((bill) => bill.type in FORCED);
  return Number((forced ?? recording.bills.at(-1))?.ts ?? 0);
}

/** The last ticks before the liquidation price. */
function approachOf(instrument: Instrument, position: Position): Decimal | null {
  const liqPx = liquidationPx(instrument, position);
  if (!liqPx) return null;
  const distance = multiply(instrument.tickSz, decimal('5'));
  return floorTo(position.direction === 1 ? add(liqPx, distance) : subtract(liqPx, distance), instrument.tickSz);
}

/** The mark of a forced close: its fee is the taker's on the mark price, where that gives a price near the one it closed at. */
function markOfFee(instrument: Instrument, sz: Decimal, fee: Decimal, px: Decimal): Decimal {
  const mark = floorTo(divide(absolute(fee), multiply(coins(instrument, sz), TAKER_FEE)), instrument.tickSz);
  const distance = absolute(subtract(divide(mark, px), ONE));
  return compare(distance, decimal('0.05')) <= 0 ? mark : px;
}
