import {
  add,
  compare,
  isNegative,
  isPositive,
  isZero,
  multiply,
  negate,
  subtract,
  ZERO,
  type Decimal,
} from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import { markAt } from '../market/market.ts';
import { eventTime, knownInstrument, marketOf, slotKey, type Account, type Exchange } from './exchange.ts';
import { toGrid } from './figures.ts';
import { nextId } from './ids.ts';
import { initialMargin, liquidationPx, notional, type Position } from './position.ts';
import { Refusal } from './refusal.ts';
import { moneyBillRow } from './rows.ts';
import { exceeds, store } from './settle.ts';
import { checkLever } from './trade.ts';

const slotOf = (position: Position): string => slotKey(position.instId, position.mgnMode, position.posSide);

/**
 * Moves money between the balance and an isolated position's margin: positive in (subType 160, 162 when automatic),
 * negative out (161). Unlike OKX it lets margin go below the initial one, as long as the position is not liquidated by it.
 */
export function moveMargin(
  exchange: Exchange,
  account: Account,
  position: Position,
  amount: Decimal,
  isAutomatic: boolean,
  nowMs: EpochMs,
): void {
  if (position.mgnMode !== 'isolated')
    throw new Refusal('NOT_ISOLATED', 'Only isolated positions have a margin of their own');
  if (isZero(amount)) throw new Refusal('MARGIN_TOO_SMALL', 'The amount is zero');
  if (isPositive(amount) && exceeds(amount, account.balance))
    throw new Refusal('BALANCE_TOO_SMALL', 'The balance is smaller than the amount');
  const margin = add(position.margin, amount);
  if (!isPositive(margin)) throw new Refusal('MARGIN_TOO_SMALL', 'The position would have no margin left');
  const after: Position = { ...position, margin };
  if (!isPositive(amount) && isBeyond(exchange, after, nowMs))
    throw new Refusal('MARGIN_TOO_SMALL', 'The position would be liquidated at once');
  const subType = isPositive(amount) ? (isAutomatic ? '162' : '160') : '161';
  writeMargin(exchange, account, after, negate(amount), amount, { type: '6', subType, sz: amount, pnl: ZERO }, nowMs);
}

/** Sets a slot's leverage. An open isolated position's margin becomes notional / leverage, and the difference moves (160 or 161). */
export function setLeverage(
  exchange: Exchange,
  account: Account,
  instId: string,
  slot: string,
  lever: Decimal,
  movesMargin: boolean,
  nowMs: EpochMs,
): void {
  const instrument = knownInstrument(instId);
  const position = account.positions.get(slot) ?? null;
  checkLever(instrument, lever, position?.size ?? ZERO);
  if (position) {
    const leveraged: Position = { ...position, lever, uTime: eventTime(exchange, nowMs) };
    const wanted = initialMargin(instrument, position.size, position.avgPx, lever);
    const difference = subtract(wanted, position.margin);
    const moves = position.mgnMode === 'isolated' && movesMargin && !isZero(difference);
    if (moves) moveMargin(exchange, account, leveraged, difference, false, nowMs);
    else account.positions.set(slot, leveraged);
  }
  account.levers.set(slot, lever);
}

/**
 * Settles funding on a position at `rate` of its notional at the mark: longs pay a positive rate (subType 173), shorts
 * receive it (174). An isolated position pays out of its own margin; what it lacks comes from the balance.
 */
export function settleFunding(
  exchange: Exchange,
  account: Account,
  position: Position,
  rate: Decimal,
  nowMs: EpochMs,
): void {
  const instrument = knownInstrument(position.instId);
  const markPx = markAt(marketOf(exchange, position.instId), nowMs);
  const due = toGrid(multiply(notional(instrument, position.size, markPx), rate));
  const amount = position.direction === 1 ? negate(due) : due;
  if (isZero(amount)) return;
  const margin = add(position.margin, amount);
  const fromMargin = position.mgnMode === 'isolated' && isPositive(margin);
  const after: Position = {
    ...position,
    margin: fromMargin ? margin : position.margin,
    fundingFee: add(position.fundingFee, amount),
    uTime: eventTime(exchange, nowMs),
  };
  const what = {
    type: '8',
    subType: isNegative(amount) ? '173' : '174',
    sz: position.size,
    px: markPx,
    pnl: amount,
  } as const;
  writeMargin(exchange, account, after, fromMargin ? ZERO : amount, fromMargin ? amount : ZERO, what, nowMs);
}

function writeMargin(
  exchange: Exchange,
  account: Account,
  after: Position,
  balChg: Decimal,
  posBalChg: Decimal,
  what: { type: '6' | '8'; subType: string; sz: Decimal; px?: Decimal; pnl: Decimal },
  nowMs: EpochMs,
): void {
  const instrument = knownInstrument(after.instId);
  const atMs = eventTime(exchange, nowMs);
  account.positions.set(slotOf(after), { ...after, uTime: atMs });
  account.balance = add(account.balance, balChg);
  const billId = nextId(exchange.ids, 'bill', atMs);
  const figures = { bal: account.balance, balChg, posBal: after.margin, posBalChg };
  const row = moneyBillRow(instrument, billId, after.mgnMode, { ...what, px: what.px ?? null }, figures, atMs);
  store(account.bills, billId, billId, atMs, nowMs, row);
  exchange.lastMs = atMs;
}

/** Whether the mark is already at or beyond the position's liquidation price. */
export function isBeyond(exchange: Exchange, position: Position, nowMs: EpochMs): boolean {
  const liqPx = liquidationPx(knownInstrument(position.instId), position);
  if (!liqPx) return false;
  const markPx = markAt(marketOf(exchange, position.instId), nowMs);
  return position.direction === 1 ? compare(markPx, liqPx) <= 0 : compare(markPx, liqPx) >= 0;
}
