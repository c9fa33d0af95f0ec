import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIso } from '@liqpass/kernel/time';
import {
  BTC,
  claimOn,
  LIQUIDATION,
  openExchange,
  openPosition,
  recordingsMissing,
  type Json,
  type TestExchange,
} from '../test/harness.ts';

// The proof of LiqPass, over this exchange: what jp-verify concludes from its answers.

const ETH = 'ETH-USDT-SWAP';
const HOUR = 3_600_000;

/** What a snapshot at binding fixes, for the claim later. */
async function bound(exchange: TestExchange, ordId: string): Promise<ReturnType<typeof claimOn>> {
  const seen = await exchange.snapshot({ instId: BTC, ordId });
  assert.equal(seen.reason, null, JSON.stringify(seen.checks.filter((check) => check.result !== 'pass')));
  assert.ok(seen.snapshot);
  const snapshot = JSON.parse(JSON.stringify(seen.snapshot)) as NonNullable<typeof seen.snapshot>;
  const named = Object.fromEntries(
    ['uid', 'mainUid', 'posId', 'cTime', 'liqPx', 'lever', 'margin', 'pos', 'avgPx', 'mgnMode', 'posSide'].map(
      (name) => [name, Reflect.get(snapshot, name) as unknown],
    ),
  );
  return claimOn(exchange, ordId, { snapshot: named as never });
}

const failing = (answer: { checks: { code: string; result: string; detail: string }[] }): string =>
  JSON.stringify(answer.checks.filter((check) => check.result !== 'pass'));

for (const posSide of ['long', 'short', 'net long', 'net short'] as const)
  test(`is proven liquidated: ${posSide}`, async () => {
    const exchange = await openExchange();
    const isNet = posSide.startsWith('net');
    if (isNet)
      await exchange.app.inject({
        method: 'PATCH',
        url: '/control/accounts/446556688311112705',
        payload: { posMode: 'net_mode' },
      });
    const isShort = posSide.endsWith('short');
    const { ordId, liqPx } = await openPosition(exchange, {
      side: isShort ? 'sell' : 'buy',
      posSide: isNet ? 'net' : posSide,
    });
    exchange.advance(60_000);
    const claim = await bound(exchange, ordId);
    assert.equal(Number(claim.snapshot?.liqPx).toFixed(4), Number(liqPx).toFixed(4));
    exchange.advance(HOUR);
    await exchange.control('/marks', {
      instId: BTC,
      px: String(Math.round(Number(liqPx) * (isShort ? 1.001 : 0.999))),
    });
    exchange.advance(5_000);
    const answer = await exchange.verify(claim);
    assert.equal(answer.verdict, 'LIQUIDATED', failing(answer));
    assert.deepEqual(answer.flags, [], failing(answer));
    assert.equal(answer.liquidation?.liquidation_time_ms, exchange.now() - 5_000);
    assert.ok(Number(answer.liquidation?.loss.total) > 449.9 && Number(answer.liquidation?.loss.total) <= 450);
    await exchange.close();
  });

test('is proven by a control liquidation, that the candles show too', async () => {
  const exchange = await openExchange();
  const { ordId } = await openPosition(exchange);
  await exchange.control('/marks', { instId: BTC, how: 'release' });
  exchange.advance(60_000);
  const claim = await bound(exchange, ordId);
  exchange.advance(60_000);
  await exchange.control('/liquidate', { instId: BTC });
  exchange.advance(1_000);
  const answer = await exchange.verify(claim);
  assert.deepEqual([answer.verdict, answer.flags], ['LIQUIDATED', []], failing(answer));
  await exchange.close();
});

test('is flagged when the mark never reached the liquidation price', async () => {
  const exchange = await openExchange();
  const { ordId } = await openPosition(exchange);
  exchange.advance(60_000);
  const claim = await bound(exchange, ordId);
  exchange.advance(60_000);
  await exchange.control('/liquidate', { instId: BTC, touchesMark: false });
  exchange.advance(1_000);
  const answer = await exchange.verify(claim);
  assert.deepEqual([answer.verdict, answer.flags], ['LIQUIDATED', ['MARK_NEVER_REACHED_LIQ_PRICE']]);
  await exchange.close();
});

