import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN_KEY, CLAIMANT, testBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';
import { newWallet } from './wallet.ts';

const headers = { 'x-admin-key': ADMIN_KEY };
const SAFE = '0x9A6e3bB8f5c4D3a2B1908f7E6d5C4b3A29180706';

test(`payee and amount are those of the approval, each time a list, a batch or a file to pay is made (${engine})`, async (t) => {
  const app = await testBackend({ treasurySafe: SAFE });
  t.after(() => app.close());
  const { id } = await app.covered();
  app.verifier.script(() => liquidated(app.clock.now() - 1));
  const { claimId } = (await app.claim(id)).body;
  await app.admin(`/admin/claims/${claimId}/approve`);

  const ask = async (method: string, path: string): Promise<string | null> => {
    const body = method === 'POST' ? { body: '{}', method } : { method };
    const response = await fetch(`${app.url}${path}`, {
      ...body,
      headers: { ...headers, 'content-type': 'application/json' },
    });
    const text = await response.text();
    if (response.status === 200) return null;
    const { error, message } = JSON.parse(text) as ErrorAnswer;
    assert.deepEqual([response.status, error], [409, 'PAYOUT_NOT_AS_APPROVED']);
    return message;
  };
  const lists = ['/admin/payouts', '/admin/payouts/safe-batch', '/admin/payouts/csv'];
  const passes = async (): Promise<void> => {
    for (const path of lists) assert.equal(await ask('GET', path), null);
  };
  const stops = async (said: RegExp, subject = claimId): Promise<void> => {
    for (const message of [
      ...(await Promise.all(lists.map((path) => ask('GET', path)))),
      await ask('POST', '/admin/payouts/batches'),
    ]) {
      assert.match(message ?? 'was made', said);
      assert.ok(message?.includes(subject) === true);
    }
  };
  const sql = (text: string, values: unknown[] = []) => app.backend.ctx.database.pool.query(text, values);

  await passes();
  const { rows } = await sql(`select details from audit_log where subject_id = $1 and action = 'approve'`, [claimId]);
  assert.deepEqual(
    [rows[0].details.payee, Number(rows[0].details.amount_usdc) > 0],
    [CLAIMANT, true],
    'the approval says to whom, and how much',
  );

  const other = newWallet().address;
  await sql(`update payouts set payee = $1`, [other]);
  await stops(new RegExp(`${CLAIMANT} was approved as the payee, now it is ${other}`));
  // With an approval made to fit, by somebody who can stamp as anybody can.
  const ofApproval = `subject_id = $1 and action = 'approve'`;
  await sql(
    `update audit_log set details = jsonb_set(details, '{payee}', to_jsonb($2::text)), stamp_nonce = null where ${ofApproval}`,
    [claimId, other],
  );
  await sql(
    `update audit_log set stamp = audit_stamp(id, at, actor, action, subject_type, subject_id, from_status, to_status, why, details,
      request_id) where ${ofApproval}`,
    [claimId],
  );
  await stops(/LiqPass did not write the row of its approval/);
  await sql(`update payouts set payee = $1`, [CLAIMANT]);
  await stops(/LiqPass did not write the row of its approval/);

  // Taken back and decided anew, by a person who looked: what stands now is what is approved.
  await app.admin(`/admin/claims/${claimId}/take-back`, { reason: 'the database was changed' });
  await app.admin(`/admin/claims/${claimId}/approve`);
  await passes();
  await sql(`update payouts set amount_usdc = amount_usdc - 0.000001 where withdrawn_at is null`);
  await stops(/USDC were approved, now it is/);
  await sql(`update payouts set amount_usdc = amount_usdc + 0.000001 where withdrawn_at is null`);

  // A refund is held by its own approval.
  const unbound = await app.order({ payoutAddress: newWallet().address });
  await app.markPaid(unbound);
  const { rows: refunds } = await sql(`select id from payouts where kind = 'refund'`);
  const refund = String(refunds[0].id);
  assert.equal((await app.admin(`/admin/payouts/${refund}/approve`)).status, 200);
  await passes();
  await sql(`update payouts set payee = $1 where id = $2`, [other, refund]);
  await stops(/was approved as the payee/, refund);
  await sql(`update payouts set withdrawn_at = now() where id = $1`, [refund]);

  // A batch is frozen, and its files are held against the approvals all the same.
  const made = await app.call<{ id: string }>('POST', '/admin/payouts/batches', { headers, body: {} });
  const files = ['safe-batch', 'csv'].map((file) => `/admin/payouts/batches/${made.body.id}/${file}`);
  for (const path of files) assert.equal(await ask('GET', path), null);
  await sql(`update payout_batch_items set payee = $1`, [other]);
  for (const path of files) assert.match((await ask('GET', path)) ?? 'was made', /was approved as the payee/);
  await sql(`update payout_batch_items set payee = $1`, [CLAIMANT]);
  await sql(`delete from audit_log where ${ofApproval}`, [claimId]);
  for (const path of files) assert.match((await ask('GET', path)) ?? 'was made', /keeps no payee and amount/);
});
