import type { PaymentPreview } from '@liqpass/api/purchaseOrders';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { formatIso, HOUR_MS, MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { checkWaits } from '../src/services/waiting.ts';
import { bindWith, order, register, snapshotTaken } from './attested.ts';
import { ADMIN_KEY, APPLICATION, newOrdId } from './harness.ts';
import { BTC, snapshotOf, testShop, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { signInWith, type SignedIn } from './wallet.ts';

// What an attack on the running product got, point by point: over HTTP.

const txHash = (): string => `0x${randomBytes(32).toString('hex')}`;
const mark = (app: Shop): number => app.market.marks.get(BTC)?.mark ?? 0;
/** Moves the mark, and reads it as the feed does. */
async function move(app: Shop, px: number): Promise<void> {
  app.market.marks.set(BTC, { mark: px });
  await app.feed();
}
type Bound = { app: Shop; person: SignedIn; id: string; ordId: string; credentialId: string; liqPx: number };
/** An order at the catalogue's price, bound with a key to a position 20 % from its liquidation. */
async function bound(t: TestContext, settings: Parameters<typeof testShop>[1] = {}): Promise<Bound> {
  const app = await testShop(t, settings);
  const person = await signInWith(app);
  const credentialId = (await register(app, person)).body.id;
  const liqPx = Math.round(mark(app) * 0.8);
  const ordId = newOrdId();
  app.verifier.route('POST /snapshot', (body) => {
    const asked = body as { ordId: string };
    return snapshotTaken(snapshotOf(app, String(liqPx), { ordId: asked.ordId, posId: asked.ordId }));
  });
  const id = await order(person);
  const { status, body } = await bindWith(person, id, ordId, credentialId);
  assert.equal(status, 200, JSON.stringify(body));
  return { app, person, id, ordId, credentialId, liqPx };
}
const preview = async ({ person, id }: Bound): Promise<PaymentPreview> =>
  (await person.call<PaymentPreview>('GET', `/api/purchase-orders/${id}/payment-preview`)).body;
const outcome = async (app: Shop, id: string, body: Record<string, unknown> = {}) => {
  const answer = await app.markPaid(id, body);
  return [answer.body.status, answer.body.refund_reason];
};

test(`a price is no free option: bound, left until the mark is near, and paid, it goes back (${engine})`, async (t) => {
  const at = await bound(t);
  const sold = await preview(at);
  assert.deepEqual([sold.outcome, sold.unjudged], ['COVERED', []]);
  await move(at.app, at.liqPx / 0.991);
  const told = await preview(at);
  assert.deepEqual([told.outcome, told.refund_reason, told.effective_start_at], ['REFUND', 'PRICE_MOVED', null]);
  assert.ok(told.price && told.price.distance < 0.01 && Number(told.price.premium_usdc) > 1);
  assert.deepEqual(await outcome(at.app, at.id), ['REFUND_DUE', 'PRICE_MOVED']);
});

test('a mark that touched and came back is not forgotten', async (t) => {
  const at = await bound(t);
  const before = mark(at.app);
  at.app.clock.advance(15 * SECOND_MS);
  await move(at.app, at.liqPx);
  at.app.clock.advance(15 * SECOND_MS);
  await move(at.app, before);
  assert.equal((await preview(at)).refund_reason, 'TOUCHED_BEFORE_COVER');
  assert.deepEqual(await outcome(at.app, at.id), ['REFUND_DUE', 'TOUCHED_BEFORE_COVER']);
});

test('the catalogue’s price has a deadline once a key bound it; a report keeps nothing', async (t) => {
  const at = await bound(t);
  const read = await at.person.call<{ pay_by?: string; bound_at: string }>('GET', `/api/purchase-orders/${at.id}`);
  assert.equal(read.body.pay_by, formatIso(Date.parse(read.body.bound_at) + 30 * MINUTE_MS));
  const hash = txHash();
  await at.person.call('POST', `/api/purchase-orders/${at.id}/report-payment`, { txHash: hash });
  at.app.clock.advance(30 * MINUTE_MS);
  assert.deepEqual(await outcome(at.app, at.id, { txHash: hash }), ['REFUND_DUE', 'PAID_AFTER_DEADLINE']);
});

test('the wait cannot be skipped: a given start in the past is covered ten minutes after the money, one far ahead is not sold', async (t) => {
  const at = await bound(t);
  const now = at.app.clock.now();
  const id = await order(at.person, {
    coverageStartAt: formatIso(now - HOUR_MS),
    coverageEndAt: formatIso(now + 20 * HOUR_MS),
  });
  await bindWith(at.person, id, newOrdId(), at.credentialId);
  await at.app.feed();
  const { body } = await at.app.markPaid(id);
  assert.equal(body.refund_reason, null);
  assert.equal(Date.parse(body.effective_start_at ?? '') - Date.parse(body.paid_at ?? ''), 10 * MINUTE_MS);
  for (const coverageStartAt of ['9999-01-01T00:00:00Z', formatIso(now + HOUR_MS + MINUTE_MS)]) {
    const far = await at.app.call<ErrorAnswer>('POST', '/api/purchase-orders', {
      body: { ...APPLICATION, coverageStartAt },
    });
    assert.deepEqual([far.status, far.body.error], [422, 'START_TOO_FAR']);
  }
  // The seed's own body: made, and covers nothing.
  const over = await at.app.order({
    coverageStartAt: '2026-01-22T12:00:00Z',
    coverageEndAt: '2026-01-23T12:00:00Z',
  });
  await at.app.bind(over);
  assert.deepEqual(await outcome(at.app, over), ['REFUND_DUE', 'PAID_AFTER_WINDOW']);
});

test('one position, one cover: money for an order that let go of it goes back', async (t) => {
  const at = await bound(t);
  const inTime = formatIso(at.app.clock.now() + SECOND_MS);
  at.app.clock.advance(31 * MINUTE_MS);
  await at.app.feed();
  const second = await order(at.person);
  assert.equal((await bindWith(at.person, second, at.ordId, at.credentialId)).status, 200, 'the first has lapsed');
  assert.deepEqual(await outcome(at.app, second), ['SCHEDULED', null]);
  assert.deepEqual(await outcome(at.app, at.id, { paidAt: inTime }), ['REFUND_DUE', 'BINDING_RELEASED']);
  // Not by the rule alone: the database takes no such row.
  await assert.rejects(
    at.app.backend.ctx.database.pool.query('update purchase_orders set refund_reason = null where id = $1', [at.id]),
    /purchase_orders_sound/,
  );
});

test('who sent the money decides whose it is, whoever named the transaction first', async (t) => {
  const at = await bound(t);
  const hash = txHash();
  const thief = await at.app.order();
  await at.app.bind(thief);
  const report = (id: string, txHash: string) =>
    at.app.call('POST', `/api/purchase-orders/${id}/report-payment`, { body: { txHash } });
  assert.equal((await report(thief, hash)).status, 200);
  await at.person.call('POST', `/api/purchase-orders/${at.id}/report-payment`, { txHash: hash });
  const payer = at.person.wallet.address;
  const unclear = async (id: string, body: Record<string, unknown>, reason: string): Promise<void> => {
    const refused = await at.app.markPaid(id, { txHash: hash, ...body });
    assert.deepEqual(
      [refused.status, refused.body.error, refused.body.params?.['reason']],
      [422, 'PAYER_UNCLEAR', reason],
    );
  };
  await unclear(thief, {}, 'SEVERAL_ORDERS_NAME_IT');
  await unclear(thief, { payer }, 'PAYER_IS_ANOTHER');
  await unclear(at.id, { payer: `0x${'12'.repeat(20)}` }, 'PAYER_IS_ANOTHER');
  const shown = await at.app.call<PaymentPreview>(
    'GET',
    `/admin/purchase-orders/${thief}/payment-preview?txHash=${hash}&payer=${payer}`,
    { headers: { 'x-admin-key': ADMIN_KEY } },
  );
  assert.deepEqual(
    [shown.body.outcome, shown.body.refusal?.reason, shown.body.also_named.map(({ id, owner }) => [id, owner])],
    ['REFUSED', 'PAYER_IS_ANOTHER', [[at.id, payer]]],
  );
  const paid = await at.app.markPaid(at.id, { txHash: hash, payer });
  assert.deepEqual([paid.body.status, paid.body.payer], ['SCHEDULED', payer]);
  const again = await at.app.markPaid(thief, { txHash: hash, payer, note: 'it says so' });
  assert.deepEqual([again.status, again.body.error], [409, 'TX_HASH_ALREADY_USED']);
});

test('nothing counts that was there before the order', async (t) => {
  const app = await testShop(t);
  const id = await app.order();
  await app.bind(id);
  const paidAt = formatIso(app.clock.now() - 5 * MINUTE_MS);
  assert.deepEqual(await outcome(app, id, { paidAt }), ['REFUND_DUE', 'PAID_BEFORE_BINDING']);
});

test('an account’s limit is taken when the money comes: what lapsed while unpaid is taken again, or the money goes back', async (t) => {
  // Half of the margin of 200 covers two of 50: not a third, by whatever detour.
  const at = await bound(t);
  const inTime = formatIso(at.app.clock.now() + SECOND_MS);
  at.app.market.minutePx = mark(at.app);
  at.app.clock.advance(31 * MINUTE_MS);
  await at.app.feed();
  for (let more = 0; more < 2; more += 1) {
    const id = await order(at.person);
    assert.equal((await bindWith(at.person, id, newOrdId(), at.credentialId)).status, 200);
    assert.deepEqual(await outcome(at.app, id), ['SCHEDULED', null]);
  }
  assert.deepEqual(await outcome(at.app, at.id, { paidAt: inTime }), ['REFUND_DUE', 'ACCOUNT_LIMIT_REACHED']);
});

test('forty requests from nobody close no shop', async (t) => {
  const app = await testShop(t);
  const asked = await Promise.all(Array.from({ length: 40 }, () => app.quote({ payoutUsdc: '500' })));
  assert.ok(asked.every((reply) => reply.status === 200));
  const used = await app.call<{ book: { used_usdc: string } }>('GET', '/admin/exposure', {
    headers: { 'x-admin-key': ADMIN_KEY },
  });
  assert.equal(used.body.book.used_usdc, '1500.00', 'three rooms to an address');
  const bought = await Promise.all(asked.slice(0, 5).map(({ body }) => app.buy(body)));
  assert.ok(
    bought.every((reply) => reply.status === 201),
    'each is sold all the same',
  );
});

test('a gap in the marks is filled from the exchange’s minutes, and what was unknown is judged by them', async (t) => {
  const at = await bound(t);
  at.app.clock.advance(5 * MINUTE_MS);
  const { body } = await at.app.markPaid(at.id);
  assert.equal(body.status, 'SCHEDULED');
  at.app.clock.set(Date.parse(body.effective_start_at ?? '') + MINUTE_MS);
  await checkWaits(at.app.backend.ctx);
  const read = async () =>
    (await at.person.call<{ status: string; waiting_check?: string }>('GET', `/api/purchase-orders/${at.id}`)).body;
  assert.equal((await read()).waiting_check, 'UNKNOWN');
  // The scripted exchange's minutes lie at 100: long past the liquidation price.
  await at.app.feed();
  await checkWaits(at.app.backend.ctx);
  const { status, waiting_check } = await read();
  assert.deepEqual([status, waiting_check], ['REFUND_DUE', 'TOUCHED']);
});

test('order numbers cost a look-up each: ten a minute for a wallet', async (t) => {
  const at = await bound(t);
  const id = await order(at.person);
  at.app.verifier.route('POST /snapshot', () => snapshotTaken(null, 'ORDER_NOT_FOUND'));
  const answers: number[] = [];
  for (let turn = 0; turn < 12; turn += 1)
    answers.push((await bindWith(at.person, id, newOrdId(), at.credentialId)).status);
  assert.deepEqual(answers, [...Array<number>(9).fill(422), 429, 429, 429]);
  const other = await signInWith(at.app);
  assert.equal((await other.call('GET', '/api/me')).status, 200);
});
