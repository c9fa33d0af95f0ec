import { PAGE_SIZE } from './reader.ts';

// The requests of a proof: path and query exactly as they are signed and sent. Instrument and order ids hold nothing
// that a query would have to escape.

export const CONFIG_TARGET = '/api/v5/account/config';

/** What the exchange says of its own maintenance; one call in 5 s is allowed. */
export const SYSTEM_STATUS_TARGET = '/api/v5/system/status';

export const orderTarget = (instId: string, ordId: string): string =>
  `/api/v5/trade/order?instId=${instId}&ordId=${ordId}`;

/** One order in the archive: `after` is exclusive, so the id after it. */
export const archivedOrderTarget = (instId: string, ordId: string): string =>
  `/api/v5/trade/orders-history-archive?instType=SWAP&instId=${instId}&after=${BigInt(ordId) + 1n}&limit=1`;

export const positionsTarget = (instId: string): string => `/api/v5/account/positions?instType=SWAP&instId=${instId}`;

/** Of every instrument. */
export const allPositionsTarget = '/api/v5/account/positions?instType=SWAP';

export const historyTarget = (instId: string): string =>
  `/api/v5/account/positions-history?instType=SWAP&instId=${instId}&limit=${PAGE_SIZE}`;

/** `bills` alone reaches back 7 days and answers [] for older trades: the archive has all. */
export const billsTarget = (instId: string, beginMs: number): string =>
  `/api/v5/account/bills-archive?instType=SWAP&instId=${instId}&begin=${beginMs}&limit=${PAGE_SIZE}`;

/** Of the bills, those of margin put in or taken out by hand (type 6). */
export const marginBillsTarget = (instId: string, beginMs: number): string =>
  `/api/v5/account/bills-archive?instType=SWAP&instId=${instId}&type=6&begin=${beginMs}&limit=${PAGE_SIZE}`;

export const fillsTarget = (instId: string, beginMs: number): string =>
  `/api/v5/trade/fills-history?instType=SWAP&instId=${instId}&begin=${beginMs}&limit=${PAGE_SIZE}`;

export const markCandlesTarget = (
  source: 'mark-price-candles' | 'history-mark-price-candles',
  instId: string,
  afterMs: number,
  bar = '1m',
  limit = PAGE_SIZE,
): string => `/api/v5/market/${source}?instId=${instId}&bar=${bar}&after=${afterMs}&limit=${limit}`;

export const markPriceTarget = (instId: string): string => `/api/v5/public/mark-price?instType=SWAP&instId=${instId}`;
export const instrumentTarget = (instId: string): string => `/api/v5/public/instruments?instType=SWAP&instId=${instId}`;
/** Tiers are by family: BTC-USDT of BTC-USDT-SWAP. */
export const tiersTarget = (instId: string): string =>
  `/api/v5/public/position-tiers?instType=SWAP&tdMode=isolated&instFamily=${instId.split('-').slice(0, 2).join('-')}`;
