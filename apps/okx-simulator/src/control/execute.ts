import { add, compare, decimal, ONE, subtract, type Decimal } from '@liqpass/kernel/decimal';
import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import { markAt, type Market } from '../market/market.ts';
import { glideTo, moveMark, pinMark, releaseMark, setIndexRatio, setVolatility, wickTo } from '../market/moves.ts';
import {
  knownInstrument,
  marketOf,
  newAccount,
  slotKey,
  type Account,
  type Exchange,
  type PosMode,
} from '../domain/exchange.ts';
import { ceilTo, floorTo, plain } from '../domain/figures.ts';
import { forceClose, partOf } from '../domain/forced.ts';
import { moveMargin, setLeverage, settleFunding } from '../domain/marginMoves.ts';
import { orderRow } from '../domain/order.ts';
import { liquidationPx, type MarginMode, type Position, type PosSide } from '../domain/position.ts';
import { positionRows } from '../domain/reading.ts';
import { readRecording } from '../domain/recording.ts';
import { found, Refusal } from '../domain/refusal.ts';
import { replayRecording } from '../domain/replay.ts';
import { scanMarks, touchMark } from '../domain/scan.ts';
import { cancelOrder, placeOrder } from '../domain/trade.ts';
import type { Command } from './commands.ts';

/** The account that commands mean when they name none. */
export const DEFAULT_UID = '446556688311112705';

type Of<Name extends Command['name']> = Extract<Command, { name: Name }>['body'];

/**
 * Carries out a command at an instant, after everything that the marks did until then. Returns what is worth knowing of
 * it. Throws a Refusal, and then has changed nothing. The same commands at the same instants give the same exchange.
 */
export function execute(exchange: Exchange, command: Command, nowMs: EpochMs): Record<string, unknown> {
  scanMarks(exchange, nowMs);
  switch (command.name) {
    case 'accounts':
      return openAccount(exchange, command.body);
    case 'changeAccount':
      return changeAccount(exchange, command.body);
    case 'orders': {
      const account = accountOf(exchange, command.body.uid);
      const { body } = command;
      const order = placeOrder(
        exchange,
        account,
        {
          ...body,
          posSide: body.posSide ?? null,
          px: body.px ?? null,
          lever: body.lever ?? null,
          fills: body.fills ?? null,
        },
        nowMs,
      );
      return withPositions(exchange, account, { ordId: order.ordId, order: orderRow(order) }, nowMs);
    }
    case 'cancel': {
      const account = accountOf(exchange, command.body.uid);
      return { order: orderRow(cancelOrder(exchange, account, command.body.ordId, nowMs)) };
    }
    case 'marks':
      return moveMarks(exchange, command.body, nowMs);
    case 'margin': {
      const { account, position } = positionOf(exchange, command.body);
      moveMargin(exchange, account, position, command.body.amt, command.body.isAutomatic, nowMs);
      return withPositions(exchange, account, {}, nowMs);
    }
    case 'leverage': {
      const { instId, mgnMode, posSide, lever, movesMargin } = command.body;
      const account = accountOf(exchange, command.body.uid);
      knownInstrument(instId);
      for (const side of sidesOf(account.posMode, mgnMode, posSide))
        setLeverage(exchange, account, instId, slotKey(instId, mgnMode, side), lever, movesMargin, nowMs);
      return withPositions(exchange, account, {}, nowMs);
    }
    case 'funding': {
      const { instId, rate, uid } = command.body;
      knownInstrument(instId);
      const accounts = uid === undefined ? [...exchange.accounts.values()] : [accountOf(exchange, uid)];
      let settled = 0;
      for (const account of accounts)
        for (const position of [...account.positions.values()].filter((each) => each.instId === instId)) {
          settleFunding(exchange, account, position, rate, nowMs);
          settled += 1;
        }
      return { positions: settled };
    }
    case 'liquidate':
      return liquidate(exchange, command.body, nowMs);
    case 'adl': {
      const { account, position } = positionOf(exchange, command.body);
      const size = sizeOf(position, command.body.share);
      const order = forceClose(
        exchange,
        account,
        position,
        'adl',
        size,
        markAt(marketOf(exchange, position.instId), nowMs),
        nowMs,
      );
      return withPositions(exchange, account, { ordId: order.ordId, order: orderRow(order) }, nowMs);
    }
    case 'close':
      return close(exchange, command.body, nowMs);
    case 'market':
      return changeMarkets(exchange, command.body, nowMs);
    case 'replay': {
      const { body } = command;
      const account = accountOf(exchange, body.uid);
      const replayed = replayRecording(
        exchange,
        account,
        readRecording(body.rows),
        body.movedTo ?? nowMs,
        body.market === 'follow',
        nowMs,
      );
      return {
        ...replayed,
        openedAt: formatIso(replayed.openedAtMs),
        decidedAt: formatIso(replayed.decidedAtMs),
        ...(replayed.wasForced
          ? { liquidatedAtMs: replayed.decidedAtMs, liquidatedAt: formatIso(replayed.decidedAtMs) }
          : {}),
      };
    }
  }
}

