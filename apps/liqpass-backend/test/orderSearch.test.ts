import type { AdminPurchaseOrderPage } from '@liqpass/api/operators';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { signInWith } from './wallet.ts';
import { ADMIN_KEY, newOrdId, testBackend, type TestBackend } from './harness.ts';

const TX = `0x${'5A'.repeat(32)}`;
let t: TestBackend;
let plain: string;
let reported: string;
let ordId: string;
before(async () => {
  t = await testBackend();
  plain = await t.order();
  reported = await t.order();
  ordId = newOrdId();
  await t.bind(reported, ordId);
  const report = await t.call('POST', `/api/purchase-orders/${reported}/report-payment`, { body: { txHash: TX } });
  assert.equal(report.status, 200, JSON.stringify(report.body));
});
after(() => t.close());

const list = async (query: string): Promise<string[]> => {
  const { body, status } = await t.call<AdminPurchaseOrderPage>('GET', `/admin/purchase-orders?${query}`, {
    headers: { 'x-admin-key': ADMIN_KEY },
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body.items.map((order) => order.id);
};

test('lists the payments that were reported and not confirmed', async () => {
  assert.deepEqual(await list('reported=true'), [reported]);
  assert.deepEqual(await list(''), [reported, plain]);
});

test("finds an order by its id, the beginning of it, the exchange's order, and a transaction in either case", async () => {
  for (const q of [reported, reported.slice(0, 8), ordId, TX, TX.toLowerCase()])
    assert.deepEqual(await list(`q=${q}`), [reported], q);
  for (const q of [
    newOrdId(),
    `0x${'5b'.repeat(32)}`,
    '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
    "it's nothing",
    '%',
  ])
    assert.deepEqual(await list(`q=${encodeURIComponent(q)}`), [], q);
  assert.deepEqual(await list(`q=${plain}&reported=true`), []);
});

test('finds an order by whatever the pages show of it, as they print it, and by links', async () => {
  const owner = await signInWith(t);
  const mine = (
    await owner.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', {
      policyType: 'OKX_24H',
      chainId: 8453,
      premiumAmountUsdc: '1.00',
      policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
    })
  ).body.purchaseOrderId;
  const { address } = owner.wallet;
  for (const q of [
    address.toLowerCase(),
    `0X${address.slice(2).toUpperCase()}`,
    `${address.slice(0, 6)}…${address.slice(-4)}`,
    `https://basescan.org/address/${address}`,
    `https://liqpass.example/policies/${mine}?from=chat`,
    mine.toUpperCase(),
  ])
    assert.deepEqual(await list(`q=${encodeURIComponent(q)}`), [mine], q);
  assert.deepEqual(await list(`q=${encodeURIComponent(`${address.slice(0, 6)}…zzzz`)}`), []);
  for (const q of [
    `${TX.slice(0, 6)}…${TX.slice(-4)}`,
    `https://basescan.org/tx/${TX}`,
    ordId.replace(/(?<=^.{4})/, ' '),
  ])
    assert.deepEqual(await list(`q=${encodeURIComponent(q)}`), [reported], q);

  // What is owed and what was paid for it lead to the order too.
  const headers = { 'x-admin-key': ADMIN_KEY };
  await t.markPaid(mine, { txHash: `0x${'6c'.repeat(32)}` });
  await t.markPaid(mine, { txHash: `0x${'7d'.repeat(32)}` });
  const { items } = (
    await t.call<{ items: { id: string; kind: string; purchase_order_id: string }[] }>('GET', '/admin/payouts', {
      headers,
    })
  ).body;
  const refund = items.find((item) => item.purchase_order_id === mine && item.kind === 'refund')?.id;
  await t.admin(`/admin/payouts/${refund}/approve`);
  assert.equal((await t.admin(`/admin/payouts/${refund}/mark-paid`, { txHash: `0x${'8e'.repeat(32)}` })).status, 200);
  for (const digits of ['6c', '7d', '8e']) assert.deepEqual(await list(`q=0x${digits.repeat(32)}`), [mine], digits);
});

test('a confirmed payment leaves the reported ones', async () => {
  assert.equal((await t.markPaid(reported)).status, 200);
  assert.deepEqual(await list('reported=true'), []);
});