test('is proven liquidated in part, and then closed by the trader', async () => {
  const exchange = await openExchange();
  const { ordId } = await openPosition(exchange);
  exchange.advance(60_000);
  const claim = await bound(exchange, ordId);
  exchange.advance(60_000);
  await exchange.control('/liquidate', { instId: BTC, share: '0.4' });
  exchange.advance(1_000);
  const live = await exchange.verify(claim);
  assert.equal(live.verdict, 'PARTIALLY_LIQUIDATED', failing(live));
  exchange.advance(60_000);
  await exchange.control('/close', { instId: BTC });
  exchange.advance(1_000);
  const closed = await exchange.verify(claim);
  assert.equal(closed.verdict, 'PARTIALLY_LIQUIDATED', failing(closed));
  assert.ok(Math.abs(Number(closed.liquidation?.loss.insured) - 180) < 0.1);
  await exchange.close();
});

test('is no liquidation: deleveraged, closed by the trader, stopped out, still open', async () => {
  const exchange = await openExchange();
  const outcomes: unknown[] = [];
  for (const [path, body] of [
    ['/adl', { instId: BTC }],
    ['/close', { instId: BTC }],
    ['/close', { instId: BTC, isStopLoss: true }],
    ['/marks', { instId: BTC, px: '90001' }],
  ] as const) {
    const { ordId } = await openPosition(exchange);
    exchange.advance(60_000);
    const claim = await bound(exchange, ordId);
    exchange.advance(60_000);
    await exchange.control(path, body);
    exchange.advance(2_000);
    const answer = await exchange.verify(claim);
    outcomes.push([answer.verdict, answer.reason]);
    exchange.advance(60_000);
  }
  assert.deepEqual(outcomes, [
    ['NOT_LIQUIDATED', 'ADL'],
    ['NOT_LIQUIDATED', 'CLOSED_NORMALLY'],
    ['NOT_LIQUIDATED', 'CLOSED_NORMALLY'],
    ['STILL_OPEN', 'STILL_OPEN'],
  ]);
  await exchange.close();
});

test('is shared with what was added, and flagged for what the trader did', async () => {
  const exchange = await openExchange();
  const { ordId } = await openPosition(exchange, { sz: '10', lever: '20' });
  exchange.advance(60_000);
  const claim = await bound(exchange, ordId);
  exchange.advance(60_000);
  await exchange.control('/orders', { instId: BTC, side: 'buy', posSide: 'long', sz: '30' });
  await exchange.control('/funding', { instId: BTC, rate: '0.0001' });
  await exchange.control('/margin', { instId: BTC, amt: '-100' });
  exchange.advance(60_000);
  await exchange.control('/liquidate', { instId: BTC });
  exchange.advance(1_000);
  const answer = await exchange.verify(claim);
  assert.equal(answer.verdict, 'LIQUIDATED', failing(answer));
  assert.deepEqual(
    // Without that margin it was liquidated before the price that was fixed at binding.
    new Set(answer.flags),
    new Set(['MARGIN_REDUCED_AFTER_BIND', 'SIZE_ADDED_AFTER_BIND', 'MARK_NEVER_REACHED_LIQ_PRICE']),
    failing(answer),
  );
  assert.equal(answer.liquidation?.share, '0.25');
  await exchange.close();
});

test('is told apart in a slot that is used again, and after a net position turned round', async () => {
  const exchange = await openExchange();
  const first = await openPosition(exchange);
  exchange.advance(60_000);
  await exchange.control('/liquidate', { instId: BTC });
  exchange.advance(60_000);
  const second = await openPosition(exchange);
  exchange.advance(60_000);
  const claim = await bound(exchange, second.ordId);
  exchange.advance(60_000);
  await exchange.control('/close', { instId: BTC });
  exchange.advance(1_000);
  assert.equal((await exchange.verify(claim)).reason, 'CLOSED_NORMALLY');
  const late = await exchange.verify(claimOn(exchange, first.ordId));
  assert.equal(late.reason, 'BOUND_AFTER_LIQUIDATION', failing(late));

  await exchange.app.inject({
    method: 'PATCH',
    url: '/control/accounts/446556688311112705',
    payload: { posMode: 'net_mode' },
  });
  exchange.advance(60_000);
  await openPosition(exchange, { posSide: 'net', sz: '10' });
  exchange.advance(1_000);
  const flip = await exchange.control('/orders', { instId: BTC, side: 'sell', sz: '25' });
  exchange.advance(1_000);
  const net = await bound(exchange, String(flip['ordId']));
  exchange.advance(60_000);
  await exchange.control('/liquidate', { instId: BTC });
  exchange.advance(1_000);
  const answer = await exchange.verify(net);
  assert.equal(answer.verdict, 'LIQUIDATED', failing(answer));
  assert.equal(answer.liquidation?.share, '1');
  assert.equal(answer.liquidation?.side, 'short');
  await exchange.close();
});