export const accountOf = (exchange: Exchange, uid: string | undefined): Account =>
  found(exchange.accounts.get(uid ?? DEFAULT_UID), 'ACCOUNT_NOT_FOUND', `There is no account ${uid ?? DEFAULT_UID}`);

/** What may be shown of an account: not its secret, nor its passphrase. */
export const accountView = (account: Account): Record<string, unknown> => ({
  uid: account.uid,
  mainUid: account.mainUid,
  label: account.label,
  apiKey: account.apiKey,
  perm: account.perm,
  ip: account.ip,
  region: account.region,
  posMode: account.posMode,
  balance: plain(account.balance),
});

function openAccount(exchange: Exchange, body: Of<'accounts'>): Record<string, unknown> {
  let uid = body.uid;
  for (
    let next = exchange.accounts.size;
    uid === undefined || (body.uid === undefined && exchange.accounts.has(uid));
    next++
  )
    uid = String(700_000_000_000_000_000n + BigInt(next));
  const apiKey = body.apiKey ?? `key-of-${uid}`;
  checkKeyFree(exchange, uid, apiKey);
  if (exchange.accounts.has(uid)) throw new Refusal('ACCOUNT_EXISTS', `There is an account ${uid} already`);
  const account = newAccount({
    uid,
    mainUid: body.mainUid ?? uid,
    label: body.label ?? `key of ${uid}`,
    apiKey,
    secretKey: body.secretKey ?? `secret-of-${uid}`,
    passphrase: body.passphrase ?? `passphrase-of-${uid}`,
    perm: body.perm ?? ['read_only'],
    ip: body.ip ?? [],
    region: body.region ?? 'global',
    posMode: body.posMode ?? 'long_short_mode',
    balance: body.balance ?? decimal('10000'),
  });
  exchange.accounts.set(uid, account);
  // The only answer that has them: whoever makes a key is told it once.
  return { ...accountView(account), secretKey: account.secretKey, passphrase: account.passphrase };
}

function changeAccount(exchange: Exchange, body: Of<'changeAccount'>): Record<string, unknown> {
  const account = accountOf(exchange, body.uid);
  if (body.apiKey !== undefined) checkKeyFree(exchange, account.uid, body.apiKey);
  if (
    body.posMode !== undefined &&
    body.posMode !== account.posMode &&
    (account.positions.size > 0 || account.resting.size > 0)
  )
    throw new Refusal('NOT_FLAT', 'The position mode changes only while nothing is open');
  for (const key of ['mainUid', 'label', 'apiKey', 'secretKey', 'passphrase'] as const)
    account[key] = body[key] ?? account[key];
  account.perm = body.perm ?? account.perm;
  account.ip = body.ip ?? account.ip;
  account.region = body.region ?? account.region;
  account.posMode = body.posMode ?? account.posMode;
  if (body.balance) {
    account.deposited = add(account.deposited, subtract(body.balance, account.balance));
    account.balance = body.balance;
  }
  return accountView(account);
}

function checkKeyFree(exchange: Exchange, uid: string, apiKey: string): void {
  for (const other of exchange.accounts.values())
    if (other.apiKey === apiKey && other.uid !== uid)
      throw new Refusal('ACCOUNT_EXISTS', 'Another account has that key');
}

type Where = { uid?: string | undefined; instId: string; posSide?: PosSide | undefined; mgnMode: MarginMode };
type Held = { account: Account; position: Position; slot: string };

/** The position a command means. Without posSide: the only one there is in the instrument. */
function positionOf(exchange: Exchange, where: Where): Held {
  const account = accountOf(exchange, where.uid);
  knownInstrument(where.instId);
  const held = sidesOf(account.posMode, where.mgnMode, where.posSide).flatMap((side) => {
    const slot = slotKey(where.instId, where.mgnMode, side);
    const position = account.positions.get(slot);
    return position ? [{ account, position, slot }] : [];
  });
  if (held.length > 1)
    throw new Refusal('POS_SIDE_NOT_ACCEPTABLE', 'Both a long and a short are open: say which by posSide');
  return found(held[0], 'POSITION_NOT_FOUND', `No such position is open in ${where.instId}`);
}

