import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settings } from '@liqpass/api/operators';
import type { Products } from '@liqpass/api/quotes';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { DAY_MS, formatIso, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { RULES } from '@liqpass/underwriting/params';
import { probabilityOf, rateOf } from '@liqpass/underwriting/price';
import { hashTypedData, type TypedDataDefinition } from 'viem';
import { recoverTypedDataAddress } from 'viem/utils';
import { ADMIN_KEY, APPLICATION, testBackend } from './harness.ts';
import { BTC, testShop } from './shop.ts';
import { engine } from './testDatabase.ts';

const reasonOf = ({ body }: { body: ErrorAnswer }): [string, string | undefined] => [
  body.error,
  body.params?.['reason'],
];

test(`a quote is a price that its own figures bear out, signed by the shop (${engine})`, async (t) => {
  const app = await testShop(t);
  const { status, body } = await app.quote({ leverage: 10, payoutUsdc: '100' });
  assert.equal(status, 200);
  assert.ok(Math.abs(probabilityOf(body.distance, body.depends_on.sigma) - body.probability) < 1e-12);
  const exact = Math.max(RULES.minPremium, rateOf(body.probability, body.hours) * 100);
  assert.ok(Number(body.premium_usdc) >= exact && Number(body.premium_usdc) < exact + 0.01);
  assert.equal(Date.parse(body.expires_at) - Date.parse(body.created_at), 30_000);
  assert.equal(body.min_margin_usdt, '200.00');
  assert.ok(body.cheaper.every((one) => one.leverage < 10 && Number(one.premium_usdc) < Number(body.premium_usdc)));
  const typed = body.typed_data as TypedDataDefinition;
  assert.equal(hashTypedData(typed), body.quote_hash);
  assert.equal(
    await recoverTypedDataAddress({ ...typed, signature: body.signature as `0x${string}` }),
    app.backend.ctx.quoteSigner.address,
  );
});

test('by liquidation price the same cover costs the same as by leverage', async (t) => {
  const app = await testShop(t);
  const { body: byLeverage } = await app.quote({ leverage: 10 });
  const { body: byPrice } = await app.quote({ liqPx: byLeverage.liq_px });
  assert.equal(byPrice.premium_usdc, byLeverage.premium_usdc);
  assert.equal(byPrice.leverage, 10);
});

test('where a larger payout costs no more it is named, and asked for it costs no more', async (t) => {
  const app = await testShop(t);
  // Far away the smallest premium is all that anything costs.
  const { body: far } = await app.quote({ leverage: 2, payoutUsdc: '50' });
  assert.ok(far.more_payout_usdc);
  const { body: more } = await app.quote({ leverage: 2, payoutUsdc: far.more_payout_usdc });
  assert.ok(Number(more.premium_usdc) <= Number(far.premium_usdc));
  assert.ok(Number(more.payout_usdc) > 50);
  const { body: near } = await app.quote({ leverage: 12, payoutUsdc: '100' });
  assert.equal(near.more_payout_usdc, undefined);
});

test('1.00 buys 50 where the chance is at most 1.39 %, and more cover never costs less', async (t) => {
  const app = await testShop(t);
  const { body: shop } = await app.call<Products>('GET', '/api/products');
  const limit = shop.market.find((market) => market.inst_id === BTC)?.fixed_price_max_leverage.long ?? 0;
  const { body: at } = await app.quote({ leverage: limit });
  assert.deepEqual([at.fixed_price, at.premium_usdc, at.min_margin_usdt], [true, '1.00', '100.00']);
  assert.ok(at.probability <= 0.0139);
  const { body: above } = await app.quote({ leverage: limit + 1 });
  assert.equal(above.fixed_price, false);
  assert.ok(above.probability > 0.0139 && Number(above.premium_usdc) >= 1);
  let last = 0;
  for (const payoutUsdc of ['10', '49.99', '50', '50.01', '100', '500']) {
    const { body } = await app.quote({ leverage: 3, payoutUsdc });
    assert.ok(Number(body.premium_usdc) >= last, payoutUsdc);
    last = Number(body.premium_usdc);
  }
});

test('a refusal says what would do, and what it says does', async (t) => {
  const app = await testShop(t);
  const refused = await app.quote({ leverage: 50 });
  assert.deepEqual([refused.status, ...reasonOf(refused)], [422, 'QUOTE_REFUSED', 'TOO_LIKELY']);
  const max = Number(refused.body.params?.['max_leverage']);
  assert.match(refused.body.message, new RegExp(`At ${max}x or less`));
  assert.equal((await app.quote({ leverage: max })).status, 200);
  assert.equal((await app.quote({ leverage: max + 1 })).status, 422);
  const mark = app.market.marks.get(BTC)?.mark ?? 0;
  assert.deepEqual(reasonOf(await app.quote({ liqPx: String(mark + 1) })), [
    'QUOTE_REFUSED',
    'LIQUIDATION_PRICE_ON_WRONG_SIDE',
  ]);
  // Of ETH, or a digit too few or too many: the page asks first, and the API refuses whoever asks.
  for (const other of [mark / 25, mark * 30, 0.0001])
    assert.deepEqual(reasonOf(await app.quote({ liqPx: other.toFixed(4) })), [
      'QUOTE_REFUSED',
      'LIQUIDATION_PRICE_OF_ANOTHER',
    ]);
  assert.deepEqual(reasonOf(await app.quote({ liqPx: String(mark * 0.995) })), [
    'QUOTE_REFUSED',
    'TOO_CLOSE_TO_LIQUIDATION',
  ]);
  assert.deepEqual(reasonOf(await app.quote({ payoutUsdc: '500.01' })), ['QUOTE_REFUSED', 'PAYOUT_ABOVE_POLICY_LIMIT']);
  assert.deepEqual(reasonOf(await app.quote({ payoutUsdc: '9.99' })), ['QUOTE_REFUSED', 'PAYOUT_NOT_OFFERED']);
  assert.deepEqual(reasonOf(await app.quote({ policyType: 'OKX_7D', leverage: 6 })), [
    'QUOTE_REFUSED',
    'LEVERAGE_TOO_HIGH',
  ]);
  assert.equal((await app.quote({ policyType: 'OKX_30D' })).body.error, 'PRODUCT_NOT_FOUND');
  assert.equal((await app.quote({ instId: 'DOGE-USDT-SWAP' })).body.error, 'PRODUCT_NOT_FOUND');
});

test('an order carries its quote once, at its price, before it expires', async (t) => {
  const app = await testShop(t);
  const { body: quote } = await app.quote({ leverage: 10, payoutUsdc: '100' });
  for (const more of [
    { premiumAmountUsdc: '0.50' },
    { policyParams: { payout_fixed_usdc: '200', payout_cap_usdc: '200' } },
    { policyType: 'OKX_8H' },
  ]) {
    const { status, body } = await app.buy(quote, more);
    assert.deepEqual([status, body.error], [422, 'QUOTE_HASH_MISMATCH']);
  }
  const later = {
    coverageStartAt: formatIso(app.clock.now() + HOUR_MS),
    coverageEndAt: formatIso(app.clock.now() + DAY_MS),
  };
  assert.equal((await app.buy(quote, later)).body.error, 'COVERAGE_WINDOW_NOT_ACCEPTABLE');
  const bought = await app.buy(quote);
  assert.equal(bought.status, 201);
  const order = await app.readOrder(bought.body.purchaseOrderId);
  assert.equal(order.quote_hash, quote.quote_hash);
  assert.equal(order.premium_amount_usdc, quote.premium_usdc);
  assert.deepEqual(order.position, {
    inst_id: BTC,
    side: 'long',
    leverage: '10',
    mark_px: quote.mark_px,
    liq_px: quote.liq_px,
  });
  const again = await app.buy(quote);
  assert.deepEqual([again.status, again.body.error], [409, 'QUOTE_ALREADY_USED']);
  const { body: second } = await app.quote();
  app.clock.advance(30_000);
  const late = await app.buy(second);
  assert.deepEqual([late.status, late.body.error], [409, 'QUOTE_EXPIRED']);
  const unknown = await app.buy({ ...second, quote_hash: `0x${'0'.repeat(64)}` });
  assert.deepEqual([unknown.status, unknown.body.error], [404, 'QUOTE_NOT_FOUND']);
});

test('a payment is not recorded with a quote that another order carries, or may', async (t) => {
  const app = await testShop(t);
  const { body: quote } = await app.quote();
  const id = await app.order();
  for (const step of ['while nobody has bought at it', 'when another order has']) {
    const { status, body } = await app.markPaid(id, { quoteHash: quote.quote_hash });
    assert.deepEqual([status, body.error], [422, 'QUOTE_HASH_MISMATCH'], step);
    await app.buy(quote);
  }
  const foreign = `0x${'7'.repeat(64)}`;
  assert.equal((await app.markPaid(id, { quoteHash: foreign })).body.quote_hash, foreign);
});

test('twenty orders that carry one quote: one is made', async (t) => {
  const app = await testShop(t);
  const { body: quote } = await app.quote();
  const replies = await Promise.all(Array.from({ length: 20 }, () => app.buy(quote)));
  assert.equal(replies.filter((reply) => reply.status === 201).length, 1);
  assert.ok(replies.every((reply) => reply.status === 201 || reply.body.error === 'QUOTE_ALREADY_USED'));
});

test('before any market data the catalogue price is sold, and nothing is quoted', async (t) => {
  const app = await testBackend();
  t.after(() => app.close());
  const contract = { ...APPLICATION, coverageStartAt: '2026-01-22T12:00:00Z', coverageEndAt: '2026-01-23T12:00:00Z' };
  assert.equal((await app.call('POST', '/api/purchase-orders', { body: contract })).status, 201);
  const quoted = await app.call<ErrorAnswer>('POST', '/api/quotes', {
    body: { policyType: 'OKX_24H', instId: BTC, side: 'long', leverage: 5, payoutUsdc: '50' },
  });
  assert.deepEqual([quoted.status, ...reasonOf(quoted)], [409, 'SALES_STOPPED', 'MARKET_DATA_MISSING']);
  const { body: shop } = await app.call<Products>('GET', '/api/products');
  assert.ok(shop.items.every((item) => !item.on_sale && item.off_sale_reason === 'MARKET_DATA_MISSING'));
});

test('stale, contradicting or turbulent data stop sales, each with its reason, until they are good again', async (t) => {
  const app = await testShop(t);
  const reasons = async (): Promise<unknown[]> => {
    const { body } = await app.call<Products>('GET', '/api/products');
    return [reasonOf(await app.quote())[1], body.market[0]?.sales_stopped_reason];
  };
  const mark = app.market.marks.get(BTC)?.mark ?? 0;
  app.market.marks.set(BTC, { mark, index: mark * 1.0031 });
  await app.feed();
  assert.deepEqual(await reasons(), ['PRICE_SOURCES_DISAGREE', 'PRICE_SOURCES_DISAGREE']);
  app.market.marks.set(BTC, { mark, index: mark * 1.0029 });
  await app.feed();
  assert.deepEqual(await reasons(), [undefined, null]);
  app.clock.advance(2 * MINUTE_MS + 2_000);
  assert.deepEqual(await reasons(), ['MARKET_DATA_STALE', 'MARKET_DATA_STALE']);
  await app.feed();
  assert.deepEqual(await reasons(), [undefined, null]);
  const last = app.market.candles.get(BTC)?.at(-1);
  assert.ok(last);
  app.market.candles.get(BTC)?.splice(-1, 1, { ...last, high: last.high * 1.1, low: last.low * 0.9 });
  await app.feed();
  assert.deepEqual(await reasons(), ['MARKET_TURMOIL', 'MARKET_TURMOIL']);
});

test('an operator stops and resumes sales, of a side or of everything', async (t) => {
  const app = await testShop(t);
  const put = (body: Record<string, unknown>): Promise<{ status: number; body: { sales_stops: unknown[] } }> =>
    app.call('PUT', '/admin/settings/sales', { body, headers: { 'x-admin-key': ADMIN_KEY } });
  const { body: held } = await app.quote();
  const stopped = await put({ stopped: true, side: 'long', reason: 'a test' });
  assert.equal(stopped.status, 200);
  assert.equal(stopped.body.sales_stops.length, 1);
  assert.deepEqual(reasonOf(await app.quote()), ['SALES_STOPPED', 'STOPPED_BY_OPERATOR']);
  assert.equal((await app.buy(held)).body.error, 'SALES_STOPPED');
  assert.equal((await app.quote({ side: 'short' })).status, 200);
  // The catalogue's price has no side yet: a stop of one side does not stop it, a stop of everything does.
  assert.equal((await app.call('POST', '/api/purchase-orders', { body: APPLICATION })).status, 201);
  await put({ stopped: true, reason: 'everything' });
  assert.equal((await app.call('POST', '/api/purchase-orders', { body: APPLICATION })).status, 409);
  const { body: shop } = await app.call<Products>('GET', '/api/products');
  assert.ok(shop.items.every((item) => item.off_sale_reason === 'STOPPED_BY_OPERATOR'));
  assert.equal((await put({ stopped: false, reason: 'done' })).body.sales_stops.length, 0);
  assert.equal((await app.quote()).status, 200);
  const { rows } = await app.backend.ctx.database.pool.query(
    "select action from audit_log where subject_type = 'setting' and action like '%_sales' order by id",
  );
  assert.deepEqual(
    rows.map((row: { action: string }) => row.action),
    ['stop_sales', 'stop_sales', 'resume_sales', 'resume_sales'],
  );
  assert.equal((await app.call('PUT', '/admin/settings/sales', { body: { stopped: true, reason: 'x' } })).status, 401);
  const settings = await app.call<Settings>('GET', '/admin/settings', { headers: { 'x-admin-key': ADMIN_KEY } });
  assert.deepEqual([settings.status, settings.body.capital_usdc, settings.body.sales_stops], [200, '100000.00', []]);
});
