import { compare, isPositive, multiply, subtract, type Decimal } from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import { eventTime, knownInstrument, publishLiquidation, type Account, type Exchange } from './exchange.ts';
import { floorTo, ceilTo, plain } from './figures.ts';
import { nextId } from './ids.ts';
import { TAKER_FEE, tierOf, type Instrument } from './instruments.ts';
import { newOrder, type Order } from './order.ts';
import { feeOf, takeover, type CloseKind, type Position } from './position.ts';
import { Refusal } from './refusal.ts';
import { settleFill } from './settle.ts';

export type ForcedKind = Exclude<CloseKind, 'trade'>;

/**
 * The system closes `size` of a position: a limit order of its own (reduceOnly, tradeId "0"), one fill with a negative
 * tradeId and one bill, all at the same instant. Liquidations are taken over at the bankruptcy price; ADL trades at the mark.
 */
export function forceClose(
  exchange: Exchange,
  account: Account,
  position: Position,
  kind: ForcedKind,
  size: Decimal,
  markPx: Decimal,
  nowMs: EpochMs,
): Order {
  const instrument = knownInstrument(position.instId);
  if (!isPositive(size) || compare(size, position.size) > 0)
    throw new Refusal('SIZE_NOT_ACCEPTABLE', 'No more can be closed than is open');
  const atMs = eventTime(exchange, nowMs);
  const { px, fee } =
    kind === 'adl'
      ? { px: markPx, fee: feeOf(instrument, size, markPx, TAKER_FEE) }
      : takeover(instrument, position, size, markPx);
  const tradeId = `-${nextId(exchange.ids, 'trade', atMs)}`;
  const order = newOrder({
    ordId: nextId(exchange.ids, 'order', atMs),
    clOrdId: '',
    instId: position.instId,
    ccy: instrument.settleCcy,
    tdMode: position.mgnMode,
    side: position.direction === 1 ? 'sell' : 'buy',
    posSide: position.posSide,
    ordType: 'limit',
    category: kind,
    px,
    sz: size,
    lever: position.lever,
    reduceOnly: true,
    algoId: '',
    source: '',
    cTime: atMs,
  });
  if (kind !== 'adl')
    publishLiquidation(exchange, {
      instId: order.instId,
      side: position.direction === 1 ? 'sell' : 'buy',
      posSide: position.direction === 1 ? 'long' : 'short',
      bkPx: plain(px),
      sz: plain(size),
      ts: String(atMs),
    });
  return settleFill(exchange, account, instrument, order, {
    sz: size,
    px,
    fee,
    execType: '',
    kind,
    markPx,
    idxPx: markPx,
    tradeId,
    fillMs: atMs,
    tsMs: atMs,
    visibleMs: nowMs,
  });
}

/** A share of a position in whole lots: at least one lot, and less than all of it. */
export function partOf(instrument: Instrument, position: Position, share: Decimal): Decimal {
  const part = ceilTo(multiply(position.size, share), instrument.lotSz);
  if (compare(part, position.size) >= 0)
    throw new Refusal('SIZE_NOT_ACCEPTABLE', 'That share would close all of the position');
  return part;
}

/**
 * What the system takes when the mark reaches the liquidation price: everything in tiers 1 and 2; above them as much as
 * brings the position two tiers down.
 */
export function liquidationSize(instrument: Instrument, position: Position): { kind: ForcedKind; size: Decimal } {
  const { tier } = tierOf(instrument, position.size);
  const target = tier >= 3 ? instrument.tiers[tier - 3] : undefined;
  if (!target) return { kind: 'full_liquidation', size: position.size };
  const rest = floorTo(target.maxSz, instrument.lotSz);
  return { kind: 'partial_liquidation', size: subtract(position.size, rest) };
}
