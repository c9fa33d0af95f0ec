import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { formatIso, MINUTE_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kysely, PostgresDialect } from 'kysely';
import { up } from '../src/db/migrations/0023_one_position.ts';
import { bindWith, far, order, register, snapshotTaken } from './attested.ts';
import { newOrdId } from './harness.ts';
import { goOn, snapshotOf, testShop, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { signInWith, type SignedIn } from './wallet.ts';

/** Two people's orders for one position: the first was bound and lapsed, its price could be paid `inTime`. */
async function lapsedAndNext(app: Shop) {
  goOn(app);
  await app.feed();
  const [one, other]: SignedIn[] = [await signInWith(app), await signInWith(app)];
  assert.ok(one && other);
  const keys = [(await register(app, one)).body.id, (await register(app, other)).body.id];
  const ordId = newOrdId();
  const seen = snapshotOf(app, far(app), { ordId, posId: ordId, mainUid: ordId });
  app.verifier.route('POST /snapshot', () => snapshotTaken({ ...seen, takenAtMs: app.clock.now() }));
  const first = await order(one);
  assert.equal((await bindWith(one, first, ordId, keys[0])).status, 200);
  app.clock.advance(MINUTE_MS);
  const inTime = formatIso(app.clock.now());
  app.market.minutePx = app.market.marks.get('BTC-USDT-SWAP')?.mark ?? 0;
  app.clock.advance(30 * MINUTE_MS);
  await app.feed();
  const next = await order(other);
  return { first, next, inTime, bindNext: () => bindWith(other, next, ordId, keys[1]) };
}
type Paid = PurchaseOrderAnswer & { error?: string };

test(`money for an order that lapsed, and another that binds its position and is paid, at once: one cover (${engine})`, async (t) => {
  const app = await testShop(t);
  const seen = new Set<string>();
  for (let round = 0; round < 12; round += 1) {
    const { first, next, inTime, bindNext } = await lapsedAndNext(app);
    const pay = async (id: string, body: Record<string, unknown>): Promise<Paid> => (await app.markPaid(id, body)).body;
    const late = round % 3;
    // Which of the two comes first differs: by chance, and by a start of one over the other.
    const [a, b] = await Promise.all([
      (late === 0 ? Promise.resolve() : app.readOrder(next)).then(() => pay(first, { paidAt: inTime })),
      bindNext().then(async (bound) => ({ bound: bound.body.error ?? 'bound', paid: await pay(next, {}) })),
      late === 2 ? pay(first, { paidAt: inTime }) : null,
    ]);
    const outcome = [a.refund_reason ?? 'covered', b.bound, b.paid.refund_reason ?? 'covered'];
    assert.ok(
      [
        ['covered', 'ORDER_ALREADY_INSURED', 'PAID_BEFORE_BINDING'],
        ['BINDING_RELEASED', 'bound', 'covered'],
      ].some((right) => JSON.stringify(right) === JSON.stringify(outcome)),
      `round ${round}: ${JSON.stringify(outcome)}`,
    );
    seen.add(outcome.join());
  }
  assert.ok(seen.size > 0, [...seen].join(' | '));
});

test(`both of one position paid at once: one cover, the other goes back (${engine})`, async (t) => {
  const app = await testShop(t);
  for (let round = 0; round < 5; round += 1) {
    const { first, next, inTime, bindNext } = await lapsedAndNext(app);
    assert.equal((await bindNext()).status, 200);
    const paid = await Promise.all([app.markPaid(first, { paidAt: inTime }), app.markPaid(next)]);
    assert.deepEqual(
      paid.map(({ body }) => body.refund_reason),
      ['BINDING_RELEASED', null],
    );
  }
});

test(`the index alone keeps a position to one cover: no flag takes a cover out of it (${engine})`, async (t) => {
  const app = await testShop(t);
  const { first, next, bindNext } = await lapsedAndNext(app);
  assert.equal((await bindNext()).status, 200);
  await app.markPaid(next);
  const { pool } = app.backend.ctx.database;
  await pool.query('alter table purchase_orders drop constraint purchase_orders_sound');
  await assert.rejects(
    pool.query(
      `update purchase_orders set paid_at = $2, paid_amount_usdc = 1, marked_paid_by = 'somebody' where id = $1`,
      [first, new Date(app.clock.now())],
    ),
    (error: { code?: string; constraint?: string }) =>
      error.code === '23505' && /^purchase_orders_live_(?:okx_order|position)$/.test(error.constraint ?? ''),
  );
});

test(`a book that sold one position twice before is taken as it is found (${engine})`, async (t) => {
  const app = await testShop(t);
  const { first, next, bindNext } = await lapsedAndNext(app);
  assert.equal((await bindNext()).status, 200);
  await app.markPaid(next);
  const { database } = app.backend.ctx;
  await database.pool.query(`
    alter table purchase_orders drop constraint purchase_orders_sound;
    drop index purchase_orders_live_okx_order; drop index purchase_orders_live_position;
    create unique index purchase_orders_live_okx_order on purchase_orders ((okx_meta_json ->> 'ordId'))
      where okx_meta_json is not null and binding_released_at is null;
    create unique index purchase_orders_live_position on purchase_orders (okx_main_uid, okx_pos_id, okx_pos_ctime)
      where okx_pos_id is not null and binding_released_at is null`);
  await database.pool.query(
    `update purchase_orders set paid_at = $2, paid_amount_usdc = 1, marked_paid_by = 'somebody' where id = $1`,
    [first, new Date(app.clock.now())],
  );
  await up(new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) }));
  const { rows } = await database.pool.query<{ indexname: string }>(
    `select indexname from pg_indexes where indexname like 'purchase_orders_%e\\_okx_order' or indexname like 'purchase_orders_%e\\_position' order by 1`,
  );
  assert.deepEqual(
    rows.map((row) => row.indexname),
    ['purchase_orders_live_okx_order', 'purchase_orders_live_position'],
  );
});
