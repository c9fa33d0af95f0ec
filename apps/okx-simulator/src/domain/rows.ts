import { add, divide, isZero, larger, multiply, negate, ZERO, type Decimal } from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import type { OkxRow } from './okxRow.ts';
import { fixed12, plain } from './figures.ts';
import {
  initialMargin,
  realizedPnl,
  type CloseKind,
  type MarginMode,
  type Position,
  type PosSide,
} from './position.ts';
import { TAKER_FEE, type Instrument } from './instruments.ts';

// The rows of bills, fills and position histories, field by field as recorded (histories: as documented).

const NORMAL = { open_long: '3', open_short: '4', close_long: '5', close_short: '6', net_buy: '1', net_sell: '2' };
const FORCED_BASE: Record<Exclude<CloseKind, 'trade'>, number> = {
  partial_liquidation: 100,
  full_liquidation: 104,
  adl: 125,
};

/** bill.subType and fill.subType of something that moves size. Source: the tables of okx/liquidation-proof.md. */
export function subTypeOf(kind: CloseKind, posSide: PosSide, side: 'buy' | 'sell'): string {
  if (kind === 'trade') {
    if (posSide === 'net') return side === 'buy' ? NORMAL.net_buy : NORMAL.net_sell;
    const opens = (posSide === 'long') === (side === 'buy');
    return opens
      ? posSide === 'long'
        ? NORMAL.open_long
        : NORMAL.open_short
      : posSide === 'long'
        ? NORMAL.close_long
        : NORMAL.close_short;
  }
  const at = posSide === 'net' ? (side === 'buy' ? 2 : 3) : posSide === 'long' ? 0 : 1;
  return String(FORCED_BASE[kind] + at);
}

/** bill.type of something that moves size: 2 trade, 5 liquidation, 9 ADL. */
export const billTypeOf = (kind: CloseKind): string => (kind === 'trade' ? '2' : kind === 'adl' ? '9' : '5');

export type FillFigures = {
  readonly billId: string;
  readonly ordId: string;
  readonly clOrdId: string;
  readonly tradeId: string;
  readonly instrument: Instrument;
  readonly mgnMode: MarginMode;
  readonly posSide: PosSide;
  readonly side: 'buy' | 'sell';
  readonly kind: CloseKind;
  /** '' for forced fills. */
  readonly execType: 'T' | 'M' | '';
  readonly sz: Decimal;
  readonly px: Decimal;
  readonly fee: Decimal;
  readonly pnl: Decimal;
  readonly markPx: Decimal;
  readonly idxPx: Decimal;
  readonly fillMs: EpochMs;
  readonly tsMs: EpochMs;
};

/** The mark and index at a fill: empty in forced ones. */
const seen = (fill: FillFigures, px: Decimal): string => (fill.kind === 'trade' ? plain(px) : '');

export function fillRow(fill: FillFigures): OkxRow {
  return {
    fillSz: plain(fill.sz),
    fillPxVol: '',
    fillFwdPx: '',
    fee: plain(fill.fee),
    tradeQuoteCcy: '',
    ordId: fill.ordId,
    clOrdId: fill.clOrdId,
    posSide: fill.posSide,
    fillMarkVol: '',
    tag: '',
    execType: fill.execType,
    fillIdxPx: seen(fill, fill.idxPx),
    side: fill.side,
    fillPx: plain(fill.px),
    fillPnl: plain(fill.pnl),
    instType: 'SWAP',
    fillPxUsd: '',
    instId: fill.instrument.instId,
    billId: fill.billId,
    subType: subTypeOf(fill.kind, fill.posSide, fill.side),
    fillTime: String(fill.fillMs),
    tradeId: fill.tradeId,
    fillMarkPx: seen(fill, fill.markPx),
    feeCcy: fill.instrument.settleCcy,
    ts: String(fill.tsMs),
  };
}

export type BillFigures = {
  readonly bal: Decimal;
  readonly balChg: Decimal;
  readonly posBal: Decimal;
  readonly posBalChg: Decimal;
};

