import type { ClaimAnswer, ClaimSummary } from '@liqpass/api/claims';
import type { AdminClaim, Operator, OperatorMe, Settings } from '@liqpass/api/operators';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import type { OperatorRole } from '@liqpass/kernel/vocabulary';
import { parseNamedKeys } from '@liqpass/service/constantTime';
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { readPeopleSettings } from '../src/peopleConfig.ts';
import { ADMIN_KEY, testBackend, type TestBackend } from './harness.ts';
import { liquidated, verdict } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';
import { newWallet, signInWith, type SignedIn } from './wallet.ts';

const TX = `0x${'cd'.repeat(32)}`;
const admin = { 'x-admin-key': ADMIN_KEY };

async function start(t: TestContext, settings: Parameters<typeof testBackend>[0] = {}): Promise<TestBackend> {
  const app = await testBackend(settings);
  t.after(() => app.close());
  return app;
}
async function hire(app: TestBackend, role: OperatorRole, name: string): Promise<SignedIn> {
  const wallet = newWallet();
  const put = await app.call<Operator>('PUT', `/admin/operators/${wallet.address}`, {
    headers: admin,
    body: { role, name },
  });
  assert.equal(put.status, 200);
  return signInWith(app, wallet);
}
async function verified(app: TestBackend): Promise<string> {
  const { id } = await app.covered();
  app.verifier.script(() => liquidated(app.clock.now() - 1));
  const claim = await app.claim(id);
  assert.equal(claim.body.status, 'VERIFIED_PENDING_REVIEW');
  return claim.body.claimId;
}
type Answer = ClaimSummary & ErrorAnswer;
const step = (who: SignedIn, id: string, verb: string, body: unknown = {}) =>
  who.call<Answer>('POST', `/admin/claims/${id}/${verb}`, body);
const payment = (app: TestBackend) => ({ multisigTxHash: TX, paidAtSec: Math.floor(app.clock.now() / 1000) });
const decisionsOf = async (app: TestBackend, id: string) =>
  (
    await app.backend.ctx.database.pool.query(
      'select decision, code, reason, by_name from claim_decisions where claim_id = $1 order by id',
      [id],
    )
  ).rows;

test(`operators sign in with a listed wallet; a role that is changed or gone counts at once (${engine})`, async (t) => {
  const seeded = newWallet();
  const app = await start(t, {
    people: readPeopleSettings({ OPERATORS: `${seeded.address}:admin:Ada` }, true),
  });
  const ada = await signInWith(app, seeded);
  assert.deepEqual((await ada.call<OperatorMe>('GET', '/admin/me')).body, {
    name: 'operator:Ada',
    address: seeded.address,
    role: 'admin',
  });
  assert.deepEqual((await app.call<OperatorMe>('GET', '/admin/me', { headers: admin })).body, {
    name: 'admin:alice',
    address: null,
    role: 'admin',
  });
  const viewer = await hire(app, 'viewer', 'Vic');
  assert.equal((await viewer.call('GET', '/admin/claims')).status, 200);
  const address = viewer.wallet.address;
  assert.equal((await ada.call('PUT', `/admin/operators/${address}`, { role: 'admin', name: 'Vic' })).status, 200);
  assert.equal((await viewer.call('GET', '/admin/operators')).status, 200);
  assert.equal((await ada.call('DELETE', `/admin/operators/${address}`)).status, 200);
  assert.equal((await viewer.call<ErrorAnswer>('GET', '/admin/claims')).body.error, 'FORBIDDEN');
  assert.equal((await ada.call<ErrorAnswer>('DELETE', `/admin/operators/${address}`)).body.error, 'OPERATOR_NOT_FOUND');
  // A name in the audit stays one person's, also when that one has gone.
  const other = newWallet().address;
  assert.equal(
    (await ada.call<ErrorAnswer>('PUT', `/admin/operators/${other}`, { role: 'viewer', name: 'Vic' })).body.error,
    'OPERATOR_NAME_TAKEN',
  );
  const nul = await ada.call<ErrorAnswer>('PUT', `/admin/operators/${other}`, { role: 'viewer', name: 'V\u0000' });
  assert.deepEqual([nul.status, nul.body.error], [400, 'VALIDATION_FAILED']);
  assert.equal((await ada.call<ErrorAnswer>('DELETE', `/admin/operators/${seeded.address}`)).body.error, 'LAST_ADMIN');
  assert.equal(
    (await ada.call<ErrorAnswer>('PUT', `/admin/operators/${seeded.address}`, { role: 'viewer', name: 'Ada' })).body
      .error,
    'LAST_ADMIN',
  );
});

