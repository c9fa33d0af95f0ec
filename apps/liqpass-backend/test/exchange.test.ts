import type { ExchangeAnswer } from '@liqpass/api/market';
import type { ExchangeStandingAnswer } from '@liqpass/api/exchange';
import type { Products } from '@liqpass/api/quotes';
import { formatIso, MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { MAX_ATTEMPTS } from '../src/domain/claim.ts';
import { bindWith, order, refusal, register, snapshotTaken } from './attested.ts';
import { ADMIN_KEY, newOrdId } from './harness.ts';
import { verdict } from './scriptedVerifier.ts';
import { BTC, snapshotOf, testShop, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { signInWith } from './wallet.ts';

type Exchange = Shop & {
  /** What jp-verify says of the exchange from now on; read as the feed does, every 15 seconds for `forMs`. */
  readonly says: (more: Partial<ExchangeAnswer>, forMs?: number) => Promise<void>;
};

/** A shop whose jp-verify says how the exchange is. It answers requests alone: nothing is taken up unless a test says so. */
async function exchange(t: TestContext): Promise<Exchange> {
  const app = await testShop(t, { verdictWaitMs: 50, role: 'web' });
  return {
    ...app,
    async says(more, forMs = 0) {
      app.verifier.route('GET /exchange', () => {
        const nowMs = app.clock.now();
        return { body: { readAtMs: nowMs, answeredAtMs: nowMs, asked: 20, failed: 0, maintenance: [], ...more } };
      });
      await app.feed();
      for (let passed = 0; passed < forMs; passed += 15 * SECOND_MS) {
        app.clock.advance(15 * SECOND_MS);
        await app.feed();
      }
    },
  };
}
const DOWN: Partial<ExchangeAnswer> = { answeredAtMs: null, asked: 4, failed: 4, maintenance: null };
const standing = async (app: Shop) => (await app.call<ExchangeStandingAnswer>('GET', '/api/exchange')).body;
/** The test's clock runs on between two lines of it. */
const assertNear = (ms: number, expectedMs: number): void =>
  assert.ok(Math.abs(ms - expectedMs) < 5 * SECOND_MS, `${ms - expectedMs} ms apart`);
const stateOf = (metrics: string): string[] =>
  [...metrics.matchAll(/liqpass_exchange_state\{state="(\w+)"\} 1/g)].map(([, state]) => state ?? '');

test(`how the exchange is, is kept as intervals, told, and measured; of a time that nobody looked nothing is said (${engine})`, async (t) => {
  const app = await exchange(t);
  assert.deepEqual((await standing(app)).state, null);
  const startMs = app.clock.now();
  await app.says({}, MINUTE_MS);
  await app.says(DOWN, MINUTE_MS);
  const { rows } = await app.backend.ctx.database.pool.query<{ state: string; from_at: Date; until_at: Date }>(
    'select state, from_at, until_at from exchange_intervals order by id',
  );
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['UP', 'DOWN'],
  );
  const [up, downFor] = rows;
  assert.ok(up && downFor);
  assertNear(up.from_at.getTime(), startMs);
  assertNear(up.until_at.getTime(), startMs + MINUTE_MS);
  assert.equal(downFor.from_at.getTime(), up.until_at.getTime(), 'one ends where the next begins');
  assertNear(downFor.until_at.getTime(), startMs + 2 * MINUTE_MS);
  const down = await standing(app);
  assert.deepEqual([down.state, down.trouble, down.since], ['DOWN', 'NO_ANSWER', formatIso(downFor.from_at.getTime())]);
  const metrics = await fetch(`${app.url}/metrics`);
  assert.deepEqual(stateOf(await metrics.text()), ['DOWN']);
  // jp-verify is away: what it would say of the exchange nobody knows.
  app.verifier.route('GET /exchange', () => refusal(503, 'SERVICE_UNAVAILABLE'));
  app.clock.advance(10 * MINUTE_MS);
  await app.feed();
  const after = await standing(app);
  assert.deepEqual(
    [after.state, after.troubles.length, after.troubles[0]?.until],
    [null, 1, formatIso(downFor.until_at.getTime())],
  );
});

test(`while the exchange is down nothing is sold, and the shop says why; when it is back, it sells (${engine})`, async (t) => {
  const app = await exchange(t);
  await app.says({});
  const bought = (await app.quote()).body;
  await app.says({
    maintenance: [{ title: 'Upgrade', state: 'ongoing', serviceType: '5', beginMs: null, endMs: null }],
  });
  for (const refused of [await app.quote(), await app.buy(bought)])
    assert.deepEqual(
      [refused.status, refused.body.error, refused.body.params?.['reason']],
      [409, 'SALES_STOPPED', 'EXCHANGE_DOWN'],
    );
  const { body: shop } = await app.call<Products>('GET', '/api/products');
  assert.deepEqual(
    [shop.items[0]?.off_sale_reason, shop.market[0]?.sales_stopped_reason],
    ['EXCHANGE_DOWN', 'EXCHANGE_DOWN'],
  );
  assert.equal((await standing(app)).title, 'Upgrade');
  await app.says({});
  assert.equal((await app.buy(bought)).status, 201);
});

test(`until when an order may be paid grows by the time that the exchange was down, and by no other (${engine})`, async (t) => {
  const app = await exchange(t);
  const buy = async (): Promise<string> => {
    const { body } = await app.buy((await app.quote()).body);
    assert.equal((await app.bind(body.purchaseOrderId, newOrdId())).status, 200);
    return body.purchaseOrderId;
  };
  await app.says({});
  const id = await buy();
  const before = (await app.readOrder(id)).pay_by ?? '';
  await app.says(DOWN, 3 * MINUTE_MS);
  // As long as it is down the deadline moves with the time; then it stands.
  await app.says({}, MINUTE_MS);
  const grown = (await app.readOrder(id)).pay_by ?? '';
  const { troubles } = await standing(app);
  const [down] = troubles;
  assert.ok(down);
  const downMs = Date.parse(down.until) - Date.parse(down.from);
  assert.ok(downMs >= 3 * MINUTE_MS, String(downMs));
  assert.ok(
    Math.abs(Date.parse(grown) - Date.parse(before) - downMs) < 50,
    'a millisecond is lost at each reading at most',
  );
  const later = await buy();
  assertNear(Date.parse((await app.readOrder(later)).pay_by ?? ''), app.clock.now() + 30 * MINUTE_MS);
  app.clock.set(Date.parse(grown) - SECOND_MS);
  assert.equal((await app.readOrder(id)).status, 'AWAITING_PAYMENT');
  const { body: awaiting } = await app.call<{ items: { id: string }[] }>(
    'GET',
    '/admin/purchase-orders?status=AWAITING_PAYMENT',
    { headers: { 'x-admin-key': ADMIN_KEY } },
  );
  assert.ok(awaiting.items.some((each) => each.id === id));
  app.clock.set(Date.parse(grown));
  assert.equal((await app.readOrder(id)).status, 'LAPSED');
});

test('a deadline that was over before the exchange went down does not come back', async (t) => {
  const app = await exchange(t);
  await app.says({});
  const { body } = await app.buy((await app.quote()).body);
  await app.bind(body.purchaseOrderId, newOrdId());
  app.clock.advance(31 * MINUTE_MS);
  await app.says(DOWN, MINUTE_MS);
  assert.equal((await app.readOrder(body.purchaseOrderId)).status, 'LAPSED');
});

test(`a binding with a key begins a time of its own: what the exchange was down before it does not count (${engine})`, async (t) => {
  const app = await exchange(t);
  await app.says({});
  const person = await signInWith(app);
  const { id: credentialId } = (await register(app, person)).body;
  const id = await order(person);
  await app.says(DOWN, MINUTE_MS);
  await app.says({});
  const ordId = newOrdId();
  const liqPx = Math.round((app.market.marks.get(BTC)?.mark ?? 0) * 0.8);
  app.verifier.route('POST /snapshot', () => snapshotTaken(snapshotOf(app, String(liqPx), { ordId })));
  assert.equal((await bindWith(person, id, ordId, credentialId)).status, 200);
  const read = await person.call<{ pay_by?: string; bound_at: string }>('GET', `/api/purchase-orders/${id}`);
  assert.equal(Date.parse(read.body.pay_by ?? ''), Date.parse(read.body.bound_at) + 30 * MINUTE_MS);
});

test(`a claim that only waits for the exchange is asked about again and again, and never fails for it (${engine})`, async (t) => {
  const app = await exchange(t);
  await app.says({});
  const { id } = await app.covered();
  await app.says(DOWN);
  app.verifier.script(() => verdict('INCONCLUSIVE', 'EXCHANGE_UNAVAILABLE'));
  const { verifications } = app.backend.ctx;
  const filed = await app.claim(id);
  const claim = async () => {
    const row = await app.backend.ctx.db
      .selectFrom('insurance_claims')
      .select(['status', 'attempts', 'next_attempt_at', 'last_attempt_reason'])
      .where('id', '=', filed.body.claimId)
      .executeTakeFirstOrThrow();
    return row;
  };
  for (let times = 1; times <= MAX_ATTEMPTS + 2; times += 1) {
    // As a worker finds it once it is due.
    await app.until(claim, (row) => row.status === 'VERIFYING' && row.last_attempt_reason !== null);
    const dueMs = (await claim()).next_attempt_at?.getTime() ?? 0;
    assertNear(dueMs, app.clock.now() + MINUTE_MS);
    app.clock.set(dueMs + 1);
    await app.says(DOWN);
    await verifications.takeUpDue();
    await app.until(claim, (row) => (row.next_attempt_at?.getTime() ?? 0) > dueMs + 45 * SECOND_MS);
    assert.equal(app.verifier.asked.length, times + 1);
  }
  const waiting = await claim();
  assert.deepEqual(
    [waiting.status, waiting.attempts, waiting.last_attempt_reason],
    ['VERIFYING', 0, 'EXCHANGE_UNAVAILABLE'],
  );
  // Back, and still no answer: that is counted.
  await app.says({});
  app.clock.set((waiting.next_attempt_at?.getTime() ?? 0) + 1);
  await app.says({});
  await verifications.takeUpDue();
  await app.until(claim, (row) => row.attempts === 1);
});
