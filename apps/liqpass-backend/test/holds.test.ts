import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { testBackend, type TestBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';

let t: TestBackend;
before(async () => {
  t = await testBackend();
});
after(() => t.close());

const claimed = async (flags: readonly string[]): Promise<string> => {
  const { id } = await t.covered();
  t.verifier.script(() => liquidated(t.clock.now() - 1, '7.5', { flags }));
  return (await t.claim(id)).body.claimId;
};

test(`a claim that the mark does not bear out waits for a person, who releases it with a reason (${engine})`, async () => {
  const id = await claimed(['MARK_NEVER_REACHED_LIQ_PRICE', 'ORDER_ID_TIME_MISMATCH']);
  const claim = await t.readClaim(id);
  assert.deepEqual([claim.status, claim.hold_reasons], ['VERIFIED_PENDING_REVIEW', ['MARK_NEVER_REACHED_LIQ_PRICE']]);
  const approved = await t.admin(`/admin/claims/${id}/approve`);
  assert.deepEqual([approved.status, approved.body.error], [409, 'CLAIM_ON_HOLD']);
  assert.equal((await t.call('POST', `/admin/claims/${id}/release-hold`, { body: { reason: 'x' } })).status, 401);
  assert.equal((await t.admin(`/admin/claims/${id}/release-hold`, {})).status, 400);
  const [one, two] = await Promise.all([
    t.admin(`/admin/claims/${id}/release-hold`, { reason: 'candles of the exchange show the touch' }),
    t.admin(`/admin/claims/${id}/release-hold`, { reason: 'candles of the exchange show the touch' }),
  ]);
  assert.deepEqual([one.status, two.status, one.body.hold_reasons], [200, 200, []]);
  const { audit } = await t.readClaim(id);
  const released = audit.filter((row) => row.action === 'release_hold');
  assert.deepEqual(
    released.map((row) => row.why),
    ['candles of the exchange show the touch'],
  );
  assert.equal((await t.admin(`/admin/claims/${id}/approve`)).status, 200);
  assert.equal(
    (await t.admin(`/admin/claims/${id}/release-hold`, { reason: 'again' })).body.error,
    'INVALID_STATUS_TRANSITION',
  );
});

test('margin taken out, size added or leverage changed after binding hold a claim; what only informs does not', async () => {
  for (const flag of ['MARGIN_REDUCED_AFTER_BIND', 'SIZE_ADDED_AFTER_BIND', 'LEVERAGE_CHANGED_AFTER_BIND'])
    assert.deepEqual((await t.readClaim(await claimed([flag]))).hold_reasons, [flag]);
  const free = await claimed(['ORDER_ID_TIME_MISMATCH', 'SOMETHING_NEW']);
  assert.equal((await t.admin(`/admin/claims/${free}/approve`)).status, 200);
});

test(`a machine that says for whom it approves releases the hold with it; one that names nobody does not (${engine})`, async () => {
  const id = await claimed(['MARGIN_REDUCED_AFTER_BIND', 'NET_MODE_FLIP']);
  assert.equal((await t.admin(`/admin/claims/${id}/approve`)).body.error, 'CLAIM_ON_HOLD');
  const [one, two] = await Promise.all([
    t.admin(`/admin/claims/${id}/approve`, { approvedBy: 'carol' }),
    t.admin(`/admin/claims/${id}/approve`, { approvedBy: 'carol' }),
  ]);
  assert.deepEqual([one.status, two.status], [200, 200]);
  assert.deepEqual(
    [one.body.status, one.body.approved_by, one.body.hold_reasons],
    ['APPROVED_PENDING_MULTISIG', 'carol', []],
  );
  const { audit, flags } = await t.readClaim(id);
  assert.deepEqual(flags, ['MARGIN_REDUCED_AFTER_BIND', 'NET_MODE_FLIP']);
  assert.deepEqual(
    audit.slice(-2).map((row) => [row.action, row.actor, row.why]),
    [
      ['release_hold', 'admin:alice', 'approved by carol'],
      ['approve', 'admin:alice', null],
    ],
  );
});

test('a rejected claim is not approved by naming a person, and its hold stays noted', async () => {
  const id = await claimed(['MARGIN_REDUCED_AFTER_BIND']);
  assert.equal((await t.admin(`/admin/claims/${id}/reject`, { reason: 'margin was pulled' })).status, 200);
  const approved = await t.admin(`/admin/claims/${id}/approve`, { approvedBy: 'carol' });
  assert.deepEqual([approved.status, approved.body.error], [409, 'INVALID_STATUS_TRANSITION']);
  assert.deepEqual((await t.readClaim(id)).hold_reasons, ['MARGIN_REDUCED_AFTER_BIND']);
});