export function fillBillRow(fill: FillFigures, bill: BillFigures): OkxRow {
  return {
    ...emptyBill(fill.instrument, fill.billId, fill.mgnMode, bill, fill.tsMs),
    clOrdId: fill.clOrdId,
    execType: fill.execType,
    fee: plain(fill.fee),
    fillIdxPx: seen(fill, fill.idxPx),
    fillMarkPx: seen(fill, fill.markPx),
    fillTime: String(fill.fillMs),
    ordId: fill.ordId,
    pnl: plain(fill.pnl),
    px: plain(fill.px),
    subType: subTypeOf(fill.kind, fill.posSide, fill.side),
    sz: plain(fill.sz),
    tradeId: fill.tradeId,
    type: billTypeOf(fill.kind),
  };
}

/** A bill that moves money but no size: margin (type 6) or funding (type 8). */
export function moneyBillRow(
  instrument: Instrument,
  billId: string,
  mgnMode: MarginMode,
  what: { type: '6' | '8'; subType: string; sz: Decimal; px: Decimal | null; pnl: Decimal },
  bill: BillFigures,
  tsMs: EpochMs,
): OkxRow {
  return {
    ...emptyBill(instrument, billId, mgnMode, bill, tsMs),
    pnl: plain(what.pnl),
    px: what.px ? plain(what.px) : '',
    subType: what.subType,
    sz: plain(what.sz),
    type: what.type,
  };
}

function emptyBill(
  instrument: Instrument,
  billId: string,
  mgnMode: MarginMode,
  bill: BillFigures,
  tsMs: EpochMs,
): OkxRow {
  return {
    bal: fixed12(bill.bal),
    balChg: fixed12(bill.balChg),
    billId,
    ccy: instrument.settleCcy,
    clOrdId: '',
    earnAmt: '',
    earnApr: '',
    execType: '',
    fee: '0',
    fillFwdPx: '',
    fillIdxPx: '',
    fillMarkPx: '',
    fillMarkVol: '',
    fillPxUsd: '',
    fillPxVol: '',
    fillTime: '',
    from: '',
    instId: instrument.instId,
    instType: 'SWAP',
    interest: '0',
    mgnMode,
    notes: '',
    ordId: '',
    pnl: '0',
    posBal: plain(bill.posBal),
    posBalChg: plain(bill.posBalChg),
    px: '',
    subType: '',
    sz: '0',
    tag: '',
    to: '',
    tradeId: '',
    ts: String(tsMs),
    type: '',
  };
}

/** positions-history.type: the latest close only. 1 partly closed, 2 closed, 3 liquidation, 4 partial liquidation, 5 ADL (part), 6 ADL (all). */
export function historyTypeOf(kind: CloseKind, isOver: boolean): string {
  switch (kind) {
    case 'trade':
      return isOver ? '2' : '1';
    case 'full_liquidation':
      return '3';
    case 'partial_liquidation':
      return '4';
    case 'adl':
      return isOver ? '6' : '5';
  }
}

/** A row of positions-history; null while nothing of the position was closed. */
export function historyRow(instrument: Instrument, position: Position): OkxRow | null {
  if (position.lastClose === null) return null;
  const type = historyTypeOf(position.lastClose, isZero(position.size));
  const realized = realizedPnl(position);
  const margin = initialMargin(instrument, position.openMaxPos, position.avgPx, position.lever);
  return {
    cTime: String(position.cTime),
    ccy: instrument.settleCcy,
    closeAvgPx: plain(divide(position.closedWorth, position.closeTotalPos)),
    closeTotalPos: plain(position.closeTotalPos),
    direction: position.direction === 1 ? 'long' : 'short',
    fee: plain(position.fee),
    fundingFee: plain(position.fundingFee),
    instId: instrument.instId,
    instType: 'SWAP',
    lever: plain(position.lever),
    liqPenalty: '0',
    mgnMode: position.mgnMode,
    nonSettleAvgPx: '',
    openAvgPx: plain(position.avgPx),
    openMaxPos: plain(position.openMaxPos),
    pnl: plain(position.pnl),
    pnlRatio: isZero(margin) ? '0' : plain(divide(realized, margin)),
    posId: position.posId,
    posSide: position.posSide,
    realizedPnl: plain(realized),
    settledPnl: '',
    triggerPx: ['3', '4', '5'].includes(type) && position.triggerPx ? plain(position.triggerPx) : '',
    type,
    uTime: String(position.uTime),
    uly: instrument.family,
  };
}

