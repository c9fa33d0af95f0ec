import { absolute, add, compare, divide, isPositive, isZero, sum, ZERO, type Decimal } from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import { indexAt, markAt } from '../market/market.ts';
import { eventTime, knownInstrument, marketOf, nextTradeId, slotKey, type Account, type Exchange } from './exchange.ts';
import { nextId } from './ids.ts';
import { MAKER_FEE, TAKER_FEE, tierOf, type Instrument } from './instruments.ts';
import { newOrder, type Order, type OrderCategory } from './order.ts';
import { feeOf, initialMargin, type MarginMode, type Position, type PosSide } from './position.ts';
import { found, Refusal } from './refusal.ts';
import { exceeds, settleFill, splitFill, storeOrder } from './settle.ts';

export type OrderRequest = {
  readonly instId: string;
  readonly tdMode: MarginMode;
  readonly side: 'buy' | 'sell';
  /** null: "net" in net mode; refused in long/short mode. */
  readonly posSide: PosSide | null;
  readonly ordType: 'market' | 'limit';
  readonly px: Decimal | null;
  readonly sz: Decimal;
  /** null: as set for the slot, else the position's, else 10. */
  readonly lever: Decimal | null;
  readonly reduceOnly: boolean;
  readonly clOrdId: string;
  readonly category: Extract<OrderCategory, 'normal' | 'twap'>;
  /** Placed by an algo order, as a stop-loss is. */
  readonly isAlgo: boolean;
  /** The fills it gets, one after the other; null: one at the mark price (a limit's own price where that is better). */
  readonly fills: readonly { readonly sz: Decimal; readonly px: Decimal }[] | null;
};

const DEFAULT_LEVER: Decimal = { n: 10n, d: 1n };
/** What OKX writes as `source` of an order that a stop or take-profit placed. */
const ALGO_SOURCE = '7';

/** Places an order. It fills at once, or rests when it is a limit that the mark has not reached. Refused: nothing changed. */
export function placeOrder(exchange: Exchange, account: Account, request: OrderRequest, nowMs: EpochMs): Order {
  const instrument = knownInstrument(request.instId);
  const market = marketOf(exchange, request.instId);
  const posSide = posSideOf(account, request);
  const slot = slotKey(request.instId, request.tdMode, posSide);
  const position = account.positions.get(slot) ?? null;
  checkSize(instrument, request.sz);
  const reduces = checkDirection(request, posSide, position);
  checkNoGhost(account, slot, nowMs);
  const lever = leverOf(account, instrument, request, slot, position);

  const atMs = eventTime(exchange, nowMs);
  const markPx = markAt(market, nowMs);
  const fills = request.fills ?? marketableFill(request, markPx);
  if (fills) {
    if (compare(sum(fills.map((fill) => fill.sz)), request.sz) !== 0)
      throw new Refusal('SIZE_NOT_ACCEPTABLE', 'The fills do not add up to the size of the order');
    for (const fill of fills) checkSize(instrument, fill.sz);
    if (!isAffordable(account, instrument, request.tdMode, position, request.side, lever, fills, TAKER_FEE))
      throw new Refusal('BALANCE_TOO_SMALL', 'The balance does not cover the margin and the fee');
  }

  const draft = newOrder({
    ordId: nextId(exchange.ids, 'order', atMs),
    clOrdId: request.clOrdId,
    instId: request.instId,
    ccy: instrument.settleCcy,
    tdMode: request.tdMode,
    side: request.side,
    posSide,
    ordType: request.ordType,
    category: request.category,
    px: request.ordType === 'limit' ? request.px : null,
    sz: request.sz,
    lever,
    reduceOnly: reduces,
    algoId: request.isAlgo ? nextId(exchange.ids, 'order', atMs) : '',
    source: request.isAlgo ? ALGO_SOURCE : '',
    cTime: atMs,
  });
  exchange.lastMs = Math.max(exchange.lastMs, atMs);
  account.levers.set(slot, lever);
  if (!fills) {
    storeOrder(account, draft, nowMs);
    return draft;
  }
  return fillOrder(exchange, account, draft, fills, 'T', nowMs);
}

/** Fills an order, each fill a millisecond after it came, as recorded (cTime, then ts and uTime 1 ms later). */
export function fillOrder(
  exchange: Exchange,
  account: Account,
  order: Order,
  fills: readonly { readonly sz: Decimal; readonly px: Decimal }[],
  execType: 'T' | 'M',
  nowMs: EpochMs,
): Order {
  const instrument = knownInstrument(order.instId);
  const market = marketOf(exchange, order.instId);
  const fillMs = eventTime(exchange, nowMs);
  let filled = order;
  for (const { sz, px } of fills)
    filled = settleFill(exchange, account, instrument, filled, {
      sz,
      px,
      fee: feeOf(instrument, sz, px, execType === 'T' ? TAKER_FEE : MAKER_FEE),
      execType,
      kind: 'trade',
      markPx: markAt(market, nowMs),
      idxPx: indexAt(market, nowMs),
      tradeId: nextTradeId(exchange, order.instId),
      fillMs,
      tsMs: fillMs + 1,
      visibleMs: nowMs,
    });
  return filled;
}

/** Takes a resting order out of the book. */
export function cancelOrder(exchange: Exchange, account: Account, ordId: string, nowMs: EpochMs): Order {
  const order = found(account.resting.get(ordId), 'ORDER_NOT_FOUND', `No order ${ordId} rests in the book`);
  const atMs = eventTime(exchange, nowMs);
  const canceled: Order = { ...order, state: 'canceled', uTime: atMs };
  exchange.lastMs = atMs;
  storeOrder(account, canceled, nowMs);
  return canceled;
}

