import { DAY_MS, MINUTE_MS, type EpochMs } from '@liqpass/kernel/time';
import type { Account, Exchange } from '../domain/exchange.ts';
import { plain } from '../domain/figures.ts';
import { instrumentOf, INSTRUMENTS, type Instrument } from '../domain/instruments.ts';
import type { Stored } from '../domain/okxRow.ts';
import { latestHistories, positionRows } from '../domain/reading.ts';
import { indexAt, markAt } from '../market/market.ts';
import { candleRows } from './candles.ts';
import { noSuchInstrument, noSuchOrder, parameterEmpty, parameterWrong } from './okxError.ts';
import { pageOf, wholeOf, withinReach, type Query } from './pages.ts';

/** What an endpoint answers from. `lateMs`: how late rows are published just now. */
export type Reading = {
  readonly exchange: Exchange;
  readonly query: Query;
  readonly nowMs: EpochMs;
  readonly lateMs: number;
  /** Rows of system/status. */
  readonly maintenance: readonly Readonly<Record<string, string>>[];
};

const ARCHIVE_MS = 90 * DAY_MS;
const BILLS_MS = 7 * DAY_MS;
/** Seen: an order of 35 days ago was still answered. */
const ORDER_MS = 35 * DAY_MS;
/** A canceled order that never filled is forgotten after two hours. */
const CANCELED_MS = 120 * MINUTE_MS;

function needed(query: Query, name: string): string {
  const value = query[name];
  if (value === undefined || value === '') throw parameterEmpty(name);
  return value;
}

function onlySwap(query: Query, isNeeded: boolean): void {
  const instType = isNeeded ? needed(query, 'instType') : (query['instType'] ?? '');
  if (!['', 'SWAP', 'SPOT', 'MARGIN', 'FUTURES', 'OPTION', 'ANY'].includes(instType)) throw parameterWrong('instType');
}

const isVisible = (row: Stored, { nowMs, lateMs }: Reading): boolean => row.visibleMs + lateMs <= nowMs;

export const PRIVATE: Record<string, (account: Account, reading: Reading) => readonly unknown[]> = {
  '/api/v5/account/config': (account) => [
    {
      acctLv: '2',
      acctStpMode: 'cancel_maker',
      autoLoan: false,
      ctIsoMode: 'automatic',
      enableSpotBorrow: false,
      feeType: '0',
      greeksType: 'PA',
      ip: account.ip.join(','),
      kycLv: '2',
      label: account.label,
      level: 'Lv1',
      levelTmp: '',
      liquidationGear: '-1',
      mainUid: account.mainUid,
      mgnIsoMode: 'automatic',
      opAuth: '0',
      perm: account.perm.join(','),
      posMode: account.posMode,
      roleType: '0',
      settleCcy: 'USDT',
      settleCcyList: ['USDT'],
      spotBorrowAutoRepay: false,
      spotOffsetType: '',
      spotRoleType: '0',
      spotTraderInsts: [],
      stgyType: '0',
      traderInsts: [],
      type: account.mainUid === account.uid ? '0' : '1',
      uid: account.uid,
    },
  ],

  '/api/v5/account/positions': (account, { exchange, query, nowMs }) =>
    positionRows(exchange, account, nowMs).filter((row) =>
      ['instType', 'instId', 'posId'].every((name) => {
        const value = query[name];
        return value === undefined || value === '' || value.split(',').includes(String(row[name]));
      }),
    ),

  '/api/v5/account/positions-history': (account, reading) => {
    onlySwap(reading.query, false);
    const isThere = withinReach(reading.nowMs, reading.lateMs, ARCHIVE_MS);
    const rows = latestHistories(account, isThere);
    return pageOf(rows, reading.query, ['instType', 'instId', 'mgnMode', 'type', 'posId'], false);
  },

  '/api/v5/account/bills': (account, reading) => bills(account, reading, BILLS_MS),
  '/api/v5/account/bills-archive': (account, reading) => bills(account, reading, ARCHIVE_MS),

  '/api/v5/trade/order': (account, reading) => {
    const { query, nowMs } = reading;
    const instId = needed(query, 'instId');
    if (!instrumentOf(instId)) throw noSuchInstrument();
    if ((query['ordId'] ?? '') === '' && (query['clOrdId'] ?? '') === '') throw parameterEmpty('ordId or clOrdId');
    const ordId = wholeOf(query, 'ordId');
    const order = [...account.orders.values()].find((stored) =>
      ordId === null ? stored.row['clOrdId'] === query['clOrdId'] : stored.id === ordId,
    );
    if (!order || order.row['instId'] !== instId || !isVisible(order, reading) || isForgotten(order, nowMs, ORDER_MS))
      throw noSuchOrder();
    return [order.row];
  },

  '/api/v5/trade/orders-history-archive': (account, reading) => {
    const { query, nowMs, lateMs } = reading;
    onlySwap(query, true);
    const isThere = withinReach(nowMs, lateMs, ARCHIVE_MS);
    const rows = [...account.orders.values()].filter(
      (stored) => isThere(stored) && isOver(stored) && !isForgotten(stored, nowMs, ARCHIVE_MS),
    );
    return pageOf(rows, query, ['instType', 'instId', 'ordType', 'state', 'category'], true);
  },

  '/api/v5/trade/fills-history': (account, reading) => {
    onlySwap(reading.query, true);
    const rows = [...account.fills.values()].filter(withinReach(reading.nowMs, reading.lateMs, ARCHIVE_MS));
    return pageOf(rows, reading.query, ['instType', 'instId', 'ordId', 'subType'], true);
  },
};

