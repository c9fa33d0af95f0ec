import type { AdminPurchaseOrderPage } from '@liqpass/api/operators';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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

test('a confirmed payment leaves the reported ones', async () => {
  assert.equal((await t.markPaid(reported)).status, 200);
  assert.deepEqual(await list('reported=true'), []);
});
