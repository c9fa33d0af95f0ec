import type { AuditPage } from '@liqpass/api/operators';
import type { BatchAnswer, PayoutAnswer, Payouts } from '@liqpass/api/payouts';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { formatIso, HOUR_MS } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { takeOver } from '../src/db/migrations/0010_payouts.ts';
import { brokenInvariants } from './brokenInvariants.ts';
import { ADMIN_KEY, testBackend, type Reply, type TestBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';
import { signInWith } from './wallet.ts';

const BOB_KEY = 'test-admin-key-000002';
const SAFE = '0x4200000000000000000000000000000000000006';
const ELSEWHERE = '0x000000000000000000000000000000000000bEEF';
const SOMEWHERE = '0x000000000000000000000000000000000000dEaD';
const alice = { 'x-admin-key': ADMIN_KEY };
const bob = { 'x-admin-key': BOB_KEY };
type Who = typeof alice;
const hash = (digit: string): string => `0x${digit.repeat(64)}`;

let t: TestBackend;
before(async () => {
  t = await testBackend({
    treasurySafe: SAFE,
    adminKeys: [
      { name: 'alice', key: ADMIN_KEY },
      { name: 'bob', key: BOB_KEY },
    ],
  });
  // Two people decide here, whoever else there is.
  await t.call('PUT', '/admin/settings/one-person-shop', { headers: alice, body: { enabled: false, reason: 'test' } });
});
// Whatever was done, and in whichever order: nothing owed twice, nothing paid without its steps.
after(async () => {
  try {
    const { db, database } = t.backend.ctx;
    assert.deepEqual(await brokenInvariants(database.pool), []);
    // A book from before there were payouts is taken over as it stands, at the migration.
    for (const table of ['payout_batch_items', 'payouts', 'payout_batches'] as const)
      await db.deleteFrom(table).execute();
    await sql`update purchase_orders set refunded_at = null, refund_to = null, refund_tx_hash = null`.execute(db);
    await sql`delete from audit_log where subject_type in ('payout', 'batch')`.execute(db);
    await takeOver(db);
    assert.deepEqual(await brokenInvariants(database.pool), []);
  } finally {
    await t.close();
  }
});

const post = <T = PayoutAnswer>(who: Who, path: string, body: unknown = {}): Promise<Reply<T & ErrorAnswer>> =>
  t.call('POST', path, { headers: who, body });
const list = async (query = ''): Promise<Payouts> => {
  const { body, status } = await t.call<Payouts>('GET', `/admin/payouts?limit=200&${query}`, { headers: alice });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
const ofOrder = async (id: string): Promise<PayoutAnswer[]> =>
  (await list()).items.filter((item) => item.purchase_order_id === id);
async function only(id: string): Promise<PayoutAnswer> {
  const [payout, ...more] = await ofOrder(id);
  assert.ok(payout && more.length === 0, `one payout of order ${id}`);
  return payout;
}
/** An approved claim: its order, its payout. */
async function approved(): Promise<{ order: string; claim: string; payout: string }> {
  const { id } = await t.covered();
  t.verifier.script(() => liquidated(t.clock.now() - 1));
  const { claimId } = (await t.claim(id)).body;
  assert.equal((await post(alice, `/admin/claims/${claimId}/approve`)).status, 200);
  return { order: id, claim: claimId, payout: (await only(id)).id };
}
/** An order of nobody's that was paid unbound: its money goes back. */
async function toRefund(more: Record<string, unknown> = {}): Promise<string> {
  const id = await t.order();
  assert.equal((await t.markPaid(id, more)).body.status, 'REFUND_DUE');
  return id;
}
const auditOf = async (subject: string): Promise<string[]> =>
  (await t.call<AuditPage>('GET', `/admin/audit?subject=${subject}`, { headers: alice })).body.items
    .map((row) => `${row.action} ${row.from ?? '–'}→${row.to ?? '–'} ${row.actor}`)
    .toReversed();

test(`an approved claim is owed until it is paid, by either of two routes (${engine})`, async () => {
  const { order, claim, payout } = await approved();
  const due = await only(order);
  assert.deepEqual(
    [due.kind, due.status, due.amount_usdc, due.claim_id, due.to_source, due.approved_by],
    ['claim', 'DUE', '7.526867', claim, 'CLAIM', 'admin:alice'],
  );
  assert.equal((await post(alice, `/admin/payouts/${payout}/approve`)).body.error, 'INVALID_STATUS_TRANSITION');
  assert.equal(
    (await post(alice, `/admin/payouts/${payout}/mark-paid`, { txHash: hash('1') })).body.error,
    'SECOND_PERSON_REQUIRED',
  );
  assert.equal(
    (
      await post(bob, `/admin/payouts/${payout}/mark-paid`, {
        txHash: hash('1'),
        paidAt: formatIso(t.clock.now() + HOUR_MS),
      })
    ).body.error,
    'PAID_AT_IN_FUTURE',
  );
  const paid = await post(bob, `/admin/payouts/${payout}/mark-paid`, { txHash: hash('1') });
  assert.deepEqual([paid.status, paid.body.status, paid.body.tx_hash], [200, 'PAID', hash('1')]);
  const again = await post(bob, `/admin/payouts/${payout}/mark-paid`, { txHash: hash('1') });
  assert.deepEqual([again.status, again.body.paid_at], [200, paid.body.paid_at]);
  assert.equal(
    (await post(bob, `/admin/payouts/${payout}/mark-paid`, { txHash: hash('2') })).body.error,
    'INVALID_STATUS_TRANSITION',
  );
  assert.deepEqual(
    [(await t.readClaim(claim)).status, (await t.readClaim(claim)).multisig_tx_hash, (await t.readOrder(order)).status],
    ['PAID', hash('1'), 'SETTLED'],
  );

  const other = await approved();
  const byClaim = { multisigTxHash: hash('3'), paidAtSec: Math.floor(t.clock.now() / 1000) };
  assert.equal((await post(bob, `/admin/claims/${other.claim}/mark-paid`, byClaim)).status, 200);
  const [mine] = await ofOrder(other.order);
  assert.deepEqual([mine?.status, mine?.tx_hash, mine?.recorded_by], ['PAID', hash('3'), 'admin:bob']);
  assert.equal(
    (await list('status=DUE')).items.some((item) => item.id === other.payout),
    false,
  );
});

test('a refund waits for its address, a reviewer and a second person, and ends REFUNDED where its trader sees it', async () => {
  const id = await toRefund({ txHash: hash('4') });
  const due = await only(id);
  assert.deepEqual(
    [due.kind, due.status, due.to, due.amount_usdc, due.refund_reason, due.received_tx_hash, due.approved_by],
    ['refund', 'DUE', null, '1.00', 'PAID_BEFORE_BINDING', hash('4'), null],
  );
  const at = `/admin/payouts/${due.id}`;
  assert.equal((await post(bob, `${at}/mark-paid`, { txHash: hash('5') })).body.error, 'INVALID_STATUS_TRANSITION');
  assert.equal((await post(bob, `${at}/approve`)).body.error, 'PAYOUT_ADDRESS_MISSING');
  const entered = await post(alice, `${at}/payee`, { to: SOMEWHERE.toLowerCase(), reason: 'told by mail' });
  assert.deepEqual(
    [entered.status, entered.body.to, entered.body.to_source, entered.body.to_entered_by, entered.body.to_reason],
    [200, SOMEWHERE, 'OPERATOR', 'admin:alice', 'told by mail'],
  );
  assert.equal((await post(alice, `${at}/approve`)).body.error, 'SECOND_PERSON_REQUIRED');
  assert.equal((await post(bob, `${at}/approve`, { to: ELSEWHERE })).body.error, 'PAYOUT_CHANGED');
  assert.equal((await list()).items.find((item) => item.id === due.id)?.may.approve, false, 'alice entered it');
  const approval = await post(bob, `${at}/approve`, { to: SOMEWHERE });
  assert.deepEqual([approval.status, approval.body.approved_by], [200, 'admin:bob']);
  assert.equal((await post(bob, `${at}/approve`)).status, 200, 'the same call again');
  assert.equal(
    (await post(alice, `${at}/payee`, { to: ELSEWHERE, reason: 'x' })).body.error,
    'INVALID_STATUS_TRANSITION',
  );
  assert.equal((await post(bob, `${at}/mark-paid`, { txHash: hash('5') })).body.error, 'SECOND_PERSON_REQUIRED');

  const taken = await post(bob, `${at}/take-back`, { reason: 'not sure' });
  assert.equal(taken.body.approved_by, null);
  assert.equal((await post(alice, `${at}/mark-paid`, { txHash: hash('5') })).body.error, 'INVALID_STATUS_TRANSITION');
  await post(bob, `${at}/approve`);

  const paid = await post(alice, `${at}/mark-paid`, { txHash: hash('5') });
  assert.deepEqual([paid.status, paid.body.status, paid.body.recorded_by], [200, 'PAID', 'admin:alice']);
  const order = await t.readOrder(id);
  assert.deepEqual(
    [order.status, order.refund_to, order.refund_tx_hash, order.refunded_at],
    ['REFUNDED', SOMEWHERE, hash('5'), paid.body.paid_at],
  );
  assert.deepEqual((await auditOf(id)).slice(-1), ['refund REFUND_DUE→REFUNDED admin:alice']);
  assert.deepEqual(await auditOf(due.id), [
    'set_payee DUE→DUE admin:alice',
    'approve DUE→DUE admin:bob',
    'take_back DUE→DUE admin:bob',
    'approve DUE→DUE admin:bob',
    'mark_paid DUE→PAID admin:alice',
  ]);
  const listed = await t.call<{ items: PurchaseOrderAnswer[] }>('GET', '/admin/purchase-orders?status=REFUNDED', {
    headers: alice,
  });
  assert.ok(listed.body.items.some((item) => item.id === id));
});

test('a refund of a wallet’s order goes to the wallet, and nowhere else', async () => {
  const owner = await signInWith(t);
  const { body } = await owner.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', {
    policyType: 'OKX_24H',
    chainId: 8453,
    premiumAmountUsdc: '1.00',
    policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
  });
  await t.markPaid(body.purchaseOrderId);
  const due = await only(body.purchaseOrderId);
  assert.deepEqual([due.to, due.to_source, due.may.set_payee], [owner.wallet.address, 'OWNER', false]);
  assert.equal(
    (await post(alice, `/admin/payouts/${due.id}/payee`, { to: SOMEWHERE, reason: 'asked' })).body.error,
    'INVALID_STATUS_TRANSITION',
  );
});