function bills(account: Account, { query, nowMs, lateMs }: Reading, reachMs: number): readonly unknown[] {
  onlySwap(query, false);
  const rows = [...account.bills.values()].filter(withinReach(nowMs, lateMs, reachMs));
  return pageOf(rows, query, ['instType', 'instId', 'ccy', 'mgnMode', 'type', 'subType'], true);
}

const isOver = (order: Stored): boolean => order.row['state'] === 'filled' || order.row['state'] === 'canceled';

function isForgotten(order: Stored, nowMs: EpochMs, reachMs: number): boolean {
  if (!isOver(order)) return false;
  const isEmpty = order.row['state'] === 'canceled' && order.row['accFillSz'] === '0';
  return Number(order.row['uTime']) <= nowMs - (isEmpty ? Math.min(CANCELED_MS, reachMs) : reachMs);
}

export const PUBLIC: Record<string, (reading: Reading) => readonly unknown[]> = {
  '/api/v5/public/time': ({ nowMs }) => [{ ts: String(nowMs) }],

  '/api/v5/system/status': ({ maintenance, query }) =>
    maintenance.filter((row) => (query['state'] ?? '') === '' || row['state'] === query['state']),

  '/api/v5/public/instruments': ({ query }) => {
    onlySwap(query, true);
    return asked(query).map(instrumentRow);
  },

  '/api/v5/public/position-tiers': ({ query }) => {
    onlySwap(query, true);
    needed(query, 'tdMode');
    if ((query['instFamily'] ?? '') === '' && (query['uly'] ?? '') === '' && (query['instId'] ?? '') === '')
      throw parameterEmpty('instFamily');
    return asked(query).flatMap((instrument) =>
      instrument.tiers.map((tier) => ({
        baseMaxLoan: '',
        imr: plain({ n: tier.maxLever.d, d: tier.maxLever.n }),
        instFamily: instrument.family,
        instId: '',
        maxLever: plain(tier.maxLever),
        maxSz: plain(tier.maxSz),
        minSz: plain(tier.minSz),
        mmr: plain(tier.mmr),
        optMgnFactor: '0',
        quoteMaxLoan: '',
        tier: String(tier.tier),
        uly: instrument.family,
      })),
    );
  },

  '/api/v5/public/mark-price': ({ exchange, query, nowMs }) => {
    onlySwap(query, true);
    return asked(query).flatMap((instrument) => {
      const market = exchange.markets.get(instrument.instId);
      return market
        ? [{ instId: instrument.instId, instType: 'SWAP', markPx: plain(markAt(market, nowMs)), ts: String(nowMs) }]
        : [];
    });
  },

  '/api/v5/market/index-tickers': ({ exchange, query, nowMs }) => {
    if ((query['instId'] ?? '') === '' && (query['quoteCcy'] ?? '') === '') throw parameterEmpty('instId or quoteCcy');
    const instruments = INSTRUMENTS.filter(
      ({ family }) => (query['instId'] ?? '') === '' || family === query['instId'],
    );
    if (instruments.length === 0) throw noSuchInstrument();
    return instruments.flatMap((instrument) => {
      const market = exchange.markets.get(instrument.instId);
      if (!market) return [];
      const px = (ms: EpochMs): string => plain(indexAt(market, ms));
      const day = [nowMs - DAY_MS, nowMs].map((ms) => ({ ms, px: px(ms) }));
      return [
        {
          instId: instrument.family,
          idxPx: px(nowMs),
          high24h: day.map((each) => each.px).toSorted((a, b) => Number(b) - Number(a))[0] ?? '',
          low24h: day.map((each) => each.px).toSorted((a, b) => Number(a) - Number(b))[0] ?? '',
          open24h: px(nowMs - DAY_MS),
          sodUtc0: px(Math.floor(nowMs / DAY_MS) * DAY_MS),
          sodUtc8: px(Math.floor((nowMs + DAY_MS / 3) / DAY_MS) * DAY_MS - DAY_MS / 3),
          ts: String(nowMs),
        },
      ];
    });
  },

  '/api/v5/market/mark-price-candles': (reading) => candles(reading, true),
  '/api/v5/market/history-mark-price-candles': (reading) => candles(reading, false),
};

