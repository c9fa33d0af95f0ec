import { formatIso, MINUTE_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newOrdId } from './harness.ts';
import { testShop, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';

async function quotedAndBound(app: Shop, ordId = newOrdId()): Promise<string> {
  await app.feed();
  const { body } = await app.buy((await app.quote()).body);
  assert.equal((await app.bind(body.purchaseOrderId, ordId)).status, 200);
  return body.purchaseOrderId;
}
const listed = async (app: Shop, status: string): Promise<string[]> => {
  const { body } = await app.call<{ items: { id: string }[] }>('GET', `/admin/purchase-orders?status=${status}`, {
    headers: { 'x-admin-key': 'test-admin-key-000001' },
  });
  return body.items.map((order) => order.id);
};

test(`a quoted price left unpaid lapses: the OKX order is free again, and late money goes back (${engine})`, async (t) => {
  const app = await testShop(t);
  const ordId = newOrdId();
  const id = await quotedAndBound(app, ordId);
  const { pay_by, created_at } = await app.readOrder(id);
  assert.equal(pay_by, formatIso(Date.parse(created_at) + 30 * MINUTE_MS));
  app.clock.set(Date.parse(pay_by ?? '') - 1000);
  assert.equal((await app.readOrder(id)).status, 'AWAITING_PAYMENT');
  assert.equal((await app.bind(await app.order(), ordId)).body.error, 'ORDER_ALREADY_INSURED');
  app.clock.set(Date.parse(pay_by ?? '') + 1);
  assert.equal((await app.readOrder(id)).status, 'LAPSED');
  assert.deepEqual([await listed(app, 'LAPSED'), await listed(app, 'AWAITING_PAYMENT')], [[id], []]);
  assert.equal((await app.bind(await app.order(), ordId)).status, 200, 'somebody else may insure it');
  const paid = await app.markPaid(id);
  assert.deepEqual(
    [paid.status, paid.body.status, paid.body.refund_reason, paid.body.pay_by],
    [200, 'REFUND_DUE', 'PAID_AFTER_DEADLINE', undefined],
  );
  const late = await app.buy((await app.feed(), await app.quote()).body);
  app.clock.advance(30 * MINUTE_MS);
  const bound = await app.bind(late.body.purchaseOrderId);
  assert.deepEqual([bound.status, bound.body.error], [409, 'QUOTE_EXPIRED'], 'nothing prices it again');
});

test('money that came in time counts, whenever it is recorded; a report is not money, and keeps no price', async (t) => {
  const app = await testShop(t);
  const [byTime, byReport, byNothing, byOther] = await Promise.all([1, 2, 3, 4].map(() => quotedAndBound(app)));
  assert.ok(byTime && byReport && byNothing && byOther);
  const hash = (digit: string): string => `0x${digit.repeat(64)}`;
  const report = (id: string, txHash?: string) =>
    app.call('POST', `/api/purchase-orders/${id}/report-payment`, { body: txHash === undefined ? {} : { txHash } });
  await report(byReport, hash('a'));
  await report(byNothing);
  await report(byOther, hash('b'));
  const inTime = formatIso(app.clock.now());
  app.clock.advance(31 * MINUTE_MS);
  // A hash that comes later was reported when it came.
  await report(byNothing, hash('c'));
  assert.deepEqual(
    [(await app.readOrder(byReport)).status, (await app.readOrder(byNothing)).status],
    ['LAPSED', 'LAPSED'],
  );
  assert.deepEqual((await listed(app, 'LAPSED')).toSorted(), [byTime, byReport, byNothing, byOther].toSorted());
  assert.equal((await app.markPaid(byTime, { paidAt: inTime })).body.refund_reason, null);
  assert.equal((await app.markPaid(byReport, { txHash: hash('a') })).body.refund_reason, 'PAID_AFTER_DEADLINE');
  assert.equal((await app.markPaid(byNothing, { txHash: hash('c') })).body.refund_reason, 'PAID_AFTER_DEADLINE');
  assert.equal((await app.markPaid(byOther, { txHash: hash('d') })).body.refund_reason, 'PAID_AFTER_DEADLINE');
});

test('an order at the catalogue’s price may be paid hours later: its window moves', async (t) => {
  const app = await testShop(t);
  const id = await app.order();
  await app.bind(id);
  assert.equal((await app.readOrder(id)).pay_by, undefined);
  app.clock.advance(5 * 60 * MINUTE_MS);
  assert.equal((await app.markPaid(id)).body.status, 'SCHEDULED');
});