test(`whoever approved does not record the payment, once there are two (${engine})`, async (t) => {
  const app = await start(t);
  const settings = async () => (await app.call<Settings>('GET', '/admin/settings', { headers: admin })).body;
  const ada = await hire(app, 'treasurer', 'Ada');
  const alone = await verified(app);
  assert.equal((await step(ada, alone, 'approve')).body.approved_by, 'operator:Ada');
  assert.equal((await step(ada, alone, 'mark-paid', payment(app))).body.status, 'PAID');
  const shown = await app.readClaim(alone);
  assert.ok(shown.audit.some((row) => row.action === 'mark_paid'));
  const noted = await app.backend.ctx.database.pool.query(
    `select details from audit_log where subject_id = $1 and action = 'mark_paid'`,
    [alone],
  );
  assert.equal(noted.rows[0].details.one_person_shop, true);

  const bob = await hire(app, 'treasurer', 'Bob');
  await hire(app, 'viewer', 'Vic');
  const claim = await verified(app);
  assert.equal((await step(ada, claim, 'approve', { approvedBy: 'somebody else' })).body.approved_by, 'operator:Ada');
  const may = async (who: SignedIn) => (await who.call<AdminClaim>('GET', `/admin/claims/${claim}`)).body.may.mark_paid;
  assert.deepEqual([await may(ada), await may(bob)], [false, true]);
  const own = await step(ada, claim, 'mark-paid', payment(app));
  assert.deepEqual([own.status, own.body.error], [403, 'SECOND_PERSON_REQUIRED']);
  assert.equal((await app.readClaim(claim)).status, 'APPROVED_PENDING_MULTISIG');
  assert.equal((await step(bob, claim, 'mark-paid', payment(app))).body.status, 'PAID');

  // A machine's key is one person too.
  const byKey = await verified(app);
  await app.admin(`/admin/claims/${byKey}/approve`, { approvedBy: 'carol' });
  assert.equal(
    (await app.admin(`/admin/claims/${byKey}/mark-paid`, payment(app))).body.error,
    'SECOND_PERSON_REQUIRED',
  );
  assert.equal((await settings()).one_person_shop, false);
  const put = await app.call<Settings>('PUT', '/admin/settings/one-person-shop', {
    headers: admin,
    body: { enabled: true, reason: 'Bob is on leave' },
  });
  assert.equal(put.body.one_person_shop, true);
  assert.equal((await app.admin(`/admin/claims/${byKey}/mark-paid`, payment(app))).body.status, 'PAID');
  const switched = await app.backend.ctx.database.pool.query(
    `select from_status, to_status, why from audit_log where subject_id = 'one_person_shop'`,
  );
  assert.deepEqual(switched.rows, [{ from_status: 'OFF', to_status: 'ON', why: 'Bob is on leave' }]);
});

