import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';

// A second exchange to test against, written from the exchange's documentation and not from the one in packages/testing:
// it keeps other habits. Accounts are told apart by their key; each may have habits of its own.

export type Row = Record<string, unknown>;
export type Account = { config: Row; orders: Row[]; bills: Row[]; fills: Row[]; history: Row[]; positions: Row[] };
export type Said = { status: number; body: string; html?: true };
export type Habits = {
  /** Answers everything since the beginning of time, whatever `begin` says. */
  ignoresBegin?: true;
  /** Rows at the cursor itself come again. */
  inclusiveCursor?: true;
  /** Rows within a page in no order. */
  shuffled?: true;
  /** Most rows a page holds, whatever was asked for. */
  mostRows?: number;
  /** Rows of other instruments and of cross margin in between, whatever was asked for. */
  mixesIn?: true;
  /** Only the archive knows these orders. */
  archived?: readonly string[];
  candles?: (minuteMs: number) => readonly [low: string, high: string];
  /** Answers instead, by the endpoint and how often it was asked on this account; undefined: the usual. */
  instead?: (endpoint: string, nth: number, usual: Said) => Said | undefined;
};
export type Tenant = { apiKey: string; secretKey: string; passphrase: string; account: Account; habits: Habits };

export const rows = (data: readonly unknown[]): Said => ({
  status: 200,
  body: JSON.stringify({ data, msg: '', code: '0' }),
});
export const refused = (code: string, msg = '', status = 200, withData = true): Said => ({
  status,
  body: JSON.stringify({ msg, code, ...(withData ? { data: [] } : {}) }),
});

/** Requests in two seconds, by the documentation. */
const LIMITS: Record<string, number> = {
  'account/config': 5,
  'trade/order': 60,
  'trade/orders-history-archive': 20,
  'trade/fills-history': 10,
  'account/bills-archive': 5,
  'account/positions': 10,
  'account/positions-history': 10,
  'market/mark-price-candles': 20,
  'market/history-mark-price-candles': 20,
};