test('is not insurable: cross margin, a close, an order that never filled', async () => {
  const exchange = await openExchange();
  await exchange.control('/marks', { instId: BTC, px: '90000' });
  const long = { instId: BTC, side: 'buy', posSide: 'long', sz: '1', lever: '10' };
  const reasonOf = async (order: Json): Promise<unknown> => {
    exchange.advance(60_000);
    const placed = await exchange.control('/orders', order);
    exchange.advance(1_000);
    return (await exchange.snapshot({ instId: BTC, ordId: String(placed['ordId']) })).reason;
  };
  assert.equal(await reasonOf({ ...long, tdMode: 'cross' }), 'CROSS_MARGIN');
  assert.equal(await reasonOf({ ...long, ordType: 'limit', px: '80000' }), 'ORDER_NEVER_FILLED');
  assert.equal(await reasonOf(long), null);
  assert.equal(await reasonOf({ ...long, side: 'sell', sz: '0.4' }), 'ORDER_IS_A_CLOSE');
  await exchange.close();
});

test('is inconclusive while the exchange contradicts itself or keeps rows back, and proven afterwards', async () => {
  const exchange = await openExchange();
  const { ordId } = await openPosition(exchange);
  exchange.advance(60_000);
  const claim = await bound(exchange, ordId);
  exchange.advance(60_000);
  await exchange.control('/liquidate', { instId: BTC });
  exchange.advance(1_000);
  const faults: Json[] = [
    { kind: 'contradiction', path: '*order', where: { category: 'full_liquidation' }, set: { category: 'normal' } },
    { kind: 'contradiction', path: '*bills*', where: { type: '5' }, set: { type: '2' } },
    { kind: 'missingRows', path: '*bills*', where: { type: '5' } },
    { kind: 'late', path: '*positions-history', delayMs: 60_000 },
    { kind: 'html', path: '*fills*' },
    { kind: 'refusal', path: '*config', code: '50105', status: 401 },
  ];
  for (const fault of faults) {
    const { id } = await exchange.control('/faults', fault);
    const answer = await exchange.verify(claim);
    assert.equal(answer.verdict, 'INCONCLUSIVE', JSON.stringify(fault));
    await exchange.app.inject({ method: 'DELETE', url: `/control/faults/${String(id)}` });
  }
  assert.equal((await exchange.verify(claim)).verdict, 'LIQUIDATED');
  await exchange.close();
});

test('works on ETH as on BTC, over more than a page of trades', async () => {
  const exchange = await openExchange();
  await exchange.control('/marks', { instId: ETH, px: '3000' });
  const order = { instId: ETH, side: 'buy', posSide: 'long', sz: '1', lever: '20' };
  const { ordId } = await exchange.control('/orders', order);
  for (let at = 0; at < 119; at++) {
    exchange.advance(1_000);
    await exchange.control('/orders', order);
  }
  const claim = claimOn(exchange, String(ordId), { instId: ETH });
  exchange.advance(60_000);
  await exchange.control('/liquidate', { instId: ETH });
  exchange.advance(1_000);
  const answer = await exchange.verify(claim);
  assert.equal(answer.verdict, 'LIQUIDATED', failing(answer));
  assert.equal(Number(answer.liquidation?.share).toFixed(6), (1 / 120).toFixed(6));
  await exchange.close();
});

test('proves the recorded liquidation, played now', { skip: recordingsMissing() }, async () => {
  for (const market of ['leave', 'follow']) {
    const exchange = await openExchange();
    const replayed = await exchange.control('/replay', {
      directory: LIQUIDATION,
      movedTo: exchange.now() + 60_000,
      market,
    });
    const ordId = String(replayed['ordId']);
    const claim = market === 'follow' ? await bound(exchange, ordId) : claimOn(exchange, ordId);
    exchange.advance(30_000);
    assert.equal((await exchange.verify(claim)).verdict, 'STILL_OPEN');
    exchange.advance(31_000);
    const answer = await exchange.verify(claim);
    assert.equal(answer.verdict, 'LIQUIDATED', failing(answer));
    assert.deepEqual(answer.flags, [], failing(answer));
    assert.equal(answer.liquidation?.loss.total, '7.52686752');
    assert.equal(answer.liquidation?.loss.insured, '7.52686752');
    assert.equal(formatIso(answer.liquidation?.liquidation_time_ms ?? 0), replayed['liquidatedAt']);
    await exchange.close();
  }
});
