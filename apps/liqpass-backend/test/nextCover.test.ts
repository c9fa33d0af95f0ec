import type { OkxPosition } from '@liqpass/api/credentials';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { DAY_MS, formatIso, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Kysely, PostgresDialect } from 'kysely';
import { up } from '../src/db/migrations/0055_next_cover.ts';
import { keepMarks } from '../src/db/book/marketRepo.ts';
import type { Tables } from '../src/db/platform/tables.ts';
import { checkWaits } from '../src/services/waiting.ts';
import { bindWith, far, openPosition, order, register, snapshotTaken } from './attested.ts';
import { brokenInvariants } from './brokenInvariants.ts';
import { APPLICATION, newOrdId } from './harness.ts';
import { liquidated, verdict } from './scriptedVerifier.ts';
import { BTC, goOn, snapshotOf, testShop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { signInWith, staysSignedIn, type SignedIn } from './wallet.ts';

/** One position that a key shows, covered; the clock stands half an hour before that cover ends. */
async function lastHalfHour(t: TestContext, { margin = '200' } = {}) {
  const app = await testShop(t, { verdictWaitMs: 30_000 });
  // A session ends before a cover does: signed in anew each time that the clock moves.
  const { person, again } = await staysSignedIn(app);
  const credentialId = (await register(app, person)).body.id;
  const seen = snapshotOf(app, far(app), { ordId: newOrdId(), margin });
  app.verifier.route('POST /snapshot', () => snapshotTaken({ ...seen, takenAtMs: app.clock.now() }));
  app.verifier.route('POST /positions', () => ({ body: { positions: [openPosition(seen, { margin })] } }));
  const read = async (id: string): Promise<PurchaseOrderAnswer> =>
    (await person.call<PurchaseOrderAnswer>('GET', `/api/purchase-orders/${id}`)).body;
  /** To this moment, with a market that went on quietly: its marks lie in each wait. */
  const at = async (ms: number): Promise<void> => {
    app.clock.set(ms);
    goOn(app);
    app.market.minutePx = app.market.marks.get(BTC)?.mark ?? 0;
    await app.feed();
    const markPx = String(app.market.marks.get(BTC)?.mark);
    const marks = Array.from({ length: 80 }, (_, n) => ({
      instId: BTC,
      atMs: ms - n * MINUTE_MS,
      markPx,
      index: null,
    }));
    await keepMarks(app.backend.ctx.db, marks);
    await again();
  };
  const bind = (id: string, by: SignedIn = person) => bindWith(by, id, seen.ordId, credentialId);
  const next = (follows: string, by: SignedIn = person) =>
    by.call<{ purchaseOrderId: string } & ErrorAnswer>('POST', '/api/purchase-orders', {
      ...APPLICATION,
      follows,
    });
  const claim = async (id: string) => {
    const filed = await person.call<{ claimId: string; status: string; rejectedReason?: string } & ErrorAnswer>(
      'POST',
      `/api/purchase-orders/${id}/claims`,
      { claimant: person.wallet.address },
    );
    return filed.body;
  };
  const first = await order(person);
  assert.equal((await bind(first)).status, 200);
  await app.markPaid(first);
  const endMs = Date.parse((await read(first)).coverage_end_at ?? '');
  const listed = async (): Promise<Pick<OkxPosition, 'insurable' | 'order_id' | 'next_from'>> => {
    const { body } = await person.call<{ items: OkxPosition[] }>(
      'GET',
      `/api/okx-credentials/${credentialId}/positions`,
    );
    const [item] = body.items;
    assert.ok(item);
    const { insurable, order_id, next_from } = item;
    return { insurable, order_id, ...(next_from === undefined ? {} : { next_from }) };
  };
  /** The next cover of the position, bound and not paid. */
  const bought = async (follows = first): Promise<string> => {
    const id = (await next(follows)).body.purchaseOrderId;
    const bound = await bind(id);
    assert.equal(bound.status, 200, JSON.stringify(bound.body));
    return id;
  };
  const holds = async (): Promise<void> => assert.deepEqual(await brokenInvariants(app.backend.ctx.database.pool), []);
  return { app, person, seen, first, endMs, at, read, bind, next, claim, listed, bought, holds, credentialId };
}

test(`in its last hour a cover has a next one, which begins where it ends: no gap, no overlap (${engine})`, async (t) => {
  const { app, person, first, endMs, at, read, bind, next, listed, bought, holds } = await lastHalfHour(t);
  await at(endMs - 2 * HOUR_MS);
  assert.equal((await next(first)).body.error, 'START_TOO_FAR');
  assert.deepEqual(await listed(), { insurable: false, order_id: first });
  await at(endMs - 30 * MINUTE_MS);
  assert.deepEqual(await listed(), { insurable: true, order_id: first, next_from: formatIso(endMs) });
  // By itself an order has no place while the first covers.
  assert.equal((await bind(await order(person))).body.error, 'ORDER_ALREADY_INSURED');
  const second = await bought();
  assert.deepEqual(await listed(), { insurable: false, order_id: second });
  const paid = (await app.markPaid(second)).body;
  assert.deepEqual(
    [paid.status, paid.coverage_start_at, paid.effective_start_at, paid.coverage_end_at, paid.follows],
    ['SCHEDULED', formatIso(endMs), formatIso(endMs), formatIso(endMs + DAY_MS), first],
  );
  await at(endMs - 10_000);
  assert.deepEqual([(await read(first)).status, (await read(second)).status], ['ACTIVE', 'SCHEDULED']);
  await at(endMs + MINUTE_MS);
  await checkWaits(app.backend.ctx);
  assert.deepEqual([(await read(first)).status, (await read(second)).status], ['EXPIRED', 'ACTIVE']);
  assert.equal((await read(second)).waiting_check, 'UNTOUCHED');
  await holds();
});

test(`only its holder goes on from a cover, and its window is the server's (${engine})`, async (t) => {
  const { app, first, endMs, at, next, person } = await lastHalfHour(t);
  await at(endMs - 30 * MINUTE_MS);
  const stranger = await signInWith(app);
  assert.equal((await next(first, stranger)).body.error, 'NOT_THE_OWNER');
  const given = { ...APPLICATION, follows: first, coverageStartAt: formatIso(endMs) };
  const refused = await person.call<ErrorAnswer>('POST', '/api/purchase-orders', given);
  assert.deepEqual([refused.status, refused.body.error], [400, 'VALIDATION_FAILED']);
  const unknown = await next('00000000-0000-4000-8000-000000000000');
  assert.equal(unknown.body.error, 'PURCHASE_ORDER_NOT_FOUND');
});

test(`two renewals at once: exactly one is bound (${engine})`, async (t) => {
  const { app, person, first, endMs, at, bind, next, holds } = await lastHalfHour(t);
  await at(endMs - 30 * MINUTE_MS);
  for (let round = 0; round < 4; round += 1) {
    const made = await Promise.all([next(first), next(first)]);
    const ids = made.map(({ body }) => body.purchaseOrderId);
    const bound = await Promise.all(ids.map((id) => bind(id)));
    assert.deepEqual(bound.map(({ body }) => body.error ?? 'bound').toSorted(), ['ORDER_ALREADY_INSURED', 'bound']);
    const { rows } = await app.backend.ctx.database.pool.query<{ behind: boolean }>(
      'select behind from purchase_orders where okx_pos_id is not null and binding_released_at is null order by created_at',
    );
    assert.deepEqual(rows, [{ behind: false }, { behind: true }]);
    await holds();
    // Taken back, its place is free for another.
    const won = ids[bound.findIndex(({ status }) => status === 200)] ?? '';
    assert.equal((await person.call('POST', `/api/purchase-orders/${won}/cancel`, {})).status, 200);
  }
});

test(`both orders of one position bound at once, the first cover just over: they never overlap (${engine})`, async (t) => {
  const { app, person, first, endMs, at, bind, bought, next, read, holds } = await lastHalfHour(t);
  await at(endMs - 30 * MINUTE_MS);
  const second = await bought();
  await app.markPaid(second);
  await at(endMs + HOUR_MS);
  // Whoever binds anew meets the next cover, which moved up; and nobody takes its place.
  const plain = await Promise.all([order(person), order(person), order(person)]);
  const bound = await Promise.all(plain.map((id) => bind(id)));
  assert.deepEqual(new Set(bound.map(({ body }) => body.error)), new Set(['ORDER_ALREADY_INSURED']));
  const { rows } = await app.backend.ctx.database.pool.query<{ id: string; behind: boolean }>(
    'select id, behind from purchase_orders where okx_pos_id is not null and binding_released_at is null',
  );
  assert.deepEqual(rows, [{ id: second, behind: false }]);
  // And so on, day by day.
  const secondEnd = Date.parse((await read(second)).coverage_end_at ?? '');
  await at(secondEnd - 20 * MINUTE_MS);
  const third = (await next(second)).body.purchaseOrderId;
  assert.equal((await bind(third)).status, 200);
  assert.equal((await app.markPaid(third)).body.effective_start_at, formatIso(secondEnd));
  await at(secondEnd + DAY_MS - 10 * MINUTE_MS);
  const fourth = await bought(third);
  assert.equal((await read(fourth)).follows, third);
  assert.notEqual((await read(first)).status, 'ACTIVE');
  await holds();
});

test(`paid less than ten minutes before the end, it begins ten minutes after the money, for as long as was sold (${engine})`, async (t) => {
  const { app, first, endMs, at, read, bought, holds } = await lastHalfHour(t);
  await at(endMs - 3 * MINUTE_MS);
  const second = await bought();
  const { body } = await app.markPaid(second);
  const startMs = Date.parse(body.effective_start_at ?? '');
  assert.equal(startMs, Date.parse(body.paid_at ?? '') + 10 * MINUTE_MS);
  assert.ok(startMs > endMs);
  assert.equal(Date.parse(body.coverage_end_at ?? ''), startMs + DAY_MS);
  // The record taken back, and made again: never before the first one's end.
  const undone = await app.admin(`/admin/purchase-orders/${second}/undo-paid`, { reason: 'a mistake' });
  assert.equal(undone.status, 200, JSON.stringify(undone.body));
  assert.ok(Date.parse((await read(second)).coverage_start_at ?? '') >= endMs);
  assert.equal((await app.markPaid(second)).body.refund_reason, null);
  assert.equal((await read(first)).status, 'ACTIVE');
  await holds();
});

test(`bought before the end and bound after it, it is a cover like any other (${engine})`, async (t) => {
  const { app, first, endMs, at, read, bind, next, holds } = await lastHalfHour(t);
  await at(endMs - MINUTE_MS);
  const second = (await next(first)).body.purchaseOrderId;
  await at(endMs + MINUTE_MS);
  assert.equal((await bind(second)).status, 200);
  assert.equal((await app.markPaid(second)).body.refund_reason, null);
  const { rows } = await app.backend.ctx.database.pool.query('select behind from purchase_orders where id = $1', [
    second,
  ]);
  assert.deepEqual(rows, [{ behind: false }]);
  assert.equal((await read(first)).status, 'EXPIRED');
  await holds();
});

test(`a position that was liquidated before the next cover began: that one's money goes back (${engine})`, async (t) => {
  for (const paidBefore of [false, true]) {
    const { app, first, endMs, at, read, bought, claim, holds } = await lastHalfHour(t);
    await at(endMs - 30 * MINUTE_MS);
    const second = await bought();
    if (paidBefore) assert.equal((await app.markPaid(second)).body.status, 'SCHEDULED');
    const whenMs = endMs - 20 * MINUTE_MS;
    await at(endMs - 15 * MINUTE_MS);
    // Its holder took margin out: no mark came to the liquidation price that was seen.
    app.verifier.script(() => liquidated(whenMs));
    assert.equal((await claim(first)).status, 'VERIFIED_PENDING_REVIEW');
    if (!paidBefore) await app.markPaid(second);
    await at(endMs + MINUTE_MS);
    await checkWaits(app.backend.ctx);
    assert.deepEqual(
      [(await read(second)).status, (await read(second)).refund_reason],
      ['REFUND_DUE', 'TOUCHED_BEFORE_COVER'],
    );
    await holds();
  }
});

test(`a position that is known to be closed when the money for its next cover comes: it goes back (${engine})`, async (t) => {
  const { app, first, endMs, at, bought, claim, holds } = await lastHalfHour(t);
  await at(endMs - 30 * MINUTE_MS);
  const second = await bought();
  await at(endMs - 20 * MINUTE_MS);
  app.verifier.script(() => verdict('NOT_LIQUIDATED', 'CLOSED_NORMALLY'));
  assert.equal((await claim(first)).rejectedReason, 'CLOSED_NORMALLY');
  assert.equal((await app.markPaid(second)).body.refund_reason, 'BINDING_RELEASED');
  await holds();
});

test(`a claim under way on the cover, or one that was paid, has no next cover (${engine})`, async (t) => {
  const { app, first, endMs, at, next, bind, listed, claim } = await lastHalfHour(t);
  await at(endMs - 30 * MINUTE_MS);
  const second = (await next(first)).body.purchaseOrderId;
  app.verifier.script(() => liquidated(app.clock.now() - MINUTE_MS));
  assert.equal((await claim(first)).status, 'VERIFIED_PENDING_REVIEW');
  assert.deepEqual(await listed(), { insurable: false, order_id: first });
  assert.equal((await bind(second)).body.error, 'ORDER_ALREADY_INSURED');
});

test(`a liquidation just before, at and just after the end is one cover's alone (${engine})`, async (t) => {
  for (const [offMs, paying] of [
    [-1, 0],
    [0, 1],
    [1, 1],
  ] as const) {
    const { app, first, endMs, at, bought, claim, holds } = await lastHalfHour(t);
    await at(endMs - 30 * MINUTE_MS);
    const second = await bought();
    await app.markPaid(second);
    await at(endMs + 5 * MINUTE_MS);
    app.verifier.script(() => liquidated(endMs + offMs));
    const claims = [await claim(first), await claim(second)];
    assert.deepEqual(
      claims.map(({ status, error }) => (status ?? error) === 'VERIFIED_PENDING_REVIEW'),
      [paying === 0, paying === 1],
      JSON.stringify([offMs, claims]),
    );
    await holds();
  }
});

test(`an account whose margin is promised whole goes on; another position beside it does not (${engine})`, async (t) => {
  const { app, seen, person, endMs, at, bought, credentialId } = await lastHalfHour(t, { margin: '100' });
  await at(endMs - 30 * MINUTE_MS);
  const second = await bought();
  assert.equal((await app.markPaid(second)).body.refund_reason, null);
  const other = { ...seen, posId: '99', ordId: newOrdId() };
  app.verifier.route('POST /snapshot', () => snapshotTaken({ ...other, takenAtMs: app.clock.now() }));
  const refused = await bindWith(person, await order(person), other.ordId, credentialId);
  assert.deepEqual(
    [refused.body.error, refused.body.params?.['reason']],
    ['POSITION_NOT_INSURABLE', 'ACCOUNT_LIMIT_REACHED'],
  );
});

test(`a price for later is of later, and of an hour ahead at most (${engine})`, async (t) => {
  const app = await testShop(t);
  const now = app.clock.now();
  const soon = await app.quote({ coverageStartAt: formatIso(now + 50 * MINUTE_MS) });
  assert.equal(soon.status, 200);
  const late = await app.quote({ coverageStartAt: formatIso(now + 61 * MINUTE_MS) });
  assert.deepEqual([late.status, late.body.error], [422, 'START_TOO_FAR']);
});

test(`a book of before has its covers in the first place, and goes on (${engine})`, async (t) => {
  const { app, first, endMs, at, bought, holds } = await lastHalfHour(t);
  const { pool } = app.backend.ctx.database;
  await pool.query(`
    drop trigger move_up on purchase_orders; drop function move_up_next_cover;
    alter table purchase_orders drop column behind, drop column follows;
    create unique index purchase_orders_live_okx_order on purchase_orders ((okx_meta_json ->> 'ordId'))
      where okx_meta_json is not null and binding_released_at is null;
    create unique index purchase_orders_live_position on purchase_orders (okx_main_uid, okx_pos_id, okx_pos_ctime)
      where okx_pos_id is not null and binding_released_at is null`);
  await up(new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }));
  await at(endMs - 30 * MINUTE_MS);
  const second = await bought(first);
  assert.equal((await app.markPaid(second)).body.effective_start_at, formatIso(endMs));
  await holds();
});