function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map((item, at) => ({ item, key: (at * 7_919) % 101 }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

function list(
  all: readonly Row[],
  query: URLSearchParams,
  cursorField: string,
  timeField: string,
  habits: Habits,
): Said {
  const number = (row: Row, field: string): bigint => BigInt(String(row[field]));
  const [after, before] = [query.get('after'), query.get('before')];
  const [begin, end] = [query.get('begin'), query.get('end')];
  const limit = Number(query.get('limit') ?? '100');
  if (!(limit >= 1 && limit <= 100)) return refused('51000', 'Parameter limit error');
  if (query.get('instType') !== null && query.get('instType') !== 'SWAP')
    return refused('51000', 'Parameter instType error');
  const instId = query.get('instId');
  const found = all.filter((row) => {
    const isOther = row['mixedIn'] === true;
    if (instId !== null && row['instId'] !== instId && !isOther) return false;
    const key = number(row, cursorField);
    if (after !== null && (habits.inclusiveCursor ? key > BigInt(after) : key >= BigInt(after))) return false;
    if (before !== null && key <= BigInt(before)) return false;
    if (habits.ignoresBegin) return true;
    return (
      (begin === null || number(row, timeField) > BigInt(begin)) &&
      (end === null || number(row, timeField) < BigInt(end))
    );
  });
  found.sort((a, b) => (number(b, cursorField) > number(a, cursorField) ? 1 : -1));
  const page = found.slice(0, Math.min(limit, habits.mostRows ?? 100));
  return rows(habits.shuffled ? shuffle(page) : page);
}

function candles(query: URLSearchParams, nowMs: number, habits: Habits): Said {
  const limit = Math.min(Number(query.get('limit') ?? '100'), 100);
  const data: string[][] = [];
  const before = Math.min(Number(query.get('after') ?? nowMs), nowMs);
  for (let ts = Math.ceil(before / 60_000) * 60_000 - 60_000; data.length < limit; ts -= 60_000) {
    const [low, high] = habits.candles?.(ts) ?? ['100000', '100000'];
    data.push([String(ts), high, high, low, low, '1']);
  }
  return rows(data);
}

function answer({ account, habits }: Tenant, endpoint: string, query: URLSearchParams, nowMs: number): Said {
  const { config, orders, bills, fills, history, positions } = account;
  const instId = query.get('instId');
  switch (endpoint) {
    case 'account/config':
      return rows([config]);
    case 'trade/order': {
      if (instId === null) return refused('50014', 'Parameter instId can not be empty.', 400);
      const order = orders.find((row) => row['ordId'] === query.get('ordId') && row['instId'] === instId);
      return order && !habits.archived?.includes(String(order['ordId']))
        ? rows([order])
        : refused('51603', 'Order does not exist');
    }
    case 'trade/orders-history-archive':
      return query.get('instType') === null ? refused('50014', '', 400) : list(orders, query, 'ordId', 'cTime', habits);
    case 'trade/fills-history':
      return query.get('instType') === null ? refused('50014', '', 400) : list(fills, query, 'billId', 'ts', habits);
    case 'account/bills':
      return rows([]);
    case 'account/bills-archive':
      return list(bills, query, 'billId', 'ts', habits);
    case 'account/positions':
      return rows(positions.filter((row) => row['mixedIn'] === true || instId === null || row['instId'] === instId));
    case 'account/positions-history':
      return list(history, query, 'uTime', 'uTime', habits);
    case 'public/mark-price':
      return rows([{ instId, instType: 'SWAP', markPx: '100000.0', ts: String(nowMs) }]);
    case 'public/instruments':
      return rows([{ instId, ctVal: instId?.startsWith('ETH') ? '0.1' : '0.01', ctMult: '1', settleCcy: 'USDT' }]);
    case 'market/mark-price-candles':
    case 'market/history-mark-price-candles':
      return candles(query, nowMs, habits);
    default:
      return { status: 404, body: '{"msg":"Not found","code":"404"}' };
  }
}

export type StrangeExchange = {
  readonly url: string;
  readonly tenants: Map<string, Tenant>;
  /** Requests that broke a rule of the documentation. */
  readonly offences: string[];
  /** By how much its clock is ahead. */
  skewMs: number;
  close(): Promise<void>;
};

/** Starts it; `limitMs` is the span that requests are counted in. */
export async function startStrangeExchange(limitMs: number): Promise<StrangeExchange> {
  const tenants = new Map<string, Tenant>();
  const asked = new Map<string, number[]>();
  const offences: string[] = [];
  const state = { skewMs: 0 };

  const isTooMuch = (who: string, endpoint: string): boolean => {
    const times = (asked.get(`${who} ${endpoint}`) ?? []).filter((time) => time > performance.now() - limitMs);
    times.push(performance.now());
    asked.set(`${who} ${endpoint}`, times);
    return times.length > (LIMITS[endpoint] ?? 10);
  };

  function reply(request: IncomingMessage): Said {
    const target = request.url ?? '';
    const url = new URL(target, 'http://exchange');
    const endpoint = url.pathname.replace('/api/v5/', '');
    const nowMs = Date.now() + state.skewMs;
    if (request.method !== 'GET') {
      offences.push(`${request.method} ${target}`);
      return refused('50115', 'Invalid request method', 405);
    }
    if (request.headers['x-simulated-trading'] !== undefined) offences.push(`x-simulated-trading ${target}`);
    if (endpoint === 'public/time') return rows([{ ts: String(nowMs) }]);
    const isPublic = endpoint.startsWith('public/') || endpoint.startsWith('market/');
    const header = (name: string): string => String(request.headers[name] ?? '');
    const tenant = tenants.get(header('ok-access-key'));
    if (isPublic) return answer(tenant ?? publicTenant(tenants, url.searchParams), endpoint, url.searchParams, nowMs);
    if (!tenant) return refused('50119', "API key doesn't exist", 401, false);
    if (isTooMuch(tenant.apiKey, endpoint)) {
      offences.push(`too many ${endpoint}`);
      return refused('50011', 'Too Many Requests', 429);
    }
    const timestamp = header('ok-access-timestamp');
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(timestamp))
      return refused('50112', 'Invalid OK-ACCESS-TIMESTAMP', 401);
    if (Math.abs(Date.parse(timestamp) - nowMs) > 30_000)
      return refused('50102', 'Timestamp request expired', 401, false);
    if (header('ok-access-passphrase') !== tenant.passphrase)
      return refused('50105', 'Passphrase incorrect', 401, false);
    const sign = createHmac('sha256', tenant.secretKey).update(`${timestamp}GET${target}`).digest('base64');
    if (sign !== header('ok-access-sign')) return refused('50113', 'Invalid Sign', 401, false);
    const nth = asked.get(`${tenant.apiKey} all ${endpoint}`)?.length ?? 0;
    asked.set(
      `${tenant.apiKey} all ${endpoint}`,
      Array.from({ length: nth + 1 }, () => 0),
    );
    const usual = answer(tenant, endpoint, url.searchParams, nowMs);
    return tenant.habits.instead?.(endpoint, nth + 1, usual) ?? usual;
  }

  const server = createServer((request, response) => {
    const { status, body, html } = reply(request);
    response.writeHead(status, { 'content-type': html ? 'text/html' : 'application/json; charset=utf-8' }).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    tenants,
    offences,
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  });
}

/** Candles are public: whoever has an opinion about an instrument's price is asked for it. */
function publicTenant(tenants: ReadonlyMap<string, Tenant>, query: URLSearchParams): Tenant {
  const instId = query.get('instId');
  const account: Account = { config: {}, orders: [], bills: [], fills: [], history: [], positions: [] };
  const nobody: Tenant = { apiKey: '', secretKey: '', passphrase: '', account, habits: {} };
  return (
    [...tenants.values()].find(
      ({ habits, account: { orders } }) => habits.candles !== undefined && orders[0]?.['instId'] === instId,
    ) ?? nobody
  );
}
