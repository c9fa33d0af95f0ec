import assert from 'node:assert/strict';
import { DAY_MS, formatIso } from '@liqpass/kernel/time';
import { productAsProcesses, type RunningProduct } from './productAsProcesses.ts';

const CLAIMANT = '0x000000000000000000000000000000000000cafE';

async function coveredAndLiquidated(p: RunningProduct, side: 'long' | 'short'): Promise<string> {
  const slot = { instId: 'ETH-USDT-SWAP', posSide: side };
  const { ordId } = await p.control('/orders', {
    ...slot,
    side: side === 'long' ? 'buy' : 'sell',
    sz: '5',
    lever: '25',
  });
  const start = Date.now() - 1000;
  const created = await p.call('POST', '/api/purchase-orders', {
    policyType: 'OKX_24H',
    chainId: 8453,
    premiumAmountUsdc: '1.00',
    policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
    coverageStartAt: formatIso(start),
    coverageEndAt: formatIso(start + DAY_MS),
  });
  assert.equal(created.status, 201);
  const id = String(created.body['purchaseOrderId']);
  assert.equal(
    (await p.call('POST', `/api/purchase-orders/${id}/bind-okx`, { ordId, instId: slot.instId })).status,
    200,
  );
  assert.equal(
    (
      await p.call(
        'POST',
        `/internal/purchase-orders/${id}/mark-paid`,
        {},
        { 'x-internal-key': p.secrets.internalApiKey },
      )
    ).status,
    200,
  );
  await p.control('/liquidate', slot);
  return id;
}

async function payOut(p: RunningProduct, claimId: string): Promise<void> {
  const admin = { 'x-admin-key': p.secrets.adminApiKey };
  assert.equal(
    (await p.call('POST', `/admin/claims/${claimId}/approve`, {}, admin)).body['status'],
    'APPROVED_PENDING_MULTISIG',
  );
  const payment = {
    multisigTxHash: `0x${claimId.replaceAll('-', '').padEnd(64, '0')}`,
    paidAtSec: Math.floor(Date.now() / 1000),
  };
  assert.equal((await p.call('POST', `/admin/claims/${claimId}/mark-paid`, payment, admin)).body['status'], 'PAID');
  const { body } = await p.call('GET', `/admin/claims/${claimId}`, undefined, admin);
  const actions = (body['audit'] as { action: string }[]).map((row) => row.action);
  for (const once of ['file', 'approve', 'mark_paid'])
    assert.equal(actions.filter((action) => action === once).length, 1, `${once} in ${actions.join(', ')}`);
}

/** Plays the loop over real processes, each killed in the middle, on PostgreSQL where an address is given. */
export async function playKilledInTheMiddle(options: { postgres?: string }): Promise<void> {
  const p = await productAsProcesses(options);
  try {
    const admin = { 'x-admin-key': p.secrets.adminApiKey };
    const claimOf = async (claimId: string): Promise<Record<string, unknown>> =>
      (await p.call('GET', `/admin/claims/${claimId}`, undefined, admin)).body;
    const claim = (id: string) => p.call('POST', `/api/purchase-orders/${id}/claims`, { claimant: CLAIMANT });
    const verified = (claimId: string) =>
      p.until(
        () => claimOf(claimId),
        (body) => body['status'] === 'VERIFIED_PENDING_REVIEW',
        90_000,
      );

    // Straight through.
    const straight = await claim(await coveredAndLiquidated(p, 'long'));
    assert.deepEqual([straight.status, straight.body['status']], [200, 'VERIFIED_PENDING_REVIEW']);
    await payOut(p, String(straight.body['claimId']));

    // The backend dies while jp-verify is reading a slow exchange: what was acknowledged is there, and goes on by itself.
    const second = await coveredAndLiquidated(p, 'short');
    await p.control('/faults', { path: '*', kind: 'slow', delayMs: 1_500, count: 6 });
    const cut = claim(second).then(
      () => 'answered',
      () => 'cut off',
    );
    const { claim_id: claimId } = await p.until(
      async () => (await p.call('GET', `/api/purchase-orders/${second}`)).body,
      (order) => typeof order['claim_id'] === 'string',
    );
    p.killHard('liqpass-backend');
    await cut;
    await verified(String(claimId));
    await payOut(p, String(claimId));

    // jp-verify dies: the claim waits, and is verified once it is back.
    const third = await coveredAndLiquidated(p, 'long');
    p.killHard('jp-verify');
    const waiting = await claim(third);
    assert.ok(
      ['VERIFYING', 'VERIFIED_PENDING_REVIEW'].includes(String(waiting.body['status'])),
      JSON.stringify(waiting.body),
    );
    await verified(String(waiting.body['claimId']));

    // The exchange dies, and remembers its accounts.
    const fourth = await coveredAndLiquidated(p, 'short');
    p.killHard('okx-simulator');
    const unsure = await claim(fourth);
    assert.ok(
      ['VERIFYING', 'VERIFIED_PENDING_REVIEW'].includes(String(unsure.body['status'])),
      JSON.stringify(unsure.body),
    );
    await verified(String(unsure.body['claimId']));

    // The database file itself is what survived: decisions from before the kill still stand.
    assert.equal((await claimOf(String(straight.body['claimId'])))['status'], 'PAID');
    for (const part of ['liqpass-backend', 'jp-verify', 'okx-simulator'])
      for (const secret of [
        p.secrets.internalApiKey,
        p.secrets.adminApiKey,
        p.secrets.jpVerifyApiKey,
        p.secrets.okxSecretKey,
        p.secrets.okxPassphrase,
      ])
        assert.ok(!p.logs(part).includes(secret), `a key in the log of ${part}`);
  } finally {
    await p.remove();
  }
}