test('what came beyond the premium, and a second payment, are owed back once', async () => {
  const paid = async (body: Record<string, unknown>): Promise<string> => {
    const id = await t.order();
    await t.bind(id);
    assert.equal((await t.markPaid(id, body)).body.refund_reason, null);
    return id;
  };
  assert.deepEqual(await ofOrder(await paid({ premiumAmountUsdc: '1.009999' })), []);
  const over = await paid({ premiumAmountUsdc: '1.01', txHash: hash('6') });
  const excess = await only(over);
  assert.deepEqual(
    [excess.kind, excess.amount_usdc, excess.received_tx_hash, excess.refund_reason],
    ['excess', '0.01', hash('6'), null],
  );
  for (let times = 0; times < 2; times += 1)
    assert.equal((await t.markPaid(over, { txHash: hash('7'), premiumAmountUsdc: '1.00' })).status, 200);
  const second = (await ofOrder(over)).filter((item) => item.received_tx_hash === hash('7'));
  assert.deepEqual([second.length, second[0]?.kind, second[0]?.amount_usdc], [1, 'excess', '1.00']);
  // Whoever paid too much, or twice, reads that it comes back.
  const due = { status: 'DUE', to: null, tx_hash: null };
  assert.deepEqual((await t.readOrder(over)).excess, [
    { amount_usdc: '0.01', ...due },
    { amount_usdc: '1.00', ...due },
  ]);
  assert.equal((await auditOf(over)).filter((row) => row.startsWith('mark_paid_again')).length, 1);

  // One transaction is money for one order, whichever way it came.
  const other = await t.order();
  await t.bind(other);
  assert.equal((await t.markPaid(other, { txHash: hash('7') })).body.error, 'TX_HASH_ALREADY_USED');
  await t.markPaid(other, { txHash: hash('8') });
  assert.equal((await t.markPaid(over, { txHash: hash('8') })).body.error, 'TX_HASH_ALREADY_USED');
  assert.equal((await t.markPaid(other, { txHash: hash('7') })).body.error, 'TX_HASH_ALREADY_USED');
});

