import type { AdminClaim } from '@liqpass/api/operators';
import { MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN_KEY, CLAIMANT } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { testShop, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { newWallet } from './wallet.ts';

const PAYER = `0x${'7'.repeat(40)}`;

/** A quoted order of a side, bound; unpaid. */
async function bound(app: Shop, side: 'long' | 'short', more: Record<string, unknown>): Promise<string> {
  await app.feed();
  const { body } = await app.buy((await app.quote({ side })).body, more);
  assert.equal((await app.bind(body.purchaseOrderId)).status, 200);
  return body.purchaseOrderId;
}
async function paid(app: Shop, id: string, more: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await app.markPaid(id, more);
  assert.deepEqual([status, body.refund_reason ?? null], [200, null]);
  return id;
}
const read = async (app: Shop, id: string): Promise<AdminClaim> =>
  (await app.call<AdminClaim>('GET', `/admin/claims/${id}`, { headers: { 'x-admin-key': ADMIN_KEY } })).body;
/** A claim on an order whose position was liquidated a second ago. */
async function claimOf(
  app: Shop,
  id: string,
  claimant: string,
  more: Record<string, unknown> = {},
): Promise<AdminClaim> {
  app.verifier.script(() => liquidated(app.clock.now() - SECOND_MS, '7.5', more));
  const { body } = await app.claim(id, claimant);
  assert.equal(body.status, 'VERIFIED_PENDING_REVIEW', JSON.stringify(body));
  return read(app, body.claimId);
}
const shownOf = (claim: AdminClaim): unknown => claim.hedges.map((h) => [h.purchase_order_id, h.side, h.links]);

test(`a claim whose payee has the opposite cover at the same time is held, and the reviewer sees both (${engine})`, async (t) => {
  const app = await testShop(t);
  const payoutAddress = newWallet().address;
  const long = await paid(app, await bound(app, 'long', { payoutAddress }));
  const short = await paid(app, await bound(app, 'short', { payoutAddress }));
  app.clock.advance(11 * MINUTE_MS);
  const claim = await claimOf(app, long, payoutAddress);
  assert.deepEqual(claim.hold_reasons, ['HEDGED_PAIR']);
  assert.deepEqual(shownOf(claim), [[short, 'short', ['PAYOUT_ADDRESS']]]);
  const held = async (): Promise<string[]> => {
    const path = '/admin/claims?flag=HEDGED_PAIR';
    const { body } = await app.call<{ items: AdminClaim[] }>('GET', path, { headers: { 'x-admin-key': ADMIN_KEY } });
    return body.items.map((item) => item.id);
  };
  assert.deepEqual(await held(), [claim.id], 'the queue finds it by what holds it');
  const refused = await app.admin(`/admin/claims/${claim.id}/approve`);
  assert.deepEqual([refused.status, refused.body.error], [409, 'CLAIM_ON_HOLD']);
  // Looked at and released, it is no more held for them, and they are shown all the same.
  assert.equal((await app.admin(`/admin/claims/${claim.id}/release-hold`, { reason: 'two desks' })).status, 200);
  assert.deepEqual(await held(), []);
  assert.equal((await app.admin(`/admin/claims/${claim.id}/approve`)).status, 200);
  assert.deepEqual(shownOf(await read(app, claim.id)), [[short, 'short', ['PAYOUT_ADDRESS']]]);
});

test(`the sender of both premiums links them; covers of one side, and of strangers, hold nothing (${engine})`, async (t) => {
  const app = await testShop(t);
  const [one, other, third] = [newWallet().address, newWallet().address, newWallet().address];
  const linked = await paid(app, await bound(app, 'long', { payoutAddress: one }), { payer: PAYER, note: 'asked' });
  const stranger = await paid(app, await bound(app, 'long', { payoutAddress: third }));
  const short = await paid(app, await bound(app, 'short', { payoutAddress: other }), { payer: PAYER, note: 'asked' });
  app.clock.advance(11 * MINUTE_MS);
  const held = await claimOf(app, linked, one);
  assert.deepEqual([held.hold_reasons, shownOf(held)], [['HEDGED_PAIR'], [[short, 'short', ['PAYER']]]]);
  const free = await claimOf(app, stranger, third);
  assert.deepEqual([free.hold_reasons, free.hedges], [[], []]);
  assert.equal((await app.admin(`/admin/claims/${free.id}/approve`)).status, 200);
});

test(`a cover that nobody saw with a key has the side of its evidence; who turns round after a liquidation hedges nothing (${engine})`, async (t) => {
  const app = await testShop(t);
  const payoutAddress = CLAIMANT;
  const first = await app.covered();
  const { body: withSide } = liquidated(0) as { body: { liquidation: object } };
  const side = (word: string) => ({
    liquidation: {
      ...withSide.liquidation,
      liquidation_time_ms: app.clock.now() - SECOND_MS,
      first_forced_time_ms: app.clock.now() - SECOND_MS,
      side: word,
    },
  });
  app.clock.advance(MINUTE_MS);
  const before = await claimOf(app, first.id, CLAIMANT, side('long'));
  assert.deepEqual(before.hold_reasons, []);
  // Turned round: the short's cover begins once the long is gone.
  const short = await paid(app, await bound(app, 'short', { payoutAddress }));
  app.clock.advance(11 * MINUTE_MS);
  const later = await claimOf(app, short, CLAIMANT);
  assert.deepEqual([later.hold_reasons, later.hedges], [[], []]);
  // A long whose side its evidence alone tells, and a short at the same time.
  const [second, opposite] = [await app.covered(), await paid(app, await bound(app, 'short', { payoutAddress }))];
  app.clock.advance(11 * MINUTE_MS);
  const held = await claimOf(app, second.id, CLAIMANT, side('long'));
  assert.deepEqual([held.hold_reasons, shownOf(held)], [['HEDGED_PAIR'], [[opposite, 'short', ['PAYOUT_ADDRESS']]]]);
});

test(`an opposite cover that is paid for in the very moment of the claim, or recorded later, holds the approval (${engine})`, async (t) => {
  const app = await testShop(t);
  for (const raced of [true, false]) {
    const payoutAddress = newWallet().address;
    const long = await paid(app, await bound(app, 'long', { payoutAddress }));
    const short = await bound(app, 'short', { payoutAddress });
    const paidAt = new Date(app.clock.now()).toISOString();
    app.clock.advance(11 * MINUTE_MS);
    app.verifier.script(() => liquidated(app.clock.now() - SECOND_MS));
    const pay = () => app.markPaid(short, { paidAt });
    const [claimed] = raced
      ? await Promise.all([app.claim(long, payoutAddress), pay()])
      : [await app.claim(long, payoutAddress), await pay()];
    assert.equal(claimed.body.status, 'VERIFIED_PENDING_REVIEW', JSON.stringify(claimed.body));
    const path = `/admin/claims/${claimed.body.claimId}/approve`;
    const answers = await Promise.all([app.admin(path), app.admin(path)]);
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body.error]),
      [
        [409, 'CLAIM_ON_HOLD'],
        [409, 'CLAIM_ON_HOLD'],
      ],
    );
    assert.deepEqual((await read(app, claimed.body.claimId)).hold_reasons, ['HEDGED_PAIR']);
    // A machine that says for whom it approves releases the hold with it.
    assert.equal((await app.admin(path, { approvedBy: 'carol' })).status, 200);
  }
});
