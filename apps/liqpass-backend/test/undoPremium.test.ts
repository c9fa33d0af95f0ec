import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { DAY_MS, formatIso, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { brokenInvariants } from './brokenInvariants.ts';
import { ADMIN_KEY, newOrdId, testBackend, type Reply, type TestBackend } from './harness.ts';
import { engine } from './testDatabase.ts';

let t: TestBackend;
before(async () => {
  t = await testBackend();
});
after(async () => {
  try {
    assert.deepEqual(await brokenInvariants(t.backend.ctx.database.pool), []);
  } finally {
    await t.close();
  }
});

const admin = { 'x-admin-key': ADMIN_KEY };
const undo = (id: string, reason = 'the wrong row'): Promise<Reply<PurchaseOrderAnswer & ErrorAnswer>> =>
  t.call('POST', `/admin/purchase-orders/${id}/undo-paid`, { headers: admin, body: { reason } });
/** An order whose cover begins in half an hour. */
async function scheduled(body?: Record<string, unknown>): Promise<string> {
  const startMs = t.clock.now() + 30 * MINUTE_MS;
  const id = await t.order({ coverageStartAt: formatIso(startMs), coverageEndAt: formatIso(startMs + HOUR_MS) });
  await t.bind(id);
  await t.markPaid(id, body);
  return id;
}
const refusal = ({ status, body }: Reply<ErrorAnswer>): unknown[] => [status, body.error, body.params?.['reason']];

test(`a record of a premium is undone before its cover begins: the order is unpaid, as it was (${engine})`, async () => {
  const { id } = await t.covered();
  assert.deepEqual(refusal(await undo(id)), [409, 'PREMIUM_RELIED_ON', 'COVER_BEGAN']);

  const later = await scheduled({ txHash: `0x${'2'.repeat(64)}` });
  const { body, status } = await undo(later);
  assert.equal(status, 200);
  assert.deepEqual(
    [body.status, body.paid_at, body.payment_tx_hash, body.paid_amount_usdc, body.quote_hash],
    ['AWAITING_PAYMENT', null, null, null, null],
  );
  // The transaction is free for the order that it really paid, and this one can be paid again.
  assert.equal((await t.markPaid(later, { txHash: `0x${'2'.repeat(64)}` })).body.status, 'SCHEDULED');
});

test(`a window that the payment moved is back where the order put it (${engine})`, async () => {
  const id = await t.order();
  const before = await t.readOrder(id);
  t.clock.advance(2 * HOUR_MS);
  // Paid before it was bound, it is to be refunded: nothing has begun.
  assert.equal((await t.markPaid(id)).body.status, 'REFUND_DUE');
  const { body } = await undo(id);
  const minute = (at: string | null): number => Math.floor(Date.parse(at ?? '') / MINUTE_MS);
  assert.deepEqual(
    [body.status, minute(body.coverage_start_at), minute(body.coverage_end_at)],
    ['AWAITING_BINDING', minute(before.coverage_start_at), minute(before.coverage_end_at)],
  );
  assert.equal((await t.bind(id)).status, 200, 'unpaid, it can be bound');
});

test(`a refund that nobody approved is withdrawn with the record, one that somebody did keeps it (${engine})`, async () => {
  const owed = async (id: string): Promise<number> => {
    const { body } = await t.call<{ items: { purchase_order_id: string }[] }>(
      'GET',
      '/admin/payouts?kind=refund&limit=200',
      {
        headers: admin,
      },
    );
    return body.items.filter((item) => item.purchase_order_id === id).length;
  };
  const short = await t.order({ payoutAddress: '0x000000000000000000000000000000000000bEEF' });
  await t.bind(short);
  assert.equal((await t.markPaid(short, { premiumAmountUsdc: '0.50' })).body.status, 'REFUND_DUE');
  assert.equal(await owed(short), 1);
  assert.equal((await undo(short)).body.status, 'AWAITING_PAYMENT');
  assert.equal(await owed(short), 0);

  await t.markPaid(short, { premiumAmountUsdc: '0.50' });
  const { body } = await t.call<{ items: { id: string; purchase_order_id: string }[] }>(
    'GET',
    '/admin/payouts?kind=refund&limit=200',
    { headers: admin },
  );
  const payout = body.items.find((item) => item.purchase_order_id === short);
  await t.admin(`/admin/payouts/${payout?.id}/approve`);
  assert.deepEqual(refusal(await undo(short)), [409, 'PREMIUM_RELIED_ON', 'MONEY_OWED']);
  await t.admin(`/admin/payouts/${payout?.id}/take-back`, { reason: 'the wrong row' });
  assert.equal((await undo(short)).status, 200);
});

test(`what rests on a premium keeps its record: a claim, a second payment, a day (${engine})`, async () => {
  const claimed = await scheduled();
  await t.claim(claimed);
  assert.deepEqual(refusal(await undo(claimed)), [409, 'PREMIUM_RELIED_ON', 'CLAIMED']);
  const twice = await scheduled({ txHash: `0x${'3'.repeat(64)}` });
  await t.markPaid(twice, { txHash: `0x${'4'.repeat(64)}` });
  assert.deepEqual(refusal(await undo(twice)), [409, 'PREMIUM_RELIED_ON', 'MONEY_OWED']);
  const old = await t.order();
  await t.markPaid(old);
  t.clock.advance(DAY_MS);
  assert.deepEqual(refusal(await undo(old)).slice(0, 2), [409, 'TOO_LATE_TO_UNDO']);
  const unpaid = await t.order();
  assert.deepEqual(refusal(await undo(unpaid)).slice(0, 2), [409, 'INVALID_STATUS_TRANSITION']);
});

test(`an undone record is audited with its reason, and needs a reason and a treasurer (${engine})`, async () => {
  const id = await scheduled();
  assert.equal((await t.call('POST', `/admin/purchase-orders/${id}/undo-paid`, { body: { reason: 'x' } })).status, 401);
  assert.equal((await undo(id, ' ')).status, 400);
  await undo(id, 'paid by somebody else');
  const { rows } = await t.backend.ctx.database.pool.query(
    `select actor, from_status, to_status, why from audit_log where subject_id = $1 and action = 'undo_paid'`,
    [id],
  );
  assert.deepEqual(rows, [
    { actor: 'admin:alice', from_status: 'SCHEDULED', to_status: 'AWAITING_PAYMENT', why: 'paid by somebody else' },
  ]);
});

test(`of an undo and a claim in one moment exactly one wins (${engine})`, async () => {
  for (let round = 0; round < 8; round += 1) {
    const id = await scheduled();
    const [undone, filed] = await Promise.all([undo(id), t.claim(id)]);
    const order = await t.readOrder(id);
    if (undone.status === 200) {
      assert.deepEqual([filed.status, filed.body.error], [409, 'PURCHASE_ORDER_NOT_PAID']);
      assert.deepEqual([order.paid_at, order.claim_id], [null, null]);
    } else {
      assert.deepEqual(refusal(undone), [409, 'PREMIUM_RELIED_ON', 'CLAIMED']);
      assert.ok(order.paid_at !== null && order.claim_id !== null);
    }
  }
});

test(`of two undos in one moment one takes the step, and one row says so (${engine})`, async () => {
  const id = await scheduled();
  const both = await Promise.all([undo(id), undo(id)]);
  assert.deepEqual(both.map(({ status }) => String(status)).toSorted(), ['200', '409']);
  const { rows } = await t.backend.ctx.database.pool.query(
    `select id from audit_log where subject_id = $1 and action = 'undo_paid'`,
    [id],
  );
  assert.equal(rows.length, 1);
});

test(`once undone, its OKX order goes on being held by the binding (${engine})`, async () => {
  const ordId = newOrdId();
  const startMs = t.clock.now() + 30 * MINUTE_MS;
  const window = { coverageStartAt: formatIso(startMs), coverageEndAt: formatIso(startMs + HOUR_MS) };
  const id = await t.order(window);
  await t.bind(id, ordId);
  await t.markPaid(id);
  await undo(id);
  const other = await t.order(window);
  assert.equal((await t.bind(other, ordId)).body.error, 'ORDER_ALREADY_INSURED');
});