function candles({ exchange, query, nowMs }: Reading, isRecent: boolean): readonly unknown[] {
  const market = exchange.markets.get(needed(query, 'instId'));
  if (!market) throw noSuchInstrument();
  return candleRows(market, query, nowMs, isRecent);
}

/** The instruments a query asks for; all of them where it names none. */
function asked(query: Query): Instrument[] {
  if (query['instType'] !== 'SWAP') return [];
  const { instId, instFamily, uly } = query;
  const families = (instFamily ?? uly ?? '').split(',').filter((text) => text !== '');
  const found = INSTRUMENTS.filter(
    (instrument) =>
      ((instId ?? '') === '' || instrument.instId === instId) &&
      (families.length === 0 || families.includes(instrument.family)),
  );
  if (found.length === 0) throw noSuchInstrument();
  return found;
}

/** A row of public/instruments, field by field as recorded. */
export const instrumentRow = (instrument: Instrument): Record<string, unknown> => ({
  alias: '',
  auctionEndTime: '',
  baseCcy: '',
  category: '1',
  contTdSwTime: '',
  ctMult: '1',
  ctType: 'linear',
  ctVal: plain(instrument.ctVal),
  ctValCcy: instrument.base,
  expTime: '',
  futureSettlement: false,
  instFamily: instrument.family,
  instId: instrument.instId,
  instIdCode: instrument.listing.instIdCode,
  instType: 'SWAP',
  lever: plain(instrument.maxLever),
  listTime: instrument.listing.listTime,
  lotSz: plain(instrument.lotSz),
  maxIcebergSz: '100000000.0000000000000000',
  maxLmtAmt: '20000000',
  maxLmtSz: '100000000',
  maxMktAmt: '',
  maxMktSz: instrument.listing.maxMktSz,
  maxStopSz: instrument.listing.maxMktSz,
  maxTriggerSz: '100000000.0000000000000000',
  maxTwapSz: '100000000.0000000000000000',
  minSz: plain(instrument.lotSz),
  openType: '',
  optType: '',
  preMktSwTime: '',
  quoteCcy: '',
  ruleType: 'normal',
  settleCcy: instrument.settleCcy,
  state: 'live',
  stk: '',
  tickSz: plain(instrument.tickSz),
  tradeQuoteCcyList: [],
  uly: instrument.family,
});