const sidesOf = (posMode: PosMode, mgnMode: MarginMode, posSide: PosSide | undefined): PosSide[] =>
  posSide !== undefined ? [posSide] : posMode === 'net_mode' ? ['net'] : ['long', 'short'];

const sizeOf = (position: Position, share: Decimal): Decimal =>
  share.n === share.d ? position.size : partOf(knownInstrument(position.instId), position, share);

function moveMarks(exchange: Exchange, body: Of<'marks'>, nowMs: EpochMs): Record<string, unknown> {
  const market = marketOf(exchange, body.instId);
  if (body.px === undefined) releaseMark(market, nowMs);
  else {
    const px = floorTo(body.px, market.instrument.tickSz);
    if (px.n === 0n) throw new Refusal('PRICE_NOT_ACCEPTABLE', 'The price is below one tick');
    if (body.how === 'glide') glideTo(market, px, nowMs, nowMs + body.overMs);
    else {
      if (body.how === 'move') moveMark(market, px, nowMs);
      else if (body.how === 'wick') wickTo(market, px, nowMs);
      else pinMark(market, px, nowMs);
      touchMark(exchange, market, px, nowMs);
    }
  }
  return { instId: body.instId, markPx: plain(markAt(market, nowMs)) };
}

function liquidate(exchange: Exchange, body: Of<'liquidate'>, nowMs: EpochMs): Record<string, unknown> {
  const { account, position, slot } = positionOf(exchange, body);
  const market = marketOf(exchange, position.instId);
  const size = sizeOf(position, body.share);
  let markPx = markAt(market, nowMs);
  const touchPx = body.touchesMark ? touchedPx(market, position, markPx) : null;
  if (touchPx) {
    wickTo(market, touchPx, nowMs);
    touchMark(exchange, market, touchPx, nowMs, { account, slot });
    markPx = touchPx;
  }
  const kind = compare(size, position.size) === 0 ? 'full_liquidation' : 'partial_liquidation';
  const order = forceClose(exchange, account, position, kind, size, markPx, nowMs);
  return withPositions(
    exchange,
    account,
    { ordId: order.ordId, order: orderRow(order), triggerPx: plain(markPx) },
    nowMs,
  );
}

/** The first tick at which the mark reaches the liquidation price; null when it is there already, or never gets there. */
function touchedPx(market: Market, position: Position, markPx: Decimal): Decimal | null {
  const liqPx = liquidationPx(market.instrument, position);
  if (!liqPx) return null;
  const { tickSz } = market.instrument;
  const px = position.direction === 1 ? floorTo(liqPx, tickSz) : ceilTo(liqPx, tickSz);
  return compare(markPx, px) === -position.direction || px.n === 0n ? null : px;
}

function close(exchange: Exchange, body: Of<'close'>, nowMs: EpochMs): Record<string, unknown> {
  const { account, position } = positionOf(exchange, body);
  const sz = body.sz ?? sizeOf(position, body.share ?? ONE);
  const order = placeOrder(
    exchange,
    account,
    {
      instId: position.instId,
      tdMode: position.mgnMode,
      side: position.direction === 1 ? 'sell' : 'buy',
      posSide: position.posSide,
      ordType: 'market',
      px: null,
      sz,
      lever: null,
      reduceOnly: true,
      clOrdId: '',
      category: 'normal',
      isAlgo: body.isStopLoss,
      fills: body.px ? [{ sz, px: body.px }] : null,
    },
    nowMs,
  );
  return withPositions(exchange, account, { ordId: order.ordId, order: orderRow(order) }, nowMs);
}

function changeMarkets(exchange: Exchange, body: Of<'market'>, nowMs: EpochMs): Record<string, unknown> {
  const markets = body.instId === undefined ? [...exchange.markets.values()] : [marketOf(exchange, body.instId)];
  const sinceMs = body.since ?? nowMs;
  if (sinceMs > nowMs) throw new Refusal('TIME_NOT_ACCEPTABLE', 'since must not lie in the future');
  for (const market of markets) {
    if (body.volatility !== undefined) setVolatility(market, body.volatility, nowMs, sinceMs);
    if (body.indexRatio !== undefined) setIndexRatio(market, body.indexRatio, nowMs);
  }
  return {
    markets: markets.map((market) => ({ instId: market.instrument.instId, markPx: plain(markAt(market, nowMs)) })),
  };
}

const withPositions = (
  exchange: Exchange,
  account: Account,
  answer: Record<string, unknown>,
  nowMs: EpochMs,
): Record<string, unknown> => ({ uid: account.uid, ...answer, positions: positionRows(exchange, account, nowMs) });