export type LiveFigures = {
  readonly markPx: Decimal;
  readonly idxPx: Decimal;
  readonly liqPx: Decimal | null;
  readonly mmr: Decimal;
  readonly upl: Decimal;
  readonly notional: Decimal;
  readonly nowMs: EpochMs;
};

/** A row of account/positions, as documented (its sizes are signed in net mode). */
export function positionRow(instrument: Instrument, position: Position, live: LiveFigures): OkxRow {
  const { size, margin } = position;
  const signed = position.posSide === 'net' && position.direction === -1 ? negate(size) : size;
  const required = multiply(live.notional, add(live.mmr, TAKER_FEE));
  const ratio = position.mgnMode === 'isolated' && !isZero(required) ? divide(add(margin, live.upl), required) : null;
  const uplRatio = isZero(margin) ? ZERO : divide(live.upl, margin);
  return {
    adl: '1',
    availPos: plain(signed),
    avgPx: plain(position.avgPx),
    baseBal: '',
    baseBorrowed: '',
    baseInterest: '',
    bePx: plain(position.avgPx),
    bizRefId: '',
    bizRefType: '',
    cTime: String(position.cTime),
    ccy: instrument.settleCcy,
    clSpotInUseAmt: '',
    closeOrderAlgo: [],
    deltaBS: '',
    deltaPA: '',
    fee: plain(position.fee),
    fundingFee: plain(position.fundingFee),
    gammaBS: '',
    gammaPA: '',
    hedgedPos: '',
    idxPx: plain(live.idxPx),
    imr: position.mgnMode === 'cross' ? plain(divide(live.notional, position.lever)) : '',
    instId: instrument.instId,
    instType: 'SWAP',
    interest: '',
    last: plain(live.markPx),
    lever: plain(position.lever),
    liab: '',
    liabCcy: '',
    liqPenalty: '0',
    liqPx: live.liqPx && position.mgnMode === 'isolated' ? plain(live.liqPx) : '',
    margin: position.mgnMode === 'isolated' ? plain(margin) : '',
    markPx: plain(live.markPx),
    maxSpotInUseAmt: '',
    mgnMode: position.mgnMode,
    mgnRatio: ratio === null ? '' : plain(larger(ratio, ZERO)),
    mmr: plain(multiply(live.notional, live.mmr)),
    nonSettleAvgPx: '',
    notionalUsd: plain(live.notional),
    optVal: '',
    pTime: String(live.nowMs),
    pendingCloseOrdLiabVal: '',
    pnl: plain(position.pnl),
    pos: plain(signed),
    posCcy: '',
    posId: position.posId,
    posSide: position.posSide,
    quoteBal: '',
    quoteBorrowed: '',
    quoteInterest: '',
    realizedPnl: plain(realizedPnl(position)),
    settledPnl: '',
    spotInUseAmt: '',
    spotInUseCcy: '',
    thetaBS: '',
    thetaPA: '',
    tradeId: position.tradeId.startsWith('-') ? '' : position.tradeId,
    uTime: String(position.uTime),
    upl: plain(live.upl),
    uplLastPx: plain(live.upl),
    uplRatio: plain(uplRatio),
    uplRatioLastPx: plain(uplRatio),
    usdPx: '',
    vegaBS: '',
    vegaPA: '',
  };
}
