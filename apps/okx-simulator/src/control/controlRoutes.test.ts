import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BTC, KEY, openExchange, openPosition, type Json } from '../../test/harness.ts';

const BILLS = '/api/v5/account/bills-archive?instType=SWAP';

test('refuses what cannot be done with a code, and changes nothing', async () => {
  const exchange = await openExchange();
  const order = { instId: BTC, side: 'buy', posSide: 'long', sz: '1', lever: '10' };
  const cases: [path: string, body: Json, status: number, code: string][] = [
    ['/orders', { ...order, sz: '0.001' }, 422, 'SIZE_NOT_ACCEPTABLE'],
    ['/orders', { ...order, sz: '-1' }, 400, 'VALIDATION_FAILED'],
    ['/orders', { ...order, sz: '1e3' }, 400, 'VALIDATION_FAILED'],
    ['/orders', { ...order, nonsense: 1 }, 400, 'VALIDATION_FAILED'],
    ['/orders', { ...order, instId: 'XYZ-USDT-SWAP' }, 422, 'INSTRUMENT_UNKNOWN'],
    ['/orders', { ...order, lever: '101' }, 422, 'LEVERAGE_NOT_ACCEPTABLE'],
    ['/orders', { ...order, lever: '0.5' }, 422, 'LEVERAGE_NOT_ACCEPTABLE'],
    ['/orders', { ...order, posSide: 'net' }, 422, 'POS_SIDE_NOT_ACCEPTABLE'],
    ['/orders', { ...order, side: 'sell' }, 422, 'NOTHING_TO_CLOSE'],
    ['/orders', { ...order, sz: '100000', lever: '11' }, 422, 'LEVERAGE_NOT_ACCEPTABLE'],
    ['/orders', { ...order, sz: '5000', lever: '5' }, 422, 'BALANCE_TOO_SMALL'],
    ['/orders', { ...order, ordType: 'limit' }, 422, 'PRICE_NOT_ACCEPTABLE'],
    ['/orders', { ...order, uid: '999' }, 404, 'ACCOUNT_NOT_FOUND'],
    ['/orders/cancel', { ordId: '1' }, 404, 'ORDER_NOT_FOUND'],
    ['/liquidate', { instId: BTC }, 404, 'POSITION_NOT_FOUND'],
    ['/marks', { instId: BTC }, 400, 'VALIDATION_FAILED'],
    ['/marks', { instId: BTC, px: '0.01' }, 422, 'PRICE_NOT_ACCEPTABLE'],
    ['/accounts', { apiKey: KEY.apiKey }, 409, 'ACCOUNT_EXISTS'],
    ['/accounts', { perm: ['everything'] }, 400, 'VALIDATION_FAILED'],
    ['/market', { volatility: 1, since: '2030-01-01T00:00:00Z' }, 422, 'TIME_NOT_ACCEPTABLE'],
    ['/faults', { kind: 'earthquake' }, 400, 'VALIDATION_FAILED'],
    ['/replay', { directory: '/no/such/directory' }, 404, 'RECORDING_NOT_FOUND'],
    ['/replay', { rows: [{ balChg: 'x' }] }, 422, 'RECORDING_NOT_READABLE'],
    ['/replay', { rows: [] }, 400, 'VALIDATION_FAILED'],
  ];
  const rowsBefore = (await exchange.app.inject('/control/state')).json<{ accounts: Json[] }>().accounts;
  for (const [path, body, status, code] of cases) {
    const answer = await exchange.tell(path, body);
    assert.deepEqual([answer.status, answer.body['error']], [status, code], JSON.stringify(body));
    assert.match(String(answer.body['message']), /\.$/);
  }
  const broken = await exchange.app.inject({
    method: 'POST',
    url: '/control/orders',
    payload: '{"sz":',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(broken.statusCode, 400);
  assert.deepEqual((await exchange.app.inject('/control/state')).json<{ accounts: Json[] }>().accounts, rowsBefore);
  await exchange.close();
});

test('answers only this machine', async () => {
  const exchange = await openExchange();
  const ask = (remoteAddress: string) => exchange.app.inject({ url: '/control/state', remoteAddress });
  assert.equal((await ask('192.0.2.1')).statusCode, 403);
  assert.equal((await ask('::ffff:127.0.0.1')).statusCode, 200);
  assert.equal((await ask('::1')).statusCode, 200);
  const outside = await exchange.app.inject({ url: '/api/v5/public/time', remoteAddress: '192.0.2.1' });
  assert.equal(outside.statusCode, 200, 'the exchange itself is for everybody');
  await exchange.close();
});

test('shows no secret but to whoever makes it', async () => {
  const exchange = await openExchange();
  const made = await exchange.control('/accounts', { label: 'mine' });
  assert.match(String(made['secretKey']), /^[\w-]{32}$/);
  for (const url of ['/control/state', '/control/accounts']) {
    const { body } = await exchange.app.inject(url);
    for (const secret of [made['secretKey'], made['passphrase'], KEY.secretKey, KEY.passphrase])
      assert.ok(!body.includes(String(secret)));
  }
  await exchange.close();
});

test('turns a net position round with one order: one bill, two lifetimes', async () => {
  const exchange = await openExchange();
  await exchange.app.inject({
    method: 'PATCH',
    url: `/control/accounts/446556688311112705`,
    payload: { posMode: 'net_mode' },
  });
  await exchange.control('/marks', { instId: BTC, px: '90000' });
  const order = { instId: BTC, lever: '10' };
  await exchange.control('/orders', { ...order, side: 'buy', sz: '2' });
  exchange.advance(1_000);
  await exchange.control('/marks', { instId: BTC, px: '91000' });
  const { positions } = await exchange.control('/orders', { instId: BTC, side: 'sell', sz: '5' });
  const [short] = positions as Json[];
  assert.deepEqual(
    [short?.['pos'], short?.['posSide'], short?.['avgPx'], short?.['margin']],
    ['-3', 'net', '91000', '273'],
  );
  const [flip, open] = await exchange.rows(BILLS);
  assert.deepEqual([flip?.['subType'], open?.['subType']], ['2', '1']);
  // 180 of margin come back with 20 of profit; 273 go in; 2.275 is the fee
  assert.deepEqual(
    [flip?.['pnl'], flip?.['posBal'], flip?.['posBalChg'], flip?.['balChg']],
    ['20', '273', '93', '-75.275000000000'],
  );
  const [old] = await exchange.rows('/api/v5/account/positions-history');
  assert.deepEqual(
    [old?.['type'], old?.['direction'], old?.['uTime'], short?.['cTime']],
    ['2', 'long', flip?.['ts'], flip?.['ts']],
  );
  assert.equal(old?.['posId'], short?.['posId']);
  await exchange.close();
});

test('liquidates what a mark reaches, each at its own second, whoever looks when', async () => {
  const looked: unknown[][] = [];
  for (const isWatched of [true, false]) {
    const exchange = await openExchange();
    await openPosition(exchange, { sz: '10', lever: '50' });
    await exchange.control('/marks', { instId: BTC, px: '85000', how: 'glide', overMs: 600_000 });
    for (let at = 0; at < 700; at++) {
      exchange.advance(1_000);
      if (isWatched) exchange.simulator.catchUp();
    }
    const [forced] = await exchange.rows(BILLS);
    looked.push([forced?.['ts'], forced?.['billId'], forced?.['px'], forced?.['fee']]);
    assert.equal(forced?.['subType'], '104');
    await exchange.close();
  }
  assert.deepEqual(looked[0], looked[1]);
});

test('takes only a part of a large position, two tiers down', async () => {
  const exchange = await openExchange();
  await exchange.app.inject({
    method: 'PATCH',
    url: `/control/accounts/446556688311112705`,
    payload: { balance: '1000000' },
  });
  const { liqPx } = await openPosition(exchange, { sz: '7000', lever: '50' });
  exchange.advance(1_000);
  await exchange.control('/marks', { instId: BTC, px: String(Math.floor(Number(liqPx))) });
  const [bill] = await exchange.rows(BILLS);
  assert.deepEqual([bill?.['type'], bill?.['subType'], bill?.['sz']], ['5', '100', '4000']);
  const [position] = await exchange.rows('/api/v5/account/positions');
  assert.equal(position?.['pos'], '3000', 'what is left is in tier 1');
  assert.ok(Number(position?.['liqPx']) < Number(liqPx), 'and safer');
  const [history] = await exchange.rows('/api/v5/account/positions-history');
  assert.equal(history?.['type'], '4');
  assert.notEqual(history?.['triggerPx'], '');
  await exchange.close();
});

test('settles funding, margin and leverage as bills that move no size', async () => {
  const exchange = await openExchange();
  const { position } = await openPosition(exchange, { sz: '10', lever: '20' });
  await exchange.control('/funding', { instId: BTC, rate: '0.0001' });
  await exchange.control('/margin', { instId: BTC, amt: '100' });
  await exchange.control('/margin', { instId: BTC, amt: '-30' });
  await exchange.control('/margin', { instId: BTC, amt: '5', isAutomatic: true });
  const { positions } = await exchange.control('/leverage', { instId: BTC, posSide: 'long', lever: '10' });
  const bills = await exchange.rows(BILLS);
  assert.deepEqual(
    bills.map((bill) => [bill['type'], bill['subType'], bill['posBalChg']]),
    [
      ['6', '160', '375.9'],
      ['6', '162', '5'],
      ['6', '161', '-30'],
      ['6', '160', '100'],
      ['8', '173', '-0.9'],
      ['2', '3', '450'],
    ],
  );
  const [after] = positions as Json[];
  assert.deepEqual([after?.['margin'], after?.['lever'], after?.['fundingFee']], ['900', '10', '-0.9']);
  assert.equal(after?.['cTime'], position['cTime']);
  const out = await exchange.tell('/margin', { instId: BTC, amt: '-899' });
  assert.deepEqual([out.status, out.body['error']], [422, 'MARGIN_TOO_SMALL']);
  await exchange.close();
});

test('rests a limit order until the mark comes, as maker', async () => {
  const exchange = await openExchange();
  await exchange.control('/marks', { instId: BTC, px: '90000' });
  const order = { instId: BTC, side: 'buy', posSide: 'long', sz: '1', lever: '10', ordType: 'limit' };
  const { ordId } = await exchange.control('/orders', { ...order, px: '89000' });
  const gone = await exchange.control('/orders', { ...order, px: '80000' });
  const stateOf = async (id: unknown): Promise<Json> =>
    (await exchange.rows(`/api/v5/trade/order?instId=${BTC}&ordId=${String(id)}`))[0] ?? {};
  assert.deepEqual([(await stateOf(ordId))['state'], (await stateOf(ordId))['accFillSz']], ['live', '0']);
  exchange.advance(5_000);
  await exchange.control('/marks', { instId: BTC, px: '88900' });
  const filled = await stateOf(ordId);
  assert.deepEqual([filled['state'], filled['avgPx'], filled['fee']], ['filled', '89000', '-0.178']);
  const [fill] = await exchange.rows('/api/v5/trade/fills-history?instType=SWAP');
  assert.equal(fill?.['execType'], 'M');
  await exchange.control('/orders/cancel', { ordId: gone['ordId'] });
  assert.equal((await stateOf(gone['ordId']))['state'], 'canceled');
  await exchange.close();
});

test('fills an order in parts and marks what a stop-loss did', async () => {
  const exchange = await openExchange();
  await exchange.control('/marks', { instId: BTC, px: '90000' });
  const fills = [
    { sz: '0.5', px: '90000' },
    { sz: '1.5', px: '90010' },
  ];
  const opened = await exchange.control('/orders', {
    instId: BTC,
    side: 'buy',
    posSide: 'long',
    sz: '2',
    lever: '10',
    fills,
  });
  const order = opened['order'] as Json;
  assert.deepEqual([order['avgPx'], order['fillSz'], order['state']], ['90007.5', '1.5', 'filled']);
  assert.equal((await exchange.rows(BILLS)).length, 2);
  const closed = (await exchange.control('/close', { instId: BTC, isStopLoss: true }))['order'] as Json;
  assert.equal(closed['category'], 'normal');
  assert.match(String(closed['algoId']), /^\d{19}$/);
  assert.notEqual(closed['source'], '');
  await exchange.close();
});
