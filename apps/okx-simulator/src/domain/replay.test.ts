import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, decimal, formatDecimal, negate } from '@liqpass/kernel/decimal';
import {
  BTC,
  DEFAULT_UID,
  LIQUIDATION,
  openExchange,
  recorded,
  recordedFiles,
  recordingsMissing,
  ROUND_TRIP,
  type Json,
} from '../../test/harness.ts';
import { timeOfId } from './ids.ts';
import { lifeOf, readRecording } from './recording.ts';

const skip = recordingsMissing();
const OPENED = 1_760_119_507_155;
const FORCED = 1_760_123_344_933;
const BILLS = '/api/v5/account/bills-archive?instType=SWAP';

test('derives from orders, fills and bills the history that fits the recording', { skip }, () => {
  const life = lifeOf(readRecording(recordedFiles(LIQUIDATION)), '77');
  const [row] = life.histories.map((history) => history.row);
  assert.equal(life.histories.length, 1);
  const expected = {
    posId: '77',
    cTime: String(OPENED),
    uTime: String(FORCED),
    type: '3',
    openMaxPos: '0.64',
    closeTotalPos: '0.64',
    realizedPnl: '-7.90322816',
    triggerPx: '116946.1',
    openAvgPx: '117612.7',
    closeAvgPx: '116495.1',
    lever: '100',
  };
  assert.deepEqual({ ...row, ...expected }, row);
  const trip = lifeOf(readRecording(recordedFiles(ROUND_TRIP)), '78');
  assert.deepEqual(
    trip.histories.map(({ row: each }) => [each['type'], each['cTime'], each['uTime']]),
    [['2', '1760085661908', '1760085837858']],
  );
});

test('plays a recording so that its liquidation is now, moved as a whole', { skip }, async () => {
  const exchange = await openExchange();
  const replayed = await exchange.control('/replay', { directory: LIQUIDATION });
  const offset = exchange.now() - FORCED;
  assert.equal(replayed['liquidatedAtMs'], exchange.now());
  assert.equal(replayed['openedAtMs'], OPENED + offset);
  assert.equal(replayed['instId'], BTC);
  const bills = await exchange.rows(BILLS);
  const [was] = recorded(LIQUIDATION, 'forced-bills');
  const [forced] = bills;
  const loss = negate(add(decimal(String(forced?.['balChg'])), decimal(String(forced?.['posBalChg']))));
  assert.equal(formatDecimal(loss), '7.52686752');
  for (const [field, value] of Object.entries(was ?? {}))
    if (!['ts', 'fillTime', 'billId', 'ordId', 'tradeId'].includes(field)) assert.equal(forced?.[field], value, field);
  for (const [field, value] of Object.entries(was ?? {}))
    if (['billId', 'ordId', 'tradeId'].includes(field))
      assert.equal(timeOfId(BigInt(String(forced?.[field]))), timeOfId(BigInt(String(value))) + offset, field);
  assert.equal(forced?.['ts'], String(exchange.now()));

  const fills = await exchange.rows('/api/v5/trade/fills-history?instType=SWAP');
  assert.deepEqual(
    fills.map((fill) => fill['billId']),
    bills.map((bill) => bill['billId']),
  );
  assert.deepEqual(
    fills.map((fill) => fill['ordId']),
    bills.map((bill) => bill['ordId']),
  );
  const [order] = await exchange.rows(`/api/v5/trade/order?instId=${BTC}&ordId=${String(replayed['ordId'])}`);
  assert.equal(order?.['cTime'], String(1_760_119_507_153 + offset));
  assert.equal(timeOfId(BigInt(String(order?.['ordId']))), Number(order?.['cTime']));
  const [history] = await exchange.rows('/api/v5/account/positions-history');
  assert.deepEqual(
    [history?.['type'], history?.['uTime'], history?.['posId']],
    ['3', forced?.['ts'], replayed['posId']],
  );
  assert.deepEqual(await exchange.rows('/api/v5/account/positions'), []);
  await exchange.close();
});