test(`two people are two people, by whatever door they come (${engine})`, async (t) => {
  const [MACHINE, UNNAMED] = ['test-machine-key-0001', 'test-unnamed-key-0001'];
  const adminKeys = [
    { name: 'alice', key: ADMIN_KEY },
    ...parseNamedKeys(`machine:pay:${MACHINE},${UNNAMED}`, 'default'),
  ];
  const app = await start(t, { adminKeys });
  const alice = await hire(app, 'treasurer', 'Alice');
  const bob = await hire(app, 'treasurer', 'Bob');
  const byKey = (key: string, id: string, verb: string, body: unknown = {}) =>
    app.call<Answer>('POST', `/admin/claims/${id}/${verb}`, { headers: { 'x-admin-key': key }, body });
  const may = async (headers: Record<string, string>, id: string): Promise<boolean> =>
    (await app.call<AdminClaim>('GET', `/admin/claims/${id}`, { headers })).body.may.mark_paid;

  // Approved with the wallet, paid with the person's own key, or with one that is named for nobody.
  const first = await verified(app);
  await step(alice, first, 'approve');
  for (const key of [ADMIN_KEY, UNNAMED]) {
    assert.equal((await byKey(key, first, 'mark-paid', payment(app))).body.error, 'SECOND_PERSON_REQUIRED');
    assert.equal(await may({ 'x-admin-key': key }, first), false);
  }
  assert.equal(await may({ 'x-admin-key': MACHINE }, first), true);
  assert.equal((await byKey(MACHINE, first, 'mark-paid', payment(app))).body.status, 'PAID');
  // The other way round.
  const second = await verified(app);
  await byKey(ADMIN_KEY, second, 'approve');
  assert.equal((await step(alice, second, 'mark-paid', payment(app))).body.error, 'SECOND_PERSON_REQUIRED');
  assert.equal(await may({ cookie: alice.cookie }, second), false);
  assert.equal((await step(bob, second, 'mark-paid', payment(app))).body.status, 'PAID');

  // A key speaks in nobody else's name, however it is spelled, and that of an operator who has gone stays theirs.
  const carol = await hire(app, 'reviewer', 'Carol');
  await app.call('DELETE', `/admin/operators/${carol.wallet.address}`, { headers: admin });
  const third = await verified(app);
  for (const name of ['Bob', ' bob ', 'operator:BOB', bob.wallet.address, 'Carol']) {
    const spoken = await byKey(MACHINE, third, 'approve', { approvedBy: name });
    assert.deepEqual([spoken.status, spoken.body.error], [403, 'FORBIDDEN'], name);
  }
  assert.equal((await byKey(ADMIN_KEY, third, 'approve', { approvedBy: 'Alice' })).status, 200, 'her own key');
  // Whoever it was approved for does not record the payment either, also when they become an operator later.
  await step(bob, third, 'take-back', { reason: 'once more' });
  await byKey(MACHINE, third, 'approve', { approvedBy: 'Zoe' });
  const zoe = await hire(app, 'treasurer', 'zoe');
  assert.equal((await step(zoe, third, 'mark-paid', payment(app))).body.error, 'SECOND_PERSON_REQUIRED');
  const named = await app.call<ErrorAnswer>('PUT', `/admin/operators/${newWallet().address}`, {
    headers: admin,
    body: { role: 'viewer', name: 'machine:pay' },
  });
  assert.deepEqual([named.status, named.body.error], [400, 'VALIDATION_FAILED']);
});

test(`whatever makes it a shop of one person is a row (${engine})`, async (t) => {
  const app = await start(t);
  const [ada, bob] = [await hire(app, 'admin', 'Ada'), await hire(app, 'treasurer', 'Bob')];
  const rows = async () =>
    (
      await app.backend.ctx.database.pool.query(
        `select actor, from_status, to_status from audit_log where subject_id = 'one_person_shop' order by id`,
      )
    ).rows;
  assert.deepEqual(await rows(), []);
  const row = { actor: 'operator:Ada', from_status: 'OFF', to_status: 'ON' };
  await ada.call('PUT', `/admin/operators/${bob.wallet.address}`, { role: 'viewer', name: 'Bob' });
  assert.deepEqual(await rows(), [row]);
  await ada.call('PUT', `/admin/operators/${bob.wallet.address}`, { role: 'reviewer', name: 'Bob' });
  await ada.call('DELETE', `/admin/operators/${bob.wallet.address}`);
  assert.deepEqual(await rows(), [row, row]);
});