test('a batch freezes what is approved; nothing is in two, and what is in one is not taken back', async () => {
  const claims = [await approved(), await approved()];
  const unapproved = await only(await toRefund());
  const payable = await list();
  const made = await post<BatchAnswer>(alice, '/admin/payouts/batches');
  assert.equal(made.status, 200, JSON.stringify(made.body));
  assert.deepEqual(
    [made.body.status, made.body.count, made.body.total_usdc, made.body.list_hash, made.body.treasury_safe],
    ['OPEN', payable.count, payable.total_usdc, payable.list_hash, SAFE],
  );
  const ids = made.body.items.map((item) => item.id);
  assert.ok(claims.every(({ payout }) => ids.includes(payout)) && !ids.includes(unapproved.id));
  assert.deepEqual([(await list()).count, (await list()).total_usdc], [0, '0.00']);
  assert.equal((await post(alice, '/admin/payouts/batches')).body.error, 'NOT_PAYABLE');
  const [first] = claims;
  assert.ok(first);
  assert.equal((await only(first.order)).status, 'IN_BATCH');
  assert.equal(
    (await post(alice, '/admin/payouts/batches', { payoutIds: [first.payout] })).body.error,
    'NOT_PAYABLE',
    'it is in one',
  );
  assert.equal(
    (await post(alice, `/admin/claims/${first.claim}/take-back`, { reason: 'x' })).body.error,
    'PAYOUT_IN_BATCH',
  );

  // Approved later, it waits for the next batch; the file of this one stays what it was.
  const later = await approved();
  assert.equal((await list()).count, 1);
  const file = await t.call<{ transactions: { contractInputsValues: { to: string; value: string } }[] }>(
    'GET',
    `/admin/payouts/batches/${made.body.id}/safe-batch`,
    { headers: alice },
  );
  assert.equal(file.body.transactions.length, made.body.count);
  assert.equal(file.body.transactions[0]?.contractInputsValues.to, made.body.items[0]?.to);
  const csv = await (await fetch(`${t.url}/admin/payouts/batches/${made.body.id}/csv`, { headers: alice })).text();
  assert.equal(csv.split('\n').length, made.body.count + 2);

  // Dropped, it says who and why, and what was in it is due again and can be taken back.
  assert.equal((await post(bob, `/admin/payouts/batches/${made.body.id}/drop`, {})).status, 400);
  const dropped = await post<BatchAnswer>(bob, `/admin/payouts/batches/${made.body.id}/drop`, { reason: 'wrong Safe' });
  assert.deepEqual(
    [dropped.body.status, dropped.body.dropped_by, dropped.body.dropped_reason, dropped.body.items.length],
    ['DROPPED', 'admin:bob', 'wrong Safe', made.body.count],
  );
  assert.equal(
    (await post(bob, `/admin/payouts/batches/${made.body.id}/drop`, { reason: 'again' })).body.error,
    'INVALID_STATUS_TRANSITION',
  );
  assert.equal(
    (await t.call<ErrorAnswer>('GET', `/admin/payouts/batches/${made.body.id}/safe-batch`, { headers: alice })).body
      .error,
    'INVALID_STATUS_TRANSITION',
  );
  assert.equal((await list()).count, made.body.count + 1);
  assert.equal((await post(alice, `/admin/claims/${first.claim}/take-back`, { reason: 'x' })).status, 200);
  assert.deepEqual(await ofOrder(first.order), []);
  assert.equal((await post(alice, `/admin/claims/${first.claim}/approve`)).status, 200);
  assert.notEqual((await only(first.order)).id, first.payout, 'owed anew');

  const next = await post<BatchAnswer>(alice, '/admin/payouts/batches', { payoutIds: [later.payout] });
  assert.equal(next.body.count, 1);
  assert.equal(
    (await post(bob, `/admin/payouts/${later.payout}/mark-paid`, { txHash: hash('9') })).body.status,
    'PAID',
  );
  assert.equal(
    (await t.call<BatchAnswer>('GET', `/admin/payouts/batches/${next.body.id}`, { headers: alice })).body.status,
    'PAID',
  );
  assert.equal(
    (await post(bob, `/admin/payouts/batches/${next.body.id}/drop`, { reason: 'late' })).body.error,
    'INVALID_STATUS_TRANSITION',
  );
});

