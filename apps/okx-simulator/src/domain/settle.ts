import {
  add,
  compare,
  divide,
  isZero,
  multiply,
  smaller,
  subtract,
  ZERO,
  negate,
  type Decimal,
} from '@liqpass/kernel/decimal';
import { invariant } from '@liqpass/kernel/invariant';
import type { EpochMs } from '@liqpass/kernel/time';
import { slotKey, slotPosId, type Account, type Exchange } from './exchange.ts';
import type { OkxRow, Stored } from './okxRow.ts';
import { toGrid } from './figures.ts';
import { nextId } from './ids.ts';
import type { Instrument } from './instruments.ts';
import { orderRow, withFill, type Order } from './order.ts';
import { closePart, initialMargin, openInto, type CloseKind, type Position } from './position.ts';
import { fillBillRow, fillRow, historyRow, type FillFigures } from './rows.ts';

// Where a fill becomes money: the one place that moves positions, balances and rows together.

export const store = (
  rows: Map<string, Stored>,
  key: string,
  id: string,
  atMs: EpochMs,
  visibleMs: EpochMs,
  row: OkxRow,
): void => {
  rows.set(key, { id: BigInt(id), atMs, visibleMs, row });
};

/** Writes an order's row, shown from `visibleMs` on, or since it was first. */
export function storeOrder(account: Account, order: Order, visibleMs: EpochMs): void {
  if (order.state === 'live' || order.state === 'partially_filled') account.resting.set(order.ordId, order);
  else account.resting.delete(order.ordId);
  const before = account.orders.get(order.ordId);
  store(account.orders, order.ordId, order.ordId, order.cTime, before?.visibleMs ?? visibleMs, orderRow(order));
}

export type Fill = {
  readonly sz: Decimal;
  readonly px: Decimal;
  /** Negative: what the fill costs. */
  readonly fee: Decimal;
  readonly execType: 'T' | 'M' | '';
  readonly kind: CloseKind;
  readonly markPx: Decimal;
  readonly idxPx: Decimal;
  readonly tradeId: string;
  readonly fillMs: EpochMs;
  readonly tsMs: EpochMs;
  /** From when on the exchange shows it; its own time would be a millisecond ahead of a clock that stands still. */
  readonly visibleMs: EpochMs;
};

/** What a fill would do to a slot's position: what closes of it, what opens. Net mode may do both. */
export function splitFill(
  position: Position | null,
  side: 'buy' | 'sell',
  sz: Decimal,
): { closes: Decimal; opens: Decimal } {
  const direction = side === 'buy' ? 1 : -1;
  if (!position || position.direction === direction) return { closes: ZERO, opens: sz };
  const closes = smaller(sz, position.size);
  return { closes, opens: subtract(sz, closes) };
}

/** Settles one fill of an order: position, balance, bill, fill, history and the order itself. Returns the order as it is then. */
export function settleFill(
  exchange: Exchange,
  account: Account,
  instrument: Instrument,
  order: Order,
  fill: Fill,
): Order {
  const slot = slotKey(order.instId, order.tdMode, order.posSide);
  const before = account.positions.get(slot) ?? null;
  const { closes, opens } = splitFill(before, order.side, fill.sz);
  const feeOfClose = isZero(opens) ? fill.fee : toGrid(divide(multiply(fill.fee, closes), fill.sz));
  let position = before;
  let pnl = ZERO;
  let released = ZERO;
  let added = ZERO;

  if (!isZero(closes)) {
    invariant(before, 'only what is open is closed');
    const closed = closePart(instrument, before, {
      size: closes,
      px: fill.px,
      fee: feeOfClose,
      kind: fill.kind,
      triggerPx: fill.kind === 'trade' ? null : fill.markPx,
      tradeId: fill.tradeId,
      atMs: fill.tsMs,
    });
    ({ pnl, released } = closed);
    storeHistory(account, instrument, closed.position, fill.visibleMs);
    position = isZero(closed.position.size) ? null : closed.position;
    if (position === null) {
      const kept = account.slots.get(slot);
      if (kept) kept.flatSinceMs = fill.tsMs;
    }
  }
  if (!isZero(opens)) {
    const posId = slotPosId(exchange, account, slot, fill.tsMs);
    account.slots.set(slot, { posId, flatSinceMs: null });
    added = order.tdMode === 'cross' ? ZERO : initialMargin(instrument, opens, fill.px, order.lever);
    position = openInto(instrument, position, {
      posId,
      mgnMode: order.tdMode,
      posSide: order.posSide,
      direction: order.side === 'buy' ? 1 : -1,
      lever: order.lever,
      size: opens,
      px: fill.px,
      fee: subtract(fill.fee, feeOfClose),
      margin: added,
      tradeId: fill.tradeId,
      atMs: fill.tsMs,
    });
  }
  if (position) account.positions.set(slot, position);
  else account.positions.delete(slot);

  const posBalChg = subtract(added, released);
  const balChg = add(add(negate(posBalChg), pnl), fill.fee);
  account.balance = add(account.balance, balChg);
  const billId = nextId(exchange.ids, 'bill', fill.tsMs);
  const figures: FillFigures = {
    ...fill,
    billId,
    ordId: order.ordId,
    clOrdId: order.clOrdId,
    instrument,
    mgnMode: order.tdMode,
    posSide: order.posSide,
    side: order.side,
    pnl,
  };
  const bill = fillBillRow(figures, { bal: account.balance, balChg, posBal: position?.margin ?? ZERO, posBalChg });
  store(account.bills, billId, billId, fill.tsMs, fill.visibleMs, bill);
  store(account.fills, billId, billId, fill.tsMs, fill.visibleMs, fillRow(figures));
  const after = withFill(order, { ...fill, pnl });
  storeOrder(account, after, fill.visibleMs);
  exchange.lastMs = Math.max(exchange.lastMs, fill.tsMs);
  return after;
}

/** Publishes the state of a position's history; earlier states stay, for readers to whom the new one is late. */
export function storeHistory(account: Account, instrument: Instrument, position: Position, visibleMs: EpochMs): void {
  const row = historyRow(instrument, position);
  if (!row) return;
  const key = `${position.posId}:${position.cTime}`;
  store(account.history, `${key}:${position.uTime}`, String(position.uTime), position.uTime, visibleMs, row);
}

export const exceeds = (a: Decimal, b: Decimal): boolean => compare(a, b) > 0;
