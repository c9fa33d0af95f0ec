import {
  add,
  compare,
  decimal,
  divide,
  isZero,
  larger,
  multiply,
  negate,
  ONE,
  subtract,
  ZERO,
  type Decimal,
} from '@liqpass/kernel/decimal';
import { invariant } from '@liqpass/kernel/invariant';
import type { EpochMs } from '@liqpass/kernel/time';
import { ceilTo, floorTo, toGrid } from './figures.ts';
import { TAKER_FEE, tierOf, type Instrument } from './instruments.ts';

export type MarginMode = 'isolated' | 'cross';
export type PosSide = 'long' | 'short' | 'net';
/** +1 long, -1 short, whatever the slot is called. */
export type Direction = 1 | -1;

/** What ended or diminished a position, as positions-history.type tells it (1–6; 4 is a partial liquidation). */
export type CloseKind = 'trade' | 'full_liquidation' | 'partial_liquidation' | 'adl';

/** One life of a slot's position, from nothing to nothing. Sizes in contracts, money in the settlement currency. */
export type Position = {
  readonly posId: string;
  readonly instId: string;
  readonly mgnMode: MarginMode;
  readonly posSide: PosSide;
  readonly direction: Direction;
  readonly lever: Decimal;
  readonly size: Decimal;
  readonly avgPx: Decimal;
  /** 0 in cross mode. */
  readonly margin: Decimal;
  readonly cTime: EpochMs;
  readonly uTime: EpochMs;
  readonly tradeId: string;
  readonly openMaxPos: Decimal;
  readonly closeTotalPos: Decimal;
  /** Sum of size × price over everything closed: closeAvgPx = closedWorth / closeTotalPos. */
  readonly closedWorth: Decimal;
  readonly pnl: Decimal;
  readonly fee: Decimal;
  readonly fundingFee: Decimal;
  readonly lastClose: CloseKind | null;
  /** The mark price that triggered the last forced close; null after a trade. */
  readonly triggerPx: Decimal | null;
};

/** Coins of `size` contracts. */
export const coins = (instrument: Instrument, size: Decimal): Decimal => multiply(size, instrument.ctVal);
export const notional = (instrument: Instrument, size: Decimal, px: Decimal): Decimal =>
  multiply(coins(instrument, size), px);

/** What a fill costs, as a negative amount on the grid. */
export const feeOf = (instrument: Instrument, size: Decimal, px: Decimal, rate: Decimal): Decimal =>
  negate(toGrid(multiply(notional(instrument, size, px), rate)));

/** The initial margin of a fill: notional / leverage, on the grid. Recorded: 752.72128 at 100x → 7.5272128. */
export const initialMargin = (instrument: Instrument, size: Decimal, px: Decimal, lever: Decimal): Decimal =>
  toGrid(divide(notional(instrument, size, px), lever));

export type Opening = {
  readonly posId: string;
  readonly mgnMode: MarginMode;
  readonly posSide: PosSide;
  readonly direction: Direction;
  readonly lever: Decimal;
  readonly size: Decimal;
  readonly px: Decimal;
  readonly fee: Decimal;
  readonly margin: Decimal;
  readonly tradeId: string;
  readonly atMs: EpochMs;
};

/** A new position, or the old one enlarged. The average price is kept on the grid. */
export function openInto(instrument: Instrument, position: Position | null, opening: Opening): Position {
  if (!position)
    return {
      posId: opening.posId,
      instId: instrument.instId,
      mgnMode: opening.mgnMode,
      posSide: opening.posSide,
      direction: opening.direction,
      lever: opening.lever,
      size: opening.size,
      avgPx: opening.px,
      margin: opening.margin,
      cTime: opening.atMs,
      uTime: opening.atMs,
      tradeId: opening.tradeId,
      openMaxPos: opening.size,
      closeTotalPos: ZERO,
      closedWorth: ZERO,
      pnl: ZERO,
      fee: opening.fee,
      fundingFee: ZERO,
      lastClose: null,
      triggerPx: null,
    };
  invariant(position.direction === opening.direction, 'a position is enlarged in its own direction');
  const size = add(position.size, opening.size);
  const worth = add(multiply(position.size, position.avgPx), multiply(opening.size, opening.px));
  return {
    ...position,
    size,
    avgPx: toGrid(divide(worth, size)),
    margin: add(position.margin, opening.margin),
    uTime: opening.atMs,
    tradeId: opening.tradeId,
    openMaxPos: larger(position.openMaxPos, size),
    fee: add(position.fee, opening.fee),
  };
}

