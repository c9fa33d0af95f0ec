import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import {
  BTC,
  LIQUIDATION,
  openExchange,
  openPosition,
  recorded,
  recordedInstrument,
  recordingsMissing,
  ROUND_TRIP,
  shapeOf,
  type Json,
} from '../../test/harness.ts';

const BILLS = '/api/v5/account/bills-archive?instType=SWAP';
const FILLS = '/api/v5/trade/fills-history?instType=SWAP';
const ORDERS = '/api/v5/trade/orders-history-archive?instType=SWAP';
const HISTORY = '/api/v5/account/positions-history?instType=SWAP';

/** Takes on 100x, is liquidated; opens again and closes. Rows newest first. */
async function lifeAsRecorded() {
  const exchange = await openExchange();
  await exchange.control('/marks', { instId: BTC, px: '117612.7' });
  const long = { instId: BTC, side: 'buy', posSide: 'long', lever: '100' };
  await exchange.control('/orders', { ...long, sz: '0.64', ordType: 'limit', px: '117625' });
  exchange.advance(3_837_000);
  await exchange.control('/marks', { instId: BTC, px: '116946.1' });
  exchange.advance(1_000);
  await exchange.control('/orders', { ...long, sz: '0.78', ordType: 'limit', px: '116940.5' });
  exchange.advance(1_000);
  await exchange.control('/marks', { instId: BTC, px: '116940.5' });
  exchange.advance(1_000);
  await exchange.control('/marks', { instId: BTC, px: '116980.8' });
  await exchange.control('/close', { instId: BTC });
  return exchange;
}

test('writes orders, fills and bills field by field as they were recorded', { skip: recordingsMissing() }, async () => {
  const exchange = await lifeAsRecorded();
  const shapes = (rows: Json[]): unknown[] => rows.map(shapeOf);
  const { orders, fills, bills } = {
    orders: await exchange.rows(ORDERS),
    fills: await exchange.rows(FILLS),
    bills: await exchange.rows(BILLS),
  };
  const of = (folder: string, ...files: string[]): Json[] => files.flatMap((file) => recorded(folder, file));
  // Newest first, as the exchange gives them.
  assert.deepEqual(
    shapes(orders),
    shapes([...of(ROUND_TRIP, 'close-order', 'open-order'), ...of(LIQUIDATION, 'forced-order', 'open-order')]),
  );
  assert.deepEqual(
    shapes(fills),
    shapes([...of(ROUND_TRIP, 'close-fills', 'open-fills'), ...of(LIQUIDATION, 'forced-fills', 'open-fills')]),
  );
  assert.deepEqual(
    shapes(bills),
    shapes([...of(ROUND_TRIP, 'bills'), ...of(LIQUIDATION, 'forced-bills', 'open-bills')]),
  );
  // The liquidation's figures are the recorded ones, to the last digit.
  const figures = ['balChg', 'posBal', 'posBalChg', 'fee', 'pnl', 'px', 'sz', 'subType', 'type', 'execType'];
  const pick = (row: Json | undefined): Json => Object.fromEntries(figures.map((name) => [name, row?.[name]]));
  assert.deepEqual(pick(bills[2]), pick(of(LIQUIDATION, 'forced-bills')[0]));
  assert.deepEqual(pick(bills[3]), pick(of(LIQUIDATION, 'open-bills')[0]));
  await exchange.close();
});

test('lists instruments as recorded', { skip: recordingsMissing() }, async () => {
  const exchange = await openExchange();
  const [row] = await exchange.rows(`/api/v5/public/instruments?instType=SWAP&instId=${BTC}`);
  assert.deepEqual(row, recordedInstrument());
  await exchange.close();
});

test('says in positions-history what the last close was', async () => {
  const exchange = await lifeAsRecorded();
  const rows = await exchange.rows(HISTORY);
  assert.deepEqual(
    rows.map((row) => [row['type'], row['triggerPx'], row['openMaxPos'], row['closeTotalPos'], row['direction']]),
    [
      ['2', '', '0.78', '0.78', 'long'],
      ['3', '116946.1', '0.64', '0.64', 'long'],
    ],
  );
  assert.equal(rows[1]?.['realizedPnl'], '-7.90322816');
  assert.equal(rows[0]?.['posId'], rows[1]?.['posId'], 'a slot keeps its posId');
  assert.notEqual(rows[0]?.['cTime'], rows[1]?.['cTime']);
  const [forced] = (await exchange.rows(BILLS)).slice(2);
  assert.equal(rows[1]?.['uTime'], forced?.['ts']);
  await exchange.close();
});

test('gives a slot a new posId only after 30 days without a position', async () => {
  const exchange = await openExchange();
  const posIds: unknown[] = [];
  for (const restMs of [29 * DAY_MS, 31 * DAY_MS, 0]) {
    const { position } = await openPosition(exchange);
    posIds.push(position['posId']);
    await exchange.control('/close', { instId: BTC });
    exchange.advance(restMs);
  }
  assert.equal(posIds[0], posIds[1]);
  assert.notEqual(posIds[1], posIds[2]);
  await exchange.close();
});

