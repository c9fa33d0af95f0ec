import type { AdminClaim } from '@liqpass/api/operators';
import type { PayoutAnswer } from '@liqpass/api/payouts';
import { whyNoChain } from '@liqpass/testing/chain/anvil';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readPeopleSettings } from '../src/peopleConfig.ts';
import { meddledRpc, RawAnswer } from '@liqpass/testing/chain/meddledRpc';
import { chainOfTests } from './chainShop.ts';
import { ADMIN_KEY, APPLICATION, newOrdId, testBackend, type TestBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';
import { newWallet, signInWith } from './wallet.ts';

describe(`what the chain says against a payee (${engine})`, { skip: whyNoChain() ?? false }, () => {
  /** A verified claim that would be paid to this address. */
  async function claimed(app: TestBackend, payee: string): Promise<string> {
    const id = await app.order({ payoutAddress: payee, chainId: app.backend.ctx.settings.chain.chainId });
    await app.bind(id, newOrdId());
    const { body } = await app.markPaid(id);
    app.clock.set(Date.parse(body.effective_start_at ?? '') + 2_000);
    app.verifier.script(() => liquidated(app.clock.now() - 1));
    const { claimId, status } = (await app.claim(id, payee)).body;
    assert.equal(status, 'VERIFIED_PENDING_REVIEW');
    return claimId;
  }
  const doubts = async (app: TestBackend, claimId: string): Promise<readonly string[] | undefined> =>
    (await app.call<AdminClaim>('GET', `/admin/claims/${claimId}`, { headers: { 'x-admin-key': ADMIN_KEY } })).body
      .payee_doubts;

  /** Money that goes back to this address: it was short. */
  async function refunded(app: TestBackend, payoutAddress: string, chainId: number): Promise<string> {
    const id = await app.order({ ...APPLICATION, chainId, payoutAddress });
    await app.bind(id, newOrdId());
    await app.markPaid(id, { premiumAmountUsdc: '0.50' });
    return id;
  }
  async function refundDoubts(app: TestBackend): Promise<Map<string, readonly string[] | undefined>> {
    const { body } = await app.call<{ items: PayoutAnswer[] }>('GET', '/admin/payouts', {
      headers: { 'x-admin-key': ADMIN_KEY },
    });
    return new Map(body.items.map((each) => [each.purchase_order_id, each.payee_doubts]));
  }

  test('a contract, and what the issuer of USDC has blacklisted, is told before approval and at the address form', async (t) => {
    const chain = await chainOfTests();
    const rpc = await meddledRpc(chain.url);
    const on = { chainId: chain.chainId, usdc: chain.usdc, usdcName: 'USD Coin', usdcVersion: '2' };
    const people = { ...readPeopleSettings({ RPC_URL: rpc.url }, true), signInChains: [8453] };
    const app = await testBackend({ people, chain: on });
    t.after(async () => {
      await app.close();
      await rpc.close();
      await chain.stop();
    });
    const [clean, blacklisted, safe] = [newWallet().address, newWallet().address, (await chain.newSafe()).address];
    await chain.issuer('blacklist', [blacklisted]);
    const claims = [await claimed(app, clean), await claimed(app, blacklisted), await claimed(app, safe)];
    assert.deepEqual(await Promise.all(claims.map((id) => doubts(app, id))), [
      [],
      ['PAYEE_BLACKLISTED'],
      ['PAYEE_IS_CONTRACT'],
    ]);

    // Whom money would go back to is asked about as well, until somebody has approved it.
    const refunds = [
      await refunded(app, clean, chain.chainId),
      await refunded(app, blacklisted, chain.chainId),
      await refunded(app, safe, chain.chainId),
    ];
    const said = await refundDoubts(app);
    assert.deepEqual(
      refunds.map((id) => said.get(id)),
      [[], ['PAYEE_BLACKLISTED'], ['PAYEE_IS_CONTRACT']],
    );

    const person = await signInWith(app);
    const order = { ...APPLICATION, chainId: chain.chainId };
    const { purchaseOrderId } = (await person.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', order))
      .body;
    const asked = async (payoutAddress: string) =>
      (
        await person.call<{ message: string; payee_doubts?: string[] }>(
          'POST',
          `/api/purchase-orders/${purchaseOrderId}/payout-address/message`,
          { payoutAddress },
        )
      ).body;
    assert.deepEqual((await asked(blacklisted)).payee_doubts, ['PAYEE_BLACKLISTED']);
    assert.deepEqual((await asked(clean)).payee_doubts, []);

    // A chain that does not answer, or answers nonsense, is no warning and no hindrance.
    rpc.meddle = () => new RawAnswer(200, 'no JSON');
    const late = newWallet().address;
    const { message, payee_doubts } = await asked(late);
    assert.deepEqual([message.includes(late), payee_doubts], [true, undefined]);
    rpc.meddle = () => new Promise(() => undefined);
    assert.equal(await doubts(app, await claimed(app, newWallet().address)), undefined);
    const unasked = await refunded(app, newWallet().address, chain.chainId);
    assert.equal((await refundDoubts(app)).get(unasked), undefined);
  });
});