export type Closing = {
  readonly size: Decimal;
  readonly px: Decimal;
  readonly fee: Decimal;
  readonly kind: CloseKind;
  readonly triggerPx: Decimal | null;
  readonly tradeId: string;
  readonly atMs: EpochMs;
};

/** Profit of closing `size` at `px`, on the grid. */
export function pnlOf(instrument: Instrument, position: Position, size: Decimal, px: Decimal): Decimal {
  const move = multiply(coins(instrument, size), subtract(px, position.avgPx));
  return toGrid(position.direction === 1 ? move : negate(move));
}

/** The margin that goes with `size`: pro rata, all of it with the last contract. */
export function marginShare(position: Position, size: Decimal): Decimal {
  return compare(size, position.size) === 0
    ? position.margin
    : toGrid(divide(multiply(position.margin, size), position.size));
}

/** The position with `size` closed; its size is 0 when that was all. Also what became of the money. */
export function closePart(
  instrument: Instrument,
  position: Position,
  closing: Closing,
): { position: Position; pnl: Decimal; released: Decimal } {
  invariant(compare(closing.size, position.size) <= 0, 'no more is closed than is open');
  const pnl = pnlOf(instrument, position, closing.size, closing.px);
  const released = marginShare(position, closing.size);
  return {
    pnl,
    released,
    position: {
      ...position,
      size: subtract(position.size, closing.size),
      margin: subtract(position.margin, released),
      uTime: closing.atMs,
      tradeId: closing.tradeId,
      closeTotalPos: add(position.closeTotalPos, closing.size),
      closedWorth: add(position.closedWorth, multiply(closing.size, closing.px)),
      pnl: add(position.pnl, pnl),
      fee: add(position.fee, closing.fee),
      lastClose: closing.kind,
      triggerPx: closing.triggerPx,
    },
  };
}

const LIQ_PX_PLACES = decimal('0.0000000001');
/**
 * Liquidation price of an isolated position: long (avg − m/q) / (1 − mmr − fee), short (avg + m/q) / (1 + mmr + fee),
 * q in coins (okx/liquidation-proof.md). null in cross mode, and where no price would liquidate it.
 */
export function liquidationPx(instrument: Instrument, position: Position): Decimal | null {
  if (position.mgnMode === 'cross' || isZero(position.size)) return null;
  const cushion = divide(position.margin, coins(instrument, position.size));
  const rate = add(tierOf(instrument, position.size).mmr, TAKER_FEE);
  const px =
    position.direction === 1
      ? divide(subtract(position.avgPx, cushion), subtract(ONE, rate))
      : divide(add(position.avgPx, cushion), add(ONE, rate));
  return compare(px, ZERO) <= 0 ? null : floorTo(px, LIQ_PX_PLACES);
}

/**
 * At what price and fee the system takes over `size`: the price is where margin, loss and fee leave nothing, rounded to
 * the tick in the trader's favour; the fee is the taker's on the mark price. Found in the recorded liquidation:
 * 116495.1 and 0.37422752 = 0.05 % at a mark of 116946.1.
 */
export function takeover(
  instrument: Instrument,
  position: Position,
  size: Decimal,
  markPx: Decimal,
): { px: Decimal; fee: Decimal } {
  const fee = feeOf(instrument, size, markPx, TAKER_FEE);
  const perCoin = divide(add(marginShare(position, size), fee), coins(instrument, size));
  const px =
    position.direction === 1
      ? larger(ceilTo(subtract(position.avgPx, perCoin), instrument.tickSz), instrument.tickSz)
      : floorTo(add(position.avgPx, perCoin), instrument.tickSz);
  return { px, fee };
}

/** realizedPnl = pnl + fee + fundingFee + liqPenalty + settledPnl; the last two are always 0 here. */
export const realizedPnl = (position: Position): Decimal => add(add(position.pnl, position.fee), position.fundingFee);