test(`a person's decision is taken back by a new row, until it is paid; the verifier's stands (${engine})`, async (t) => {
  const app = await start(t);
  const [ada, bob] = [await hire(app, 'reviewer', 'Ada'), await hire(app, 'treasurer', 'Bob')];
  const id = await verified(app);
  const reason = { reason: 'looked at the wrong account' };
  assert.equal((await step(ada, id, 'take-back', reason)).body.error, 'INVALID_STATUS_TRANSITION');
  await step(ada, id, 'approve');
  assert.equal((await step(bob, id, 'take-back', reason)).body.status, 'VERIFIED_PENDING_REVIEW');
  assert.equal((await step(bob, id, 'take-back', reason)).status, 200, 'the same call answers as the first did');
  assert.equal(
    (await step(ada, id, 'reject', { reason: 'no' })).body.error,
    'VALIDATION_FAILED',
    'a person gives a code',
  );
  const rejection = { code: 'OUTSIDE_WINDOW', reason: 'a minute too late' };
  assert.equal((await step(ada, id, 'reject', rejection)).body.rejected_reason, 'OUTSIDE_WINDOW');
  assert.equal((await step(ada, id, 'reject', rejection)).status, 200);
  assert.equal((await step(ada, id, 'reject', { ...rejection, reason: 'other' })).status, 409);
  assert.equal((await step(ada, id, 'take-back', reason)).body.status, 'VERIFIED_PENDING_REVIEW');
  await step(ada, id, 'approve');
  assert.equal((await step(bob, id, 'mark-paid', payment(app))).body.status, 'PAID');
  assert.equal((await step(bob, id, 'take-back', reason)).body.error, 'INVALID_STATUS_TRANSITION');
  assert.deepEqual(
    (await decisionsOf(app, id)).map((row) => row.decision),
    ['APPROVE', 'TAKE_BACK', 'REJECT', 'TAKE_BACK', 'APPROVE'],
  );
  assert.deepEqual((await decisionsOf(app, id))[2], {
    decision: 'REJECT',
    code: 'OUTSIDE_WINDOW',
    reason: 'a minute too late',
    by_name: 'operator:Ada',
  });
  const audit = (await app.call<ClaimAnswer>('GET', `/admin/claims/${id}`, { headers: admin })).body.audit;
  assert.deepEqual(
    audit.filter((row) => row.action === 'take_back').map((row) => [row.from, row.to, row.why]),
    [
      ['APPROVED_PENDING_MULTISIG', 'VERIFIED_PENDING_REVIEW', reason.reason],
      ['REJECTED', 'VERIFIED_PENDING_REVIEW', reason.reason],
    ],
  );

  const { id: orderId } = await app.covered();
  app.verifier.script(() => verdict('NOT_LIQUIDATED', 'CLOSED_NORMALLY'));
  const denied = (await app.claim(orderId)).body.claimId;
  assert.equal((await step(ada, denied, 'take-back', reason)).body.error, 'INVALID_STATUS_TRANSITION');
});

test(`approving, rejecting, taking back and paying at once: the rows and the status tell one story (${engine})`, async (t) => {
  const app = await start(t);
  const [ada, bob] = [await hire(app, 'treasurer', 'Ada'), await hire(app, 'treasurer', 'Bob')];
  for (let round = 0; round < 5; round += 1) {
    const id = await verified(app);
    await step(ada, id, 'approve');
    const [back, paid] = await Promise.all([
      step(bob, id, 'take-back', { reason: 'wait' }),
      step(bob, id, 'mark-paid', payment(app)),
    ]);
    assert.equal(
      [back, paid].filter((answer) => answer.status === 200).length,
      1,
      JSON.stringify([back.body, paid.body]),
    );
    const { status } = await app.readClaim(id);
    assert.equal(status, paid.status === 200 ? 'PAID' : 'VERIFIED_PENDING_REVIEW');
    assert.equal((await decisionsOf(app, id)).length, paid.status === 200 ? 1 : 2);
  }
});
