import type { Account, Row } from './strangeExchange.ts';

// Accounts written row by row, with the fields of the recorded rows; every amount of a close is said by the test itself.

const ID_EPOCH_MS = 1_672_502_400_000;
let sequence = 0;
/** An id of the exchange's kind, of a moment. */
export function idAt(ms: number): string {
  sequence += 1;
  return String((BigInt(ms - ID_EPOCH_MS) << 25n) + BigInt(sequence));
}

export type Kind = 'trade' | 'partial_liquidation' | 'full_liquidation' | 'adl';
export type PosSide = 'long' | 'short' | 'net';
export type Step = {
  ms: number;
  side: 'buy' | 'sell';
  sz: string;
  px?: string;
  kind?: Kind;
  /** What it does to the trader's equity: "-0.5" is a fee of 0.5. */
  equity: string;
  ordId?: string;
  posSide?: PosSide;
  instId?: string;
  lever?: string;
};

export function subTypeOf(posSide: PosSide, side: 'buy' | 'sell', kind: Kind): string {
  const first = { partial_liquidation: 100, full_liquidation: 104, adl: 125, trade: 0 }[kind];
  if (kind === 'trade') {
    if (posSide === 'net') return side === 'buy' ? '1' : '2';
    if (posSide === 'long') return side === 'buy' ? '3' : '5';
    return side === 'sell' ? '4' : '6';
  }
  if (posSide === 'net') return String(first + (side === 'buy' ? 2 : 3));
  return String(first + (posSide === 'long' ? 0 : 1));
}

export const emptyAccount = (config: Row = {}): Account => ({
  config: {
    acctLv: '2',
    ip: '',
    label: 'x',
    mainUid: '700700',
    perm: 'read_only',
    posMode: 'long_short_mode',
    uid: '700700',
    ...config,
  },
  orders: [],
  bills: [],
  fills: [],
  history: [],
  positions: [],
});

/** Writes the order, bill and fill of one step; answers the order's id. Steps of one ordId make it an order of several fills. */
export function step(account: Account, input: Step): string {
  const { ms, side, sz, px = '100000', kind = 'trade', equity, posSide = 'long' } = input;
  const { instId = 'BTC-USDT-SWAP', lever = '50.0', ordId = idAt(ms) } = input;
  const billId = idAt(ms);
  const subType = subTypeOf(posSide, side, kind);
  const tradeId = kind === 'trade' ? String(1_900_000_000 + sequence) : `-${idAt(ms)}`;
  const common = { billId, instId, instType: 'SWAP', ordId, subType, tradeId, clOrdId: '', tag: '', execType: '' };
  account.bills.push({
    ...common,
    bal: '50.123456789012',
    balChg: '0.000000000000',
    ccy: 'USDT',
    earnAmt: '',
    fee: '0',
    fillTime: String(ms - 1),
    from: '',
    interest: '0',
    mgnMode: 'isolated',
    notes: '',
    pnl: equity,
    posBal: '0',
    posBalChg: equity,
    px,
    sz,
    ts: String(ms),
    type: { trade: '2', partial_liquidation: '5', full_liquidation: '5', adl: '9' }[kind],
  });
  account.fills.push({
    ...common,
    fee: '0',
    feeCcy: 'USDT',
    fillPnl: equity,
    fillPx: `${px}.0`,
    fillSz: `${sz}${sz.includes('.') ? '' : '.0'}`,
    fillTime: String(ms - 1),
    posSide,
    side,
    ts: String(ms),
  });
  const known = account.orders.find((order) => order['ordId'] === ordId);
  if (known) Object.assign(known, { accFillSz: String(Number(known['accFillSz']) + Number(sz)), uTime: String(ms) });
  else
    account.orders.push({
      accFillSz: sz,
      algoId: '',
      avgPx: px,
      cTime: String(ms - 2),
      category: kind === 'trade' ? 'normal' : kind,
      ccy: 'USDT',
      fillTime: String(ms - 1),
      instId,
      instType: 'SWAP',
      lever,
      ordId,
      ordType: 'limit',
      posSide,
      px,
      reduceOnly: kind === 'trade' ? 'false' : 'true',
      side,
      source: '',
      state: 'filled',
      sz,
      tdMode: 'isolated',
      tradeId: kind === 'trade' ? tradeId : '0',
      uTime: String(ms),
    });
  return ordId;
}

/** The closed position's row; `posId` is one slot unless a test says otherwise. */
export function ended(account: Account, row: Row): Row {
  const life: Row = {
    ccy: 'USDT',
    closeAvgPx: '99000',
    direction: 'long',
    fee: '-0.1',
    fundingFee: '0',
    instId: 'BTC-USDT-SWAP',
    instType: 'SWAP',
    lever: '50.0',
    liqPenalty: '0',
    mgnMode: 'isolated',
    openAvgPx: '100000',
    pnlRatio: '-1',
    posId: '2500000000000000001',
    posSide: 'long',
    settledPnl: '',
    triggerPx: row['type'] === '3' || row['type'] === '4' || row['type'] === '5' ? '98900.5' : '',
    uly: 'BTC-USDT',
    ...row,
  };
  account.history.push(life);
  return life;
}

export function live(account: Account, row: Row): Row {
  const position: Row = {
    adl: '1',
    avgPx: '100000',
    instId: 'BTC-USDT-SWAP',
    instType: 'SWAP',
    lever: '50.0',
    liqPx: '98450.123',
    margin: '20.0',
    mgnMode: 'isolated',
    mgnRatio: '9',
    pos: '1',
    posId: '2500000000000000001',
    posSide: 'long',
    ...row,
  };
  account.positions.push(position);
  return position;
}