test('reads every row once over pages of 100 and less, by cursor and by time', async () => {
  const exchange = await openExchange();
  const start = exchange.now();
  await exchange.control('/marks', { instId: BTC, px: '90000' });
  for (let at = 0; at < 130; at++) {
    exchange.advance(1_000);
    const order = { instId: BTC, side: at % 2 === 0 ? 'buy' : 'sell', posSide: 'long', sz: '1', lever: '10' };
    await exchange.control('/orders', order);
  }
  for (const [target, cursor] of [
    [BILLS, 'billId'],
    [FILLS, 'billId'],
    [ORDERS, 'ordId'],
  ] as const) {
    assert.equal((await exchange.rows(target)).length, 100);
    assert.equal((await exchange.rows(`${target}&limit=1000`)).length, 100);
    for (const limit of [100, 37]) {
      const seen: string[] = [];
      for (let after = ''; ;) {
        const page = await exchange.rows(`${target}&limit=${limit}${after === '' ? '' : `&after=${after}`}`);
        seen.push(...page.map((row) => String(row[cursor])));
        if (page.length === 0) break;
        after = String(page.at(-1)?.[cursor]);
      }
      assert.equal(seen.length, 130);
      assert.deepEqual(seen, [...new Set(seen)].toSorted().toReversed(), 'newest first, none twice');
      const newer = await exchange.rows(`${target}&before=${seen[5]}`);
      assert.deepEqual(
        newer.map((row) => row[cursor]),
        seen.slice(0, 5),
      );
    }
    const span = await exchange.rows(`${target}&begin=${start + 10_000}&end=${start + 20_500}`);
    assert.equal(span.length, 11);
  }
  const histories = await exchange.rows(`${HISTORY}&limit=10`);
  assert.equal(histories.length, 10);
  const older = await exchange.rows(`${HISTORY}&limit=100&after=${String(histories[9]?.['uTime'])}`);
  assert.equal(older.length, 55);
  const one = await exchange.rows(
    `${ORDERS}&after=${BigInt(String((await exchange.rows(ORDERS))[3]?.['ordId'])) + 1n}&limit=1`,
  );
  assert.deepEqual(one, (await exchange.rows(ORDERS)).slice(3, 4), 'one order in the archive');
  await exchange.close();
});

test('forgets: bills after 7 days, an order after 35, the archives after 3 months', async () => {
  const exchange = await openExchange();
  const { ordId } = await openPosition(exchange);
  await exchange.control('/close', { instId: BTC });
  const order = `/api/v5/trade/order?instId=${BTC}&ordId=${ordId}`;
  const counts = async (): Promise<unknown[]> => [
    (await exchange.rows('/api/v5/account/bills?instType=SWAP')).length,
    (await exchange.get(order)).body.code,
    (await exchange.rows(BILLS)).length,
    (await exchange.rows(FILLS)).length,
    (await exchange.rows(ORDERS)).length,
    (await exchange.rows(HISTORY)).length,
  ];
  assert.deepEqual(await counts(), [2, '0', 2, 2, 2, 1]);
  exchange.advance(7 * DAY_MS + 1_000);
  assert.deepEqual(await counts(), [0, '0', 2, 2, 2, 1], 'empty, and no error');
  exchange.advance(28 * DAY_MS);
  assert.deepEqual(await counts(), [0, '51603', 2, 2, 2, 1]);
  exchange.advance(56 * DAY_MS);
  assert.deepEqual(await counts(), [0, '51603', 0, 0, 0, 0]);
  await exchange.close();
});

test('refuses what it does not know as the exchange does', async () => {
  const exchange = await openExchange();
  const code = async (target: string): Promise<[number, string]> => {
    const { status, body } = await exchange.get(target);
    assert.deepEqual(body.data, []);
    return [status, body.code];
  };
  assert.deepEqual(await code(`/api/v5/trade/order?instId=${BTC}&ordId=123`), [200, '51603']);
  assert.deepEqual(await code('/api/v5/trade/order?instId=XYZ-USDT-SWAP&ordId=123'), [200, '51001']);
  assert.deepEqual(await code(`/api/v5/trade/order?instId=${BTC}&ordId=abc`), [400, '51000']);
  assert.deepEqual(await code(`/api/v5/trade/order?instId=${BTC}`), [400, '50014']);
  assert.deepEqual(await code('/api/v5/trade/fills-history'), [400, '50014']);
  assert.deepEqual(await code(`${BILLS}&limit=0`), [400, '51000']);
  assert.deepEqual(await code(`${BILLS}&after=-1`), [400, '51000']);
  assert.deepEqual(await code(`/api/v5/market/mark-price-candles?instId=${BTC}&bar=7m`), [400, '51000']);
  assert.deepEqual(await code('/api/v5/public/liquidation-orders'), [404, '404']);
  const post = await exchange.app.inject({ method: 'POST', url: '/api/v5/trade/order', payload: {} });
  assert.deepEqual([post.statusCode, post.json().code], [405, '50115']);
  await exchange.close();
});

