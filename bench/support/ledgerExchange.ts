import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

// An exchange with one account whose ledger may be very long: pages are cut from rows that are sorted once, so that what is measured is
// jp-verify and not this.

type Row = Readonly<Record<string, string>>;
export type LedgerAccount = { bills: Row[]; fills: Row[]; orders: Row[]; history: Row[]; positions: Row[] };

export const INST_ID = 'BTC-USDT-SWAP';
const idOf = (ms: number, sequence: number): string =>
  ((BigInt(ms - 1_672_502_400_000) << 25n) + BigInt(sequence)).toString();

/** A long that was added to and taken from until it has so many bills; open still, or then liquidated. */
export function accountOf(
  bills: number,
  startMs: number,
  stepMs: number,
  isLiquidated: boolean,
): { account: LedgerAccount; ordId: string; endMs: number } {
  const account: LedgerAccount = { bills: [], fills: [], orders: [], history: [], positions: [] };
  const ordId = idOf(startMs, 1);
  let held = 0;
  let most = 0;
  const trade = (at: number, adds: boolean, hundredths: number, order: string, isForced: boolean): void => {
    const sz = (hundredths / 100).toFixed(2);
    held += adds ? hundredths : -hundredths;
    most = Math.max(most, held);
    const billId = idOf(at, 100 + account.bills.length);
    const subType = isForced ? '104' : adds ? '3' : '5';
    const tradeId = isForced ? `-${billId}` : String(1_000_000_000 + account.bills.length);
    const common = {
      billId,
      ordId: order,
      instId: INST_ID,
      instType: 'SWAP',
      subType,
      tradeId,
      execType: isForced ? '' : 'T',
    };
    const times = { ts: String(at), fillTime: String(isForced ? at : at - 1) };
    const equity = isForced ? '-190' : '-0.0012';
    account.bills.push({
      ...common,
      ...times,
      type: isForced ? '5' : '2',
      mgnMode: 'isolated',
      ccy: 'USDT',
      sz,
      px: '100000',
      pnl: equity,
      fee: '0',
      balChg: '0',
      posBalChg: equity,
      bal: '50.123456789012',
      posBal: '200',
      interest: '0',
      notes: '',
      tag: '',
      clOrdId: '',
      from: '',
      earnAmt: '',
      earnApr: '',
      fillFwdPx: '',
      fillIdxPx: '100001.3',
      fillMarkPx: '100000.7',
      fillMarkVol: '',
      fillPxUsd: '',
      fillPxVol: '',
      to: '',
    });
    account.fills.push({
      ...common,
      ...times,
      side: adds ? 'buy' : 'sell',
      posSide: 'long',
      fillSz: sz,
      fillPx: '100000',
      fillPnl: '0',
      fee: '-0.0012',
      feeCcy: 'USDT',
      feeRate: '-0.0005',
      clOrdId: '',
      tag: '',
    });
    const known = account.orders.some((each) => each['ordId'] === order);
    if (order === ordId || isForced)
      if (!known)
        account.orders.push({
          ordId: order,
          instId: INST_ID,
          instType: 'SWAP',
          tdMode: 'isolated',
          side: adds ? 'buy' : 'sell',
          posSide: 'long',
          state: 'filled',
          accFillSz: sz,
          sz,
          avgPx: '100000',
          lever: '50',
          category: isForced ? 'full_liquidation' : 'normal',
          cTime: String(at - 2),
          uTime: String(at),
        });
  };
  trade(startMs, true, 100_003, ordId, false);
  let at = startMs + 30 * 60_000;
  for (let index = 1; index < bills - (isLiquidated ? 1 : 0); index += 1) {
    at += stepMs;
    const adds = held < 50_000 || (held < 150_000 && index % 2 === 1);
    trade(at, adds, 7 + ((index * 7_919) % 997), idOf(at, 50), false);
  }
  at += 60_000;
  const life = {
    posId: '2500000000000000001',
    cTime: String(startMs),
    instId: INST_ID,
    instType: 'SWAP',
    mgnMode: 'isolated',
    posSide: 'long',
    lever: '50',
    ccy: 'USDT',
  };
  if (isLiquidated) {
    trade(at, false, held, idOf(at, 60), true);
    account.history.push({
      ...life,
      uTime: String(at),
      type: '3',
      direction: 'long',
      triggerPx: '98000',
      openMaxPos: (most / 100).toFixed(2),
      closeTotalPos: '',
      realizedPnl: '',
    });
  } else
    account.positions.push({
      ...life,
      uTime: String(at),
      pos: (held / 100).toFixed(2),
      avgPx: '100000',
      margin: '2000',
      liqPx: '98450.1',
      markPx: '100000',
      upl: '0',
    });
  account.bills.reverse();
  account.fills.reverse();
  return { account, ordId, endMs: at };
}