/** Fills a resting order that the mark has reached, as maker; cancels it when it no longer can be. */
export function fillResting(exchange: Exchange, account: Account, order: Order, atMs: EpochMs): void {
  const instrument = knownInstrument(order.instId);
  const position = account.positions.get(slotKey(order.instId, order.tdMode, order.posSide)) ?? null;
  const px = order.px ?? ZERO;
  const fills = [{ sz: order.sz, px }];
  const { opens } = splitFill(position, order.side, order.sz);
  const isStale = order.reduceOnly && !isZero(opens);
  if (isStale || !isAffordable(account, instrument, order.tdMode, position, order.side, order.lever, fills, MAKER_FEE))
    cancelOrder(exchange, account, order.ordId, atMs);
  else fillOrder(exchange, account, order, fills, 'M', atMs);
}

function posSideOf(account: Account, request: OrderRequest): PosSide {
  if (account.posMode === 'net_mode') {
    if (request.posSide !== null && request.posSide !== 'net')
      throw new Refusal('POS_SIDE_NOT_ACCEPTABLE', 'The account is in net mode: posSide is net, or left out');
    return 'net';
  }
  if (request.posSide !== 'long' && request.posSide !== 'short')
    throw new Refusal('POS_SIDE_NOT_ACCEPTABLE', 'The account is in long/short mode: posSide is long or short');
  return request.posSide;
}

function checkNoGhost(account: Account, slot: string, nowMs: EpochMs): void {
  const isShown = account.ghosts.some(
    (ghost) =>
      ghost.slot === slot && !isZero(ghost.states.findLast(({ atMs }) => atMs <= nowMs)?.position.size ?? ZERO),
  );
  if (isShown) throw new Refusal('SLOT_IN_USE', 'A recording is played in that slot just now: use another account');
}

function checkSize(instrument: Instrument, sz: Decimal): void {
  if (!isPositive(sz) || divide(sz, instrument.lotSz).d !== 1n)
    throw new Refusal('SIZE_NOT_ACCEPTABLE', 'The size must be a positive multiple of the lot size');
}

/** Whether the order only takes away; refused when it would take away what is not there. */
function checkDirection(request: OrderRequest, posSide: PosSide, position: Position | null): boolean {
  const { closes, opens } = splitFill(position, request.side, request.sz);
  if (posSide === 'net') {
    if (request.reduceOnly && !isZero(opens))
      throw new Refusal('NOTHING_TO_CLOSE', 'The order is reduce-only, and larger than the position');
    return request.reduceOnly;
  }
  const isClose = (posSide === 'long') === (request.side === 'sell');
  if (!isClose) return false;
  if (isZero(closes) || !isZero(opens)) throw new Refusal('NOTHING_TO_CLOSE', 'No position of that size is open');
  return true;
}

function leverOf(
  account: Account,
  instrument: Instrument,
  request: OrderRequest,
  slot: string,
  position: Position | null,
): Decimal {
  if (position) {
    if (request.lever && compare(request.lever, position.lever) !== 0)
      throw new Refusal('LEVERAGE_NOT_ACCEPTABLE', 'A position is open: change its leverage, then place the order');
    return position.lever;
  }
  const lever = request.lever ?? account.levers.get(slot) ?? DEFAULT_LEVER;
  checkLever(instrument, lever, request.sz);
  return lever;
}

/** Leverage is at least 1 and at most what the size's tier allows. */
export function checkLever(instrument: Instrument, lever: Decimal, size: Decimal): void {
  const { maxLever } = tierOf(instrument, size);
  if (lever.n < lever.d || exceeds(lever, maxLever))
    throw new Refusal('LEVERAGE_NOT_ACCEPTABLE', `Leverage is from 1 to ${maxLever.n / maxLever.d} for that size`);
}

/** The single fill an order gets at once: at the mark price; null where its limit is not reached. */
function marketableFill(request: OrderRequest, markPx: Decimal): { sz: Decimal; px: Decimal }[] | null {
  if (request.ordType === 'market') return [{ sz: request.sz, px: markPx }];
  const limit = found(request.px, 'PRICE_NOT_ACCEPTABLE', 'A limit order needs a price');
  const isReached = request.side === 'buy' ? compare(markPx, limit) <= 0 : compare(markPx, limit) >= 0;
  return isReached ? [{ sz: request.sz, px: markPx }] : null;
}

function isAffordable(
  account: Account,
  instrument: Instrument,
  tdMode: MarginMode,
  position: Position | null,
  side: 'buy' | 'sell',
  lever: Decimal,
  fills: readonly { readonly sz: Decimal; readonly px: Decimal }[],
  rate: Decimal,
): boolean {
  const total = sum(fills.map((fill) => fill.sz));
  const { opens } = splitFill(position, side, total);
  if (isZero(opens)) return true;
  const fees = sum(fills.map((fill) => absolute(feeOf(instrument, fill.sz, fill.px, rate))));
  let worst = ZERO;
  for (const fill of fills) if (exceeds(fill.px, worst)) worst = fill.px;
  const margin = tdMode === 'cross' ? ZERO : initialMargin(instrument, opens, worst, lever);
  return !exceeds(add(margin, fees), account.balance);
}