test('a record that was a mistake is undone within a day, and only then', async () => {
  const { order, claim, payout } = await approved();
  await post(bob, `/admin/payouts/${payout}/mark-paid`, { txHash: hash('a') });
  assert.equal((await post(bob, `/admin/payouts/${payout}/undo-paid`, {})).status, 400);
  const undone = await post(bob, `/admin/payouts/${payout}/undo-paid`, { reason: 'another hash' });
  assert.deepEqual([undone.status, undone.body.status, undone.body.tx_hash], [200, 'DUE', null]);
  assert.deepEqual(
    [(await t.readClaim(claim)).status, (await t.readClaim(claim)).multisig_tx_hash, (await t.readOrder(order)).status],
    ['APPROVED_PENDING_MULTISIG', null, 'CLAIMED'],
  );
  assert.equal(
    (await post(bob, `/admin/payouts/${payout}/undo-paid`, { reason: 'x' })).body.error,
    'INVALID_STATUS_TRANSITION',
  );
  await post(bob, `/admin/payouts/${payout}/mark-paid`, { txHash: hash('b') });
  assert.deepEqual((await auditOf(claim)).slice(-3), [
    'mark_paid APPROVED_PENDING_MULTISIG→PAID admin:bob',
    'undo_paid PAID→APPROVED_PENDING_MULTISIG admin:bob',
    'mark_paid APPROVED_PENDING_MULTISIG→PAID admin:bob',
  ]);

  const id = await toRefund();
  const at = `/admin/payouts/${(await only(id)).id}`;
  await post(alice, `${at}/payee`, { to: SOMEWHERE, reason: 'asked' });
  await post(bob, `${at}/approve`);
  await post<BatchAnswer>(alice, '/admin/payouts/batches', { payoutIds: [(await only(id)).id] });
  await post(alice, `${at}/mark-paid`, { txHash: hash('c') });
  assert.equal((await t.readOrder(id)).status, 'REFUNDED');
  assert.equal((await post(alice, `${at}/undo-paid`, { reason: 'not sent' })).body.status, 'IN_BATCH');
  assert.deepEqual([(await t.readOrder(id)).status, (await t.readOrder(id)).refund_tx_hash], ['REFUND_DUE', undefined]);
  await post(alice, `${at}/mark-paid`, { txHash: hash('c') });
  t.clock.advance(24 * HOUR_MS);
  assert.equal((await post(alice, `${at}/undo-paid`, { reason: 'late' })).body.error, 'TOO_LATE_TO_UNDO');
  assert.equal((await t.readOrder(id)).status, 'REFUNDED');
});

