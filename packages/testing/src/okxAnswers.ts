import type { OkxAccount, Row } from './okxAccount.ts';

// The exchange's own way of answering, over rows that a test made: filters, cursors, pages, codes.

export type OkxReply = { status: number; body: string };
export type OkxRows = Pick<OkxAccount, 'instId' | 'config' | 'orders' | 'bills' | 'fills' | 'history' | 'mark'> & {
  positions(): Row[];
};
export type AnswerOptions = {
  /** Rows a page holds, whatever was asked for. */
  pageSize?: number;
  nowMs?: number;
  /** Orders that only the archive knows. */
  archived?: ReadonlySet<string>;
};

export const okxRows = (rows: readonly unknown[]): OkxReply => ({
  status: 200,
  body: JSON.stringify({ code: '0', data: rows, msg: '' }),
});
export const okxError = (code: string, msg: string, status = 200): OkxReply => ({
  status,
  body: JSON.stringify({ code, data: [], msg }),
});

function page(
  rows: readonly Row[],
  query: URLSearchParams,
  cursor: string,
  time: string,
  options: AnswerOptions,
): OkxReply {
  const after = query.get('after');
  const limit = Math.min(Number(query.get('limit') ?? '100'), 100, options.pageSize ?? 100);
  const key = (row: Row): bigint => BigInt(String(row[cursor]));
  const inside = (row: Row): boolean =>
    (after === null || key(row) < BigInt(after)) &&
    (query.get('begin') === null || Number(row[time]) >= Number(query.get('begin'))) &&
    (query.get('end') === null || Number(row[time]) <= Number(query.get('end'))) &&
    (query.get('instId') === null || row['instId'] === query.get('instId'));
  const sorted = rows.filter(inside).toSorted((a, b) => (key(a) < key(b) ? 1 : key(a) > key(b) ? -1 : 0));
  return okxRows(sorted.slice(0, limit));
}

function candles(account: OkxRows, query: URLSearchParams, nowMs: number, options: AnswerOptions): OkxReply {
  const step = query.get('bar') === '1H' ? 3_600_000 : 60_000;
  const limit = Math.min(Number(query.get('limit') ?? '100'), 100, options.pageSize ?? 100);
  const before = Math.min(Number(query.get('after') ?? nowMs), nowMs);
  const rows: string[][] = [];
  for (let ts = Math.ceil(before / step) * step - step; rows.length < limit; ts -= step) {
    const px = account.mark.at(ts);
    rows.push([String(ts), px, px, px, px, ts + step <= nowMs ? '1' : '0']);
  }
  return okxRows(rows);
}

/** What the exchange answers to a request target (path and query) about this account. */
export function okxAnswer(account: OkxRows, target: string, options: AnswerOptions = {}): OkxReply {
  const nowMs = options.nowMs ?? Date.now();
  const url = new URL(target, 'http://exchange');
  const query = url.searchParams;
  const ofInstrument = (row: Row): boolean => query.get('instId') === null || row['instId'] === query.get('instId');
  switch (url.pathname.replace('/api/v5/', '')) {
    case 'account/config':
      return okxRows([account.config]);
    case 'trade/order': {
      const order = account.orders.find((row) => row['ordId'] === query.get('ordId') && ofInstrument(row));
      const isArchived = options.archived?.has(query.get('ordId') ?? '') === true;
      return order && !isArchived ? okxRows([order]) : okxError('51603', 'Order does not exist');
    }
    case 'trade/orders-history-archive':
      return page(account.orders, query, 'ordId', 'cTime', options);
    case 'trade/fills-history':
      return query.get('instType') === null
        ? okxError('50014', 'Parameter instType can not be empty')
        : page(account.fills, query, 'billId', 'ts', options);
    case 'account/bills':
      return okxRows([]);
    case 'account/bills-archive':
      return page(account.bills, query, 'billId', 'ts', options);
    case 'account/positions':
      return okxRows(account.positions().filter(ofInstrument));
    case 'account/positions-history':
      return page(account.history, query, 'uTime', 'uTime', options);
    case 'public/time':
      return okxRows([{ ts: String(nowMs) }]);
    case 'public/mark-price':
      return okxRows([{ instType: 'SWAP', instId: account.instId, markPx: account.mark.at(nowMs), ts: String(nowMs) }]);
    case 'market/index-tickers':
      return okxRows([
        { instId: account.instId.replace('-SWAP', ''), idxPx: account.mark.at(nowMs), ts: String(nowMs) },
      ]);
    case 'public/instruments':
      return okxRows([{ instType: 'SWAP', instId: account.instId, ctVal: '0.01', ctMult: '1', settleCcy: 'USDT' }]);
    case 'public/position-tiers':
      return okxRows([
        { tier: '1', minSz: '0', maxSz: '1000', mmr: '0.004' },
        { tier: '2', minSz: '1000.01', maxSz: '5000', mmr: '0.005' },
      ]);
    case 'market/mark-price-candles':
    case 'market/history-mark-price-candles':
      return candles(account, query, nowMs, options);
    default:
      return { status: 404, body: JSON.stringify({ code: '404', msg: 'Not found' }) };
  }
}