/** Requests in two seconds, by the documentation. */
const LIMITS: Record<string, number> = { 'account/bills-archive': 5, 'trade/fills-history': 10 };

export type LedgerExchange = { readonly url: string; account: LedgerAccount; refusals: number; close(): Promise<void> };

/** Starts it: each answer takes `delayMs`; with `isLimited` it refuses what is more than the documentation allows. */
export async function startLedgerExchange(
  account: LedgerAccount,
  delayMs: number,
  isLimited: boolean,
): Promise<LedgerExchange> {
  const asked = new Map<string, number[]>();
  const state = { account, refusals: 0 };
  const isTooMuch = (endpoint: string): boolean => {
    const limit = LIMITS[endpoint];
    if (!isLimited || limit === undefined) return false;
    const times = (asked.get(endpoint) ?? []).filter((time) => time > performance.now() - 2_000);
    times.push(performance.now());
    asked.set(endpoint, times);
    return times.length > limit;
  };
  const pageOf = (rows: readonly Row[], query: URLSearchParams): readonly Row[] => {
    const after = query.get('after');
    if (after === null) return rows.slice(0, 100);
    // Sorted from the newest: the first row older than the cursor.
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (BigInt(rows[middle]?.['billId'] ?? '0') < BigInt(after)) high = middle;
      else low = middle + 1;
    }
    return rows.slice(low, low + 100);
  };
  const rowsOf = (endpoint: string, query: URLSearchParams, nowMs: number): readonly unknown[] | null => {
    const { bills, fills, orders, history, positions } = state.account;
    switch (endpoint) {
      case 'public/time':
        return [{ ts: String(nowMs) }];
      case 'account/config':
        return [{ uid: '700700', mainUid: '700700', perm: 'read_only', ip: '', label: '', posMode: 'long_short_mode' }];
      case 'trade/order':
        return orders.filter((order) => order['ordId'] === query.get('ordId'));
      case 'trade/orders-history-archive':
        return [];
      case 'account/positions':
        return positions;
      case 'account/positions-history':
        return query.get('after') === null ? history : [];
      case 'account/bills-archive':
        return pageOf(bills, query);
      case 'trade/fills-history':
        return pageOf(fills, query);
      case 'public/instruments':
        return [{ instId: INST_ID, ctVal: '0.01', ctMult: '1', tickSz: '0.1' }];
      case 'public/mark-price':
        return [{ instId: INST_ID, markPx: '100000' }];
      default:
        return null;
    }
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://exchange');
    const endpoint = url.pathname.replace('/api/v5/', '');
    const refuse = isTooMuch(endpoint);
    if (refuse) state.refusals += 1;
    const data = rowsOf(endpoint, url.searchParams, Date.now());
    const body = refuse
      ? { code: '50011', msg: 'Too Many Requests', data: [] }
      : data === null
        ? { code: '404', msg: 'Not found' }
        : { code: '0', msg: '', data };
    void wait(delayMs).then(() => {
      response.writeHead(refuse ? 429 : data === null ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return Object.assign(state, {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  });
}
