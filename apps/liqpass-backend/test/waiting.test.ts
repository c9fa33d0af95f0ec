import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { keepMarks } from '../src/db/book/marketRepo.ts';
import { checkWaits } from '../src/services/waiting.ts';
import { readClaim } from '../src/services/claims.ts';
import { verifyClaim } from '../src/services/verifyClaim.ts';
import { bindWith, order, register, snapshotTaken } from './attested.ts';
import { ADMIN_KEY, newOrdId } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { BTC, snapshotOf, testShop, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { signInWith, type SignedIn } from './wallet.ts';

type Covered = { app: Shop; person: SignedIn; id: string; liqPx: number; startMs: number; boundAtMs: number };

/** An order that a key bound, paid now: its cover begins in ten minutes. */
async function waiting(t: TestContext): Promise<Covered> {
  const app = await testShop(t, { verdictWaitMs: 300 });
  const person = await signInWith(app);
  const { id: credentialId } = (await register(app, person)).body;
  const id = await order(person);
  const ordId = newOrdId();
  const liqPx = Math.round((app.market.marks.get(BTC)?.mark ?? 0) * 0.8);
  app.verifier.route('POST /snapshot', () => snapshotTaken(snapshotOf(app, String(liqPx), { ordId })));
  assert.equal((await bindWith(person, id, ordId, credentialId)).status, 200);
  // The marks at the payment are not there yet: only those that a test keeps lie in the wait.
  app.clock.advance(5 * MINUTE_MS);
  const { body } = await app.markPaid(id);
  assert.equal(body.status, 'SCHEDULED');
  const startMs = Date.parse(body.coverage_start_at ?? '');
  const paidAtMs = Date.parse(body.paid_at ?? '');
  assert.equal(startMs - paidAtMs, 10 * MINUTE_MS);
  return { app, person, id, liqPx, startMs, boundAtMs: Date.parse(body.bound_at ?? '') };
}

/** Keeps a mark each 15 s of the wait: `px`, but `at` the one before the last. */
const keep = ({ app, startMs, boundAtMs }: Covered, px: number, at = px, everyMs = 15 * SECOND_MS): Promise<void> => {
  const marks = [];
  for (let atMs = startMs - everyMs; atMs >= boundAtMs; atMs -= everyMs)
    marks.push({ instId: BTC, atMs, markPx: String(atMs + 2 * everyMs === startMs ? at : px), index: null });
  return keepMarks(app.backend.ctx.db, marks);
};
const read = async ({ person, id }: Covered): Promise<PurchaseOrderAnswer> =>
  (await person.call<PurchaseOrderAnswer>('GET', `/api/purchase-orders/${id}`)).body;
const auditOf = async ({ app, id }: Covered) =>
  (
    await app.backend.ctx.db
      .selectFrom('audit_log')
      .selectAll()
      .where('subject_id', '=', id)
      .where('action', '=', 'check_waiting')
      .execute()
  ).map(({ actor, from_status, to_status, details }) => [actor, from_status, to_status, details]);
const claim = ({ person, id }: Covered) =>
  person.call<{ claimId: string; status: string; rejectedReason?: string } & ErrorAnswer>(
    'POST',
    `/api/purchase-orders/${id}/claims`,
    { claimant: person.wallet.address },
  );

test(`a mark that comes to the liquidation price while cover waits voids it, and the premium goes back (${engine})`, async (t) => {
  const cover = await waiting(t);
  const { app, liqPx, startMs } = cover;
  await keep(cover, liqPx * 1.25, liqPx * 1.001);
  app.clock.set(startMs);
  await checkWaits(app.backend.ctx);
  assert.equal((await read(cover)).waiting_check, undefined, 'the feed may still write');
  app.clock.set(startMs + 30 * SECOND_MS);
  await Promise.all([checkWaits(app.backend.ctx), checkWaits(app.backend.ctx)]);
  const voided = await read(cover);
  assert.deepEqual(
    [voided.status, voided.refund_reason, voided.waiting_check, voided.effective_start_at],
    ['REFUND_DUE', 'TOUCHED_BEFORE_COVER', 'TOUCHED', null],
  );
  const [audit, ...more] = await auditOf(cover);
  assert.deepEqual(audit?.slice(0, 3), ['system', 'ACTIVE', 'REFUND_DUE']);
  assert.equal(more.length, 0, 'written once');
  const { rows } = await app.backend.ctx.database.pool.query(
    'select 1 from book_rooms where purchase_order_id = $1 and held_until > $2',
    [cover.id, new Date(app.clock.now())],
  );
  assert.equal(rows.length, 0, 'its room is given back');
  const filed = await claim(cover);
  assert.deepEqual([filed.status, filed.body.error], [409, 'PURCHASE_ORDER_NOT_COVERED']);
});

test('a mark that stays away leaves the cover as it is', async (t) => {
  const cover = await waiting(t);
  const { app, liqPx, startMs } = cover;
  await keep(cover, liqPx * 1.25, liqPx * 1.0011);
  app.clock.set(startMs + 30 * SECOND_MS);
  await checkWaits(app.backend.ctx);
  const { status, waiting_check } = await read(cover);
  assert.deepEqual([status, waiting_check], ['ACTIVE', 'UNTOUCHED']);
  app.verifier.script(() => liquidated(app.clock.now() - 1));
  assert.equal((await claim(cover)).body.status, 'VERIFIED_PENDING_REVIEW');
});

test('a wait that nobody saw voids nothing; whoever reviews is told', async (t) => {
  const cover = await waiting(t);
  const { app, startMs } = cover;
  app.clock.set(startMs + 30 * SECOND_MS);
  await checkWaits(app.backend.ctx);
  const { status, waiting_check } = await read(cover);
  assert.deepEqual([status, waiting_check], ['ACTIVE', 'UNKNOWN']);
  app.verifier.script(() => liquidated(app.clock.now() - 1));
  const { body } = await claim(cover);
  const review = (await app.readClaim(body.claimId)) as unknown as { purchase_order: PurchaseOrderAnswer };
  assert.equal(review.purchase_order.waiting_check, 'UNKNOWN');
  assert.ok(app.logs.some((line) => line.includes('is not known')));
});

/** A claim that was verified while nobody knew what the mark did during the wait. */
async function verifiedUnknown(t: TestContext): Promise<Covered & { claimId: string }> {
  const cover = await waiting(t);
  const { app, startMs } = cover;
  app.clock.set(startMs + 30 * SECOND_MS);
  await checkWaits(app.backend.ctx);
  app.verifier.script(() => liquidated(app.clock.now() - 1));
  const { body } = await claim(cover);
  assert.equal(body.status, 'VERIFIED_PENDING_REVIEW');
  return { ...cover, claimId: body.claimId };
}
const holdOf = async ({ app, claimId }: Covered & { claimId: string }) => (await app.readClaim(claimId)).hold_reasons;

test(`what was not known of the wait holds the claim until a reviewer says that it may be paid all the same (${engine})`, async (t) => {
  const cover = await verifiedUnknown(t);
  const { app, claimId } = cover;
  assert.deepEqual(await holdOf(cover), ['WAITING_UNCHECKED']);
  const refused = await app.admin(`/admin/claims/${claimId}/approve`);
  assert.deepEqual([refused.status, refused.body.error], [409, 'CLAIM_ON_HOLD']);
  const reason = 'The feed was down; the chart of another venue shows no touch.';
  assert.equal((await app.admin(`/admin/claims/${claimId}/release-hold`, { reason })).status, 200);
  assert.equal((await app.admin(`/admin/claims/${claimId}/approve`)).body.status, 'APPROVED_PENDING_MULTISIG');
  const { audit } = await app.readClaim(claimId);
  assert.equal(audit.find((row) => row.action === 'release_hold')?.why, reason);
});

for (const when of ['at approval', 'by the sweep', 'after the hold was released'] as const)
  test(`marks that come after a claim was verified end it, and the premium goes back: ${when} (${engine})`, async (t) => {
    const cover = await verifiedUnknown(t);
    const { app, claimId, liqPx } = cover;
    if (when === 'after the hold was released')
      await app.admin(`/admin/claims/${claimId}/release-hold`, { reason: 'no touch that I can see' });
    await keep(cover, liqPx * 1.25, liqPx);
    if (when === 'by the sweep') await checkWaits(app.backend.ctx);
    const [one, two] = await Promise.all([
      app.admin(`/admin/claims/${claimId}/approve`, { approvedBy: 'carol' }),
      app.admin(`/admin/claims/${claimId}/approve`, { approvedBy: 'carol' }),
    ]);
    for (const each of [one, two]) assert.deepEqual([each.status, each.body.error], [409, 'INVALID_STATUS_TRANSITION']);
    const ended = await app.readClaim(claimId);
    assert.deepEqual([ended.status, ended.rejected_reason], ['REJECTED', 'TOUCHED_BEFORE_COVER']);
    const step = ended.audit.filter((row) => row.action === 'check_waiting');
    assert.deepEqual(
      step.map((row) => [row.actor, row.from, row.to]),
      [['system', 'VERIFIED_PENDING_REVIEW', 'REJECTED']],
    );
    assert.equal((await read(cover)).status, 'REFUND_DUE');
    const { body } = await app.call<{ items: { kind: string }[] }>('GET', '/admin/payouts', {
      headers: { 'x-admin-key': ADMIN_KEY },
    });
    assert.deepEqual(
      body.items.map((item) => item.kind),
      ['refund'],
      'the premium goes back, and nothing else is owed',
    );
  });

test(`marks that come after a claim was verified and show no touch let go of it (${engine})`, async (t) => {
  const cover = await verifiedUnknown(t);
  await keep(cover, cover.liqPx * 1.25);
  await checkWaits(cover.app.backend.ctx);
  assert.deepEqual(await holdOf(cover), []);
  assert.equal((await read(cover)).waiting_check, 'UNTOUCHED');
  assert.equal((await cover.app.admin(`/admin/claims/${cover.claimId}/approve`)).status, 200);
});

test(`a rejection is not taken back once the cover was voided (${engine})`, async (t) => {
  const cover = await verifiedUnknown(t);
  const { app, claimId, liqPx } = cover;
  await app.admin(`/admin/claims/${claimId}/reject`, { reason: 'not sure', code: 'OTHER' });
  await keep(cover, liqPx * 1.25, liqPx);
  await checkWaits(app.backend.ctx);
  assert.equal((await read(cover)).status, 'REFUND_DUE');
  const back = await app.admin(`/admin/claims/${claimId}/take-back`, { reason: 'sure after all' });
  assert.deepEqual([back.status, back.body.error], [409, 'INVALID_STATUS_TRANSITION']);
  const approved = await app.admin(`/admin/claims/${claimId}/approve`, { approvedBy: 'carol' });
  assert.deepEqual([approved.status, approved.body.error], [409, 'INVALID_STATUS_TRANSITION']);
  assert.equal((await app.readClaim(claimId)).status, 'REJECTED');
});

test('nothing is paid on a cover that was touched, however early the claim is there', async (t) => {
  const cover = await waiting(t);
  const { app, liqPx, startMs } = cover;
  await keep(cover, liqPx * 1.25, liqPx);
  // Filed while cover waits: the verifier says that the position is open.
  const before = await claim(cover);
  assert.equal(before.body.status, 'VERIFYING');
  app.clock.set(startMs + 1000);
  app.verifier.script(() => liquidated(startMs + 500));
  assert.equal(await checkWaits(app.backend.ctx), 0);
  await verifyClaim(app.backend.ctx, await readClaim(app.backend.ctx, before.body.claimId));
  const ended = await app.readClaim(before.body.claimId);
  assert.deepEqual(
    [ended.status, ended.rejected_reason, ended.payout_amount_usdc],
    ['REJECTED', 'TOUCHED_BEFORE_COVER', null],
  );
  assert.deepEqual([(await read(cover)).status, (await auditOf(cover)).length], ['REFUND_DUE', 1]);
  const again = await claim(cover);
  assert.deepEqual([again.status, again.body.status], [200, 'REJECTED'], 'the claim that there is');
});

test('a claim filed the moment cover begins looks at the wait itself', async (t) => {
  const cover = await waiting(t);
  const { app, liqPx, startMs } = cover;
  await keep(cover, liqPx * 1.25, liqPx);
  app.clock.set(startMs + 1);
  app.verifier.script(() => liquidated(startMs));
  assert.equal((await claim(cover)).body.error, 'PURCHASE_ORDER_NOT_COVERED');
  assert.equal((await read(cover)).status, 'REFUND_DUE');
});

test('a binding without a key, and a window given from before the payment, are not looked at', async (t) => {
  const app = await testShop(t);
  const given = await app.covered();
  const id = await app.order();
  await app.bind(id);
  const { body } = await app.markPaid(id);
  await keepMarks(app.backend.ctx.db, [{ instId: BTC, atMs: app.clock.now() + MINUTE_MS, markPx: '1', index: null }]);
  app.clock.set(Date.parse(body.coverage_start_at ?? '') + MINUTE_MS);
  assert.equal(await checkWaits(app.backend.ctx), 0);
  for (const each of [given.id, id]) {
    const { status, waiting_check } = await app.readOrder(each);
    assert.deepEqual([status, waiting_check], ['ACTIVE', undefined]);
  }
});
