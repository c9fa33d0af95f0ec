import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { USDC_ON_BASE } from '@liqpass/kernel/vocabulary';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN_KEY, APPLICATION, INTERNAL_KEY, testBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';
import { signInWith } from './wallet.ts';

const SAFE = '0x4200000000000000000000000000000000000006';
const UNPAYABLE = {
  ZERO: '0x0000000000000000000000000000000000000000',
  PRECOMPILE: '0x0000000000000000000000000000000000000100',
  TOKEN: USDC_ON_BASE.toLowerCase(),
  TREASURY: SAFE,
};

test(`an address that cannot be paid is refused wherever one enters, and nothing is written (${engine})`, async (t) => {
  const app = await testBackend({ treasurySafe: SAFE });
  t.after(() => app.close());
  const rows = async () =>
    (
      await app.backend.ctx.database.pool.query(
        `select (select count(*) from purchase_orders)::int as orders, (select count(*) from insurance_claims)::int as claims,
           (select count(*) from sign_in_messages where payout_address is not null)::int as messages,
           (select count(*) from payouts where payee is not null)::int as payees`,
      )
    ).rows[0];
  const owner = await signInWith(app);
  const mine = (await owner.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', APPLICATION)).body
    .purchaseOrderId;
  const { id } = await app.covered();
  const unbound = await app.order();
  await app.markPaid(unbound);
  const { rows: owed } = await app.backend.ctx.database.pool.query(`select id from payouts where kind = 'refund'`);
  const before = await rows();

  for (const [reason, address] of Object.entries(UNPAYABLE)) {
    const calls = {
      order: app.call('POST', '/api/purchase-orders', { body: { ...APPLICATION, payoutAddress: address } }),
      claim: app.claim(id, address),
      trigger: app.call('POST', '/internal/claims/onchain-trigger', {
        headers: { 'x-internal-key': INTERNAL_KEY },
        body: { purchaseOrderId: id, claimant: address },
      }),
      message: owner.call('POST', `/api/purchase-orders/${mine}/payout-address/message`, { payoutAddress: address }),
      refund: app.call('POST', `/admin/payouts/${owed[0].id}/payee`, {
        headers: { 'x-admin-key': ADMIN_KEY },
        body: { to: address, reason: 'asked for by mail' },
      }),
    };
    for (const [where, call] of Object.entries(calls)) {
      const { status, body } = (await call) as { status: number; body: ErrorAnswer };
      assert.deepEqual([status, body.error, body.params?.['reason']], [422, 'ADDRESS_CANNOT_BE_PAID', reason], where);
    }
  }
  assert.deepEqual(await rows(), before);
  app.verifier.script(() => liquidated(app.clock.now() - 1));
  const claimed = await app.claim(id, '0x000000000000000000000000000000000000cafe');
  assert.equal(claimed.body.status, 'VERIFIED_PENDING_REVIEW', 'small addresses are payable all the same');
});