test(`two of anything at once: exactly one wins (${engine})`, async () => {
  for (let round = 0; round < 6; round += 1) {
    const { claim, order, payout } = await approved();
    const [one, two] = await Promise.all([
      post(bob, `/admin/payouts/${payout}/mark-paid`, { txHash: hash('d') }),
      post(bob, `/admin/claims/${claim}/mark-paid`, {
        multisigTxHash: hash('e'),
        paidAtSec: Math.floor(t.clock.now() / 1000),
      }),
    ]);
    assert.deepEqual(
      [one.status, two.status].toSorted((a, b) => a - b),
      [200, 409],
    );
    assert.equal((await only(order)).tx_hash, (await t.readClaim(claim)).multisig_tx_hash);
  }
  for (let round = 0; round < 6; round += 1) {
    const { claim, order, payout } = await approved();
    const [batch, taken] = await Promise.all([
      post<BatchAnswer>(alice, '/admin/payouts/batches', { payoutIds: [payout] }),
      post(alice, `/admin/claims/${claim}/take-back`, { reason: 'x' }),
    ]);
    assert.deepEqual(
      [batch.status, taken.status].toSorted((a, b) => a - b),
      [200, 409],
    );
    assert.equal((await ofOrder(order)).length, batch.status === 200 ? 1 : 0);
  }
  for (let round = 0; round < 6; round += 1) {
    const { order, payout } = await approved();
    const batches = await Promise.all(
      [0, 1, 2].map(() => post<BatchAnswer>(alice, '/admin/payouts/batches', { payoutIds: [payout] })),
    );
    assert.deepEqual(
      batches.map((made) => made.status).toSorted((a, b) => a - b),
      [200, 409, 409],
    );
    const made = batches.find((each) => each.status === 200);
    // Dropped while one of it is recorded: it is paid, or due again, never in a batch that is gone.
    const [, paid] = await Promise.all([
      post(alice, `/admin/payouts/batches/${made?.body.id}/drop`, { reason: 'x' }),
      post(bob, `/admin/payouts/${payout}/mark-paid`, { txHash: hash('f') }),
    ]);
    assert.equal(paid.status, 200);
    assert.equal((await only(order)).status, 'PAID');
  }
});