test('shows each row only when its time has come', { skip }, async () => {
  const exchange = await openExchange();
  const start = exchange.now();
  const replayed = await exchange.control('/replay', {
    directory: LIQUIDATION,
    movedTo: new Date(start + 30_000).toISOString(),
  });
  const forcedId = (replayed['orders'] as Json[]).find((order) => order['category'] === 'full_liquidation')?.['ordId'];
  const seen = async (): Promise<unknown[]> => [
    (await exchange.rows('/api/v5/account/positions')).length,
    (await exchange.rows(BILLS)).length,
    (await exchange.rows('/api/v5/account/positions-history')).length,
    (await exchange.get(`/api/v5/trade/order?instId=${BTC}&ordId=${String(forcedId)}`)).body.code,
  ];
  assert.deepEqual(await seen(), [1, 1, 0, '51603']);
  const [position] = await exchange.rows('/api/v5/account/positions');
  assert.deepEqual([position?.['pos'], position?.['margin'], position?.['lever']], ['0.64', '7.5272128', '100']);
  assert.equal(position?.['cTime'], String(replayed['openedAtMs']));
  exchange.advance(29_999);
  assert.deepEqual(await seen(), [1, 1, 0, '51603']);
  exchange.advance(1);
  assert.deepEqual(await seen(), [0, 2, 1, '0']);
  await exchange.close();
});

test('takes the market through the recorded marks when asked', { skip }, async () => {
  const exchange = await openExchange();
  await exchange.control('/replay', { directory: LIQUIDATION, market: 'follow', movedTo: exchange.now() });
  const [mark] = await exchange.rows(`/api/v5/public/mark-price?instType=SWAP&instId=${BTC}`);
  assert.equal(mark?.['markPx'], '116946.1');
  const candles = (await exchange.rows(
    `/api/v5/market/history-mark-price-candles?instId=${BTC}&bar=1m&limit=63`,
  )) as unknown as string[][];
  assert.ok(Number(candles[0]?.[3]) <= 116_962, 'the liquidation price is reached in the minute of the liquidation');
  for (const [, , , low] of candles.slice(1)) assert.ok(Number(low) > 116_962.9, 'and not before');
  const before = (await exchange.rows(
    `/api/v5/market/history-mark-price-candles?instId=${BTC}&bar=1H&after=${exchange.now() - 2 * 3_600_000}&limit=50`,
  )) as unknown as string[][];
  for (const [, , high, low] of before)
    assert.ok(Number(high) / Number(low) < 1.1 && Number(low) > 90_000, 'without a jump');
  await exchange.close();
});

test(
  'refuses a second position in a slot at the same time, but plays again elsewhere and later',
  { skip },
  async () => {
    const exchange = await openExchange();
    const first = await exchange.control('/replay', { directory: LIQUIDATION });
    const again = await exchange.tell('/replay', { directory: LIQUIDATION });
    assert.deepEqual([again.status, again.body['error']], [409, 'SLOT_IN_USE']);
    const other = await exchange.control('/accounts', {});
    const second = await exchange.control('/replay', { directory: LIQUIDATION, uid: other['uid'] });
    assert.notEqual(second['ordId'], first['ordId'], 'ids are unique');
    exchange.advance(2 * 3_600_000);
    const third = await exchange.control('/replay', { directory: LIQUIDATION });
    assert.equal(third['posId'], first['posId']);
    assert.equal((await exchange.rows('/api/v5/account/positions-history')).length, 2);
    const net = await exchange.control('/accounts', { posMode: 'net_mode' });
    const refused = await exchange.tell('/replay', { directory: LIQUIDATION, uid: net['uid'] });
    assert.deepEqual([refused.status, refused.body['error']], [422, 'POS_SIDE_NOT_ACCEPTABLE']);
    assert.notEqual(net['uid'], DEFAULT_UID);
    await exchange.close();
  },
);
