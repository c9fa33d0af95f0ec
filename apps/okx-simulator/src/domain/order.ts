import { add, divide, equal, isZero, multiply, ZERO, type Decimal } from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import type { OkxRow } from './okxRow.ts';
import { leverText, plain } from './figures.ts';
import type { MarginMode, PosSide } from './position.ts';

export type OrderState = 'live' | 'partially_filled' | 'filled' | 'canceled';
export type OrderCategory = 'normal' | 'twap' | 'adl' | 'full_liquidation' | 'partial_liquidation';

export type Order = {
  readonly ordId: string;
  readonly clOrdId: string;
  readonly instId: string;
  readonly ccy: string;
  readonly tdMode: MarginMode;
  readonly side: 'buy' | 'sell';
  readonly posSide: PosSide;
  readonly ordType: 'market' | 'limit';
  readonly category: OrderCategory;
  /** null for a market order. */
  readonly px: Decimal | null;
  readonly sz: Decimal;
  readonly lever: Decimal;
  readonly reduceOnly: boolean;
  /** Both filled for what an algo order (a stop-loss) placed. */
  readonly algoId: string;
  readonly source: string;
  readonly cTime: EpochMs;
  readonly uTime: EpochMs;
  readonly state: OrderState;
  readonly accFillSz: Decimal;
  /** Sum of size × price over the fills. */
  readonly worth: Decimal;
  readonly fee: Decimal;
  readonly pnl: Decimal;
  readonly lastFill: {
    readonly px: Decimal;
    readonly sz: Decimal;
    readonly tradeId: string;
    readonly atMs: EpochMs;
  } | null;
};

export type OrderFill = {
  readonly px: Decimal;
  readonly sz: Decimal;
  readonly tradeId: string;
  readonly fee: Decimal;
  readonly pnl: Decimal;
  readonly fillMs: EpochMs;
  readonly tsMs: EpochMs;
};

/** The order after one more fill. */
export function withFill(order: Order, fill: OrderFill): Order {
  const accFillSz = add(order.accFillSz, fill.sz);
  return {
    ...order,
    accFillSz,
    worth: add(order.worth, multiply(fill.sz, fill.px)),
    fee: add(order.fee, fill.fee),
    pnl: add(order.pnl, fill.pnl),
    state: equal(accFillSz, order.sz) ? 'filled' : 'partially_filled',
    uTime: fill.tsMs,
    lastFill: { px: fill.px, sz: fill.sz, tradeId: fill.tradeId, atMs: fill.fillMs },
  };
}

export const newOrder = (
  order: Omit<Order, 'state' | 'accFillSz' | 'worth' | 'fee' | 'pnl' | 'lastFill' | 'uTime'>,
): Order => ({
  ...order,
  uTime: order.cTime,
  state: 'live',
  accFillSz: ZERO,
  worth: ZERO,
  fee: ZERO,
  pnl: ZERO,
  lastFill: null,
});

/** A row of trade/order and orders-history-archive, field by field as recorded. Forced orders have tradeId "0" and no stpMode. */
export function orderRow(order: Order): OkxRow {
  const isForced = order.category !== 'normal' && order.category !== 'twap';
  const { lastFill } = order;
  return {
    accFillSz: plain(order.accFillSz),
    algoClOrdId: '',
    algoId: order.algoId,
    attachAlgoClOrdId: '',
    attachAlgoOrds: [],
    avgPx: isZero(order.accFillSz) ? '' : plain(divide(order.worth, order.accFillSz)),
    cTime: String(order.cTime),
    cancelSource: order.state === 'canceled' ? '1' : '',
    cancelSourceReason: order.state === 'canceled' ? 'Order canceled by user' : '',
    category: order.category,
    ccy: order.ccy,
    clOrdId: order.clOrdId,
    fee: plain(order.fee),
    feeCcy: order.ccy,
    fillPx: lastFill ? plain(lastFill.px) : '',
    fillSz: lastFill ? plain(lastFill.sz) : '0',
    fillTime: lastFill ? String(lastFill.atMs) : '',
    instId: order.instId,
    instType: 'SWAP',
    isTpLimit: 'false',
    lever: leverText(order.lever),
    linkedAlgoOrd: { algoId: '' },
    ordId: order.ordId,
    ordType: order.ordType,
    pnl: plain(order.pnl),
    posSide: order.posSide,
    px: order.px ? plain(order.px) : '',
    pxType: '',
    pxUsd: '',
    pxVol: '',
    quickMgnType: '',
    rebate: '0',
    rebateCcy: order.ccy,
    reduceOnly: String(order.reduceOnly),
    side: order.side,
    slOrdPx: '',
    slTriggerPx: '',
    slTriggerPxType: '',
    source: order.source,
    state: order.state,
    stpId: '',
    stpMode: isForced ? '' : 'cancel_maker',
    sz: plain(order.sz),
    tag: '',
    tdMode: order.tdMode,
    tgtCcy: '',
    tpOrdPx: '',
    tpTriggerPx: '',
    tpTriggerPxType: '',
    tradeId: isForced ? '0' : (lastFill?.tradeId ?? ''),
    tradeQuoteCcy: '',
    uTime: String(order.uTime),
  };
}
