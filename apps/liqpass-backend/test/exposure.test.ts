import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Exposure } from '@liqpass/api/operators';
import { DAY_MS, HOUR_MS, MINUTE_MS, formatIso } from '@liqpass/kernel/time';
import { usdc, type Usdc } from '@liqpass/kernel/money';
import { bookTotals } from '@liqpass/underwriting/book';
import fc from 'fast-check';
import { putRoom, type Room } from '../src/db/book/exposureRepo.ts';
import { limitsOf, readTotals, toBookPolicy } from '../src/services/book/exposure.ts';
import { ADMIN_KEY, APPLICATION } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { BTC, testShop, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';

const capital = (whole: bigint, countsEveryOrder = false): Parameters<typeof testShop>[1] => ({
  underwriting: { capital: usdc(whole * 1_000_000n), countsEveryOrder, quoteSigningKey: null },
});
const exposure = async (app: Shop): Promise<Exposure> =>
  (await app.call<Exposure>('GET', '/admin/exposure', { headers: { 'x-admin-key': ADMIN_KEY } })).body;

test(`50 buyers at once never pass a limit, and get all the room there is (${engine})`, async (t) => {
  // 36,000: an hour's sales of one side are 1,000 USDC, twenty covers of 50. Asking takes no more than three rooms of them.
  const app = await testShop(t, capital(36_000n));
  const quotes = await Promise.all(Array.from({ length: 50 }, () => app.quote()));
  assert.ok(quotes.every((reply) => reply.status === 200));
  assert.equal((await exposure(app)).book.used_usdc, '150.00');
  const bought = await Promise.all(quotes.map(({ body }) => app.buy(body)));
  assert.ok(bought.every((reply) => reply.status === 201));
  await Promise.all(bought.map(({ body }) => app.bind(body.purchaseOrderId)));
  const paid = await Promise.all(bought.map(({ body }) => app.markPaid(body.purchaseOrderId)));
  const outcomes = paid.map(({ body }) => body.refund_reason);
  assert.deepEqual(
    [outcomes.filter((reason) => reason === null).length, outcomes.filter((reason) => reason === 'BOOK_FULL').length],
    [20, 30],
  );
  const long = (await exposure(app)).sides.find((side) => side.side === 'long');
  assert.deepEqual(long?.this_hour, { used_usdc: '1000.00', limit_usdc: '1000.00' });
  assert.equal((await app.quote({ side: 'short' })).status, 200, 'the other side has room of its own');
});

test('room is held from the quote, given back when it lapses, and kept by whoever pays', async (t) => {
  const app = await testShop(t, capital(10_000n));
  const room = async (): Promise<string> => (await exposure(app)).book.used_usdc;
  const { body: first } = await app.quote();
  assert.equal(await room(), '50.00');
  app.clock.advance(30_001);
  assert.equal(await room(), '0.00');
  assert.equal((await app.buy(first)).body.error, 'QUOTE_EXPIRED');
  await app.feed();
  const { body: quote } = await app.quote();
  const { body: replaced } = await app.quote({ replaces: quote.quote_hash });
  assert.equal(await room(), '50.00', 'a quote that replaces another takes its room');
  const { body: bought } = await app.buy(replaced);
  app.clock.advance(31_000);
  assert.equal(await room(), '50.00', 'an order keeps it for two minutes');
  await app.bind(bought.purchaseOrderId);
  app.clock.advance(61 * MINUTE_MS);
  assert.equal(await room(), '0.00');
  const paidAt = formatIso(app.clock.now() - 40 * MINUTE_MS);
  assert.equal((await app.markPaid(bought.purchaseOrderId, { paidAt })).body.status, 'ACTIVE');
  assert.equal(await room(), '50.00', 'money that was recorded late is counted again');
  app.clock.advance(25 * HOUR_MS);
  assert.equal(await room(), '0.00');
});

test('money that buys no cover gives its room back', async (t) => {
  const app = await testShop(t);
  const { body: quote } = await app.quote();
  const { body } = await app.buy(quote);
  assert.equal((await app.markPaid(body.purchaseOrderId)).body.status, 'REFUND_DUE');
  assert.equal((await exposure(app)).book.used_usdc, '0.00');
});

test('orders without a quote and a key count only where the capital was named', async (t) => {
  const app = await testShop(t);
  const ids = await Promise.all(Array.from({ length: 80 }, () => app.order()));
  assert.ok(ids.every((id) => typeof id === 'string'));
  assert.equal((await exposure(app)).policies, 0);
  const named = await testShop(t, capital(36_000n, true));
  const replies = await Promise.all(
    Array.from({ length: 25 }, () =>
      named.call<{ error?: string }>('POST', '/api/purchase-orders', { body: APPLICATION }),
    ),
  );
  assert.ok(replies.every((reply) => reply.status === 201));
  const report = await exposure(named);
  assert.deepEqual(
    report.sides.map((side) => side.in_force.used_usdc),
    ['150.00', '150.00'],
    'three rooms to an address, on both sides, while it is unknown',
  );
});

test('a side rests for a day once its claims pass the limit', async (t) => {
  const app = await testShop(t, capital(10_000n));
  const { ctx } = app.backend;
  app.verifier.script(() => liquidated(app.clock.now() - 1, '60'));
  // 333.33 is the limit: seven covers of 50 with claims on them pass it.
  for (let index = 0; index < 7; index += 1) {
    const { id } = await app.covered();
    const order = await app.readOrder(id);
    assert.equal((await app.claim(id)).status < 300, true);
    await putRoom(
      ctx.db,
      roomOf({ purchaseOrderId: order.id, soldAtMs: ctx.clock.now() - 2 * HOUR_MS, heldUntilMs: ctx.clock.now() }),
    );
  }
  const refused = await app.quote();
  assert.deepEqual(
    [refused.status, refused.body.error, refused.body.params?.['reason']],
    [409, 'SALES_STOPPED', 'CIRCUIT_BREAKER'],
  );
  assert.equal((await app.quote({ side: 'short' })).status, 200);
  assert.equal((await exposure(app)).sides[0]?.stopped_reason, 'CIRCUIT_BREAKER');
});

const roomOf = (more: Partial<Room>): Room => ({
  id: randomUUID(),
  quoteHash: null,
  purchaseOrderId: null,
  policyType: 'OKX_24H',
  instId: BTC,
  side: 'long',
  liqPx: '1000',
  payout: usdc(50_000_000n),
  probability: 0.01,
  mainAccount: null,
  margin: null,
  soldAtMs: 0,
  heldUntilMs: 0,
  tentativeOf: null,
  ...more,
});

test('the sums in SQL are those of the underwriting package, whatever the book', async (t) => {
  const app = await testShop(t);
  const { ctx } = app.backend;
  const nowMs = ctx.clock.now();
  const risk = ctx.market.risk(nowMs);
  const ids = await Promise.all(Array.from({ length: 12 }, () => app.order()));
  const room = fc.record({
    instId: fc.constantFrom(BTC, 'ETH-USDT-SWAP', null),
    side: fc.constantFrom('long' as const, 'short' as const, null),
    liqPx: fc.option(fc.integer({ min: 500, max: 150_000 }).map(String)),
    policyType: fc.constantFrom('OKX_24H', 'OKX_8H', 'OKX_7D'),
    payout: fc.bigInt({ min: 1n, max: 500_000_000n }).map(usdc),
    mainAccount: fc.constantFrom('1', '2', null),
    soldAtMs: fc.integer({ min: nowMs - DAY_MS, max: nowMs }),
    heldUntilMs: fc.integer({ min: nowMs - HOUR_MS, max: nowMs + DAY_MS }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(room, { maxLength: 12 }), async (rooms) => {
      await ctx.db.deleteFrom('book_rooms').execute();
      const book: Room[] = [];
      for (const [index, more] of rooms.entries()) {
        const margin: Usdc | null = more.mainAccount === null ? null : usdc(1n);
        const one = roomOf({ ...more, margin, purchaseOrderId: ids[index] ?? null });
        await putRoom(ctx.db, one);
        book.push(one);
      }
      const live = book.filter((one) => one.heldUntilMs > nowMs).map(toBookPolicy);
      const pure = bookTotals({ policies: live, claims: [], risk, limits: limitsOf(ctx), nowMs });
      const inSql = await readTotals(ctx, ctx.db, nowMs, { account: '1', except: null, risk });
      assert.deepEqual(
        { ...inSql, accounts: inSql.accounts.get('1') },
        { ...pure, accounts: pure.accounts.get('1') ?? usdc(0n) },
      );
    }),
    { numRuns: 40 },
  );
});

test('the report says what is in force, by distance, and how the days went', async (t) => {
  const app = await testShop(t);
  const { body: quote } = await app.quote({ leverage: 10, payoutUsdc: '100' });
  const { body } = await app.buy(quote);
  await app.bind(body.purchaseOrderId);
  await app.markPaid(body.purchaseOrderId);
  const report = await exposure(app);
  assert.equal(report.policies, 1);
  assert.equal(report.reserve_usdc, '100.00');
  assert.equal(report.days.length, 30);
  assert.deepEqual(
    [report.days.at(-1)?.premiums_usdc, report.days.at(-1)?.in_force_usdc],
    [quote.premium_usdc, '100.00'],
  );
  assert.equal(report.loss_ratio, 0);
  const held = report.buckets.filter((bucket) => bucket.policies > 0);
  const sigmas = quote.distance / quote.depends_on.sigma;
  assert.equal(held.length, 1);
  assert.ok((held[0]?.from_sigma ?? 99) <= sigmas && sigmas < (held[0]?.to_sigma ?? 99));
  assert.deepEqual((await exposure(app)).days, report.days);
  // Each once: a quote that keeps room and what is not bound yet are told apart, and all of it is the book.
  await app.quote({ leverage: 10, payoutUsdc: '50' });
  await app.buy((await app.quote({ leverage: 10, payoutUsdc: '25' })).body);
  const whole = await exposure(app);
  const sum = whole.buckets.reduce((all, bucket) => all + Number(bucket.payout_usdc), 0);
  assert.equal(sum, Number(whole.book.used_usdc));
});