test('limits requests by endpoint and key in a window of two seconds', async () => {
  const exchange = await openExchange({ limitsRates: true });
  const ask = async (target: string): Promise<string> => (await exchange.get(target)).body.code;
  for (let at = 0; at < 5; at++) assert.equal(await ask('/api/v5/account/config'), '0');
  const { status, body } = await exchange.get('/api/v5/account/config');
  assert.deepEqual([status, body.code], [429, '50011']);
  assert.equal(await ask('/api/v5/account/positions'), '0', 'another endpoint');
  const other = await exchange.control('/accounts', {
    apiKey: 'other-key-1',
    secretKey: 's3cret-s3cret',
    passphrase: 'p',
  });
  const otherKey = { apiKey: 'other-key-1', secretKey: String(other['secretKey']), passphrase: 'p' };
  assert.equal((await exchange.get('/api/v5/account/config', otherKey)).body.code, '0', 'another key');
  exchange.advance(2_000);
  assert.equal(await ask('/api/v5/account/config'), '0');
  await exchange.close();
});

test('answers candles newest first, recent ones for 1440 bars, older ones from the history', async () => {
  const exchange = await openExchange();
  const candles = async (source: string, query: string): Promise<string[][]> =>
    (await exchange.rows(`/api/v5/market/${source}?instId=${BTC}&${query}`)) as unknown as string[][];
  const [running, closed] = await candles('mark-price-candles', 'bar=1H&limit=2');
  assert.deepEqual([running?.[5], closed?.[5]], ['0', '1']);
  assert.equal(Number(running?.[0]) - Number(closed?.[0]), HOUR_MS);
  const seen = new Map<number, string[]>();
  for (let after = String(exchange.now() + 1); ;) {
    const page = await candles('history-mark-price-candles', `bar=1H&after=${after}`);
    for (const candle of page) seen.set(Number(candle[0]), candle);
    after = page.at(-1)?.[0] ?? '';
    if (seen.size >= 24 * 60) break;
    assert.equal(page.length, 100);
  }
  const times = [...seen.keys()];
  assert.ok(
    times.every((ms, at) => at === 0 || (times[at - 1] ?? 0) - ms === HOUR_MS),
    'no gaps for 60 days',
  );
  for (const [, open, high, low, close] of seen.values())
    assert.ok(
      Number(low) <= Number(open) &&
        Number(low) <= Number(close) &&
        Number(high) >= Number(open) &&
        Number(high) >= Number(close),
    );
  const old = exchange.now() - 2 * DAY_MS;
  assert.equal((await candles('mark-price-candles', `bar=1m&after=${old}`)).length, 0);
  assert.equal((await candles('history-mark-price-candles', `bar=1m&after=${old}`)).length, 100);
  const newest = await candles('mark-price-candles', 'bar=1m&limit=10');
  const newer = await candles('mark-price-candles', `bar=1m&before=${newest[4]?.[0]}`);
  assert.deepEqual(newer, newest.slice(0, 4));
  assert.equal(Number(newest[0]?.[0]), Math.floor(exchange.now() / MINUTE_MS) * MINUTE_MS);
  await exchange.close();
});

test('shows the mark, the index and the tiers that liquidation prices follow from', async () => {
  const exchange = await openExchange();
  const { position } = await openPosition(exchange, { sz: '10', lever: '20' });
  const [mark] = await exchange.rows(`/api/v5/public/mark-price?instType=SWAP&instId=${BTC}`);
  assert.equal(mark?.['markPx'], '90000');
  const [index] = await exchange.rows('/api/v5/market/index-tickers?instId=BTC-USDT');
  assert.ok(Math.abs(Number(index?.['idxPx']) / 90_000 - 1) < 0.001);
  const tiers = await exchange.rows('/api/v5/public/position-tiers?instType=SWAP&tdMode=isolated&instFamily=BTC-USDT');
  assert.deepEqual([tiers[0]?.['tier'], tiers[0]?.['mmr'], tiers[0]?.['maxLever']], ['1', '0.004', '100']);
  // (90000 - 450 / 0.1) / (1 - 0.0045)
  assert.ok(Math.abs(Number(position['liqPx']) - 85_500 / 0.9955) < 1e-6);
  const live = await exchange.rows(`/api/v5/account/positions?instType=SWAP&instId=${BTC}`);
  assert.equal(live.length, 1);
  assert.deepEqual([live[0]?.['margin'], live[0]?.['lever'], live[0]?.['pos']], ['450', '20', '10']);
  await exchange.close();
});
