import { usdc } from '@liqpass/kernel/money';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNDO_WITHIN_MS } from '../undoPremium.ts';
import { payoutSteps, type Payout } from './payout.ts';

const refund: Payout = {
  id: 'p',
  kind: 'refund',
  status: 'DUE',
  purchaseOrderId: 'o',
  claimId: null,
  refundReason: 'PAID_SHORT',
  receivedTxHash: null,
  attested: false,
  payee: { address: '0x1', source: 'OWNER', entered: null },
  amount: usdc(1_000_000n),
  approved: null,
  batchId: null,
  paid: null,
  told: null,
  createdAtMs: 0,
};
const approved: Payout = { ...refund, approved: { by: 'alice', identity: 'a', atMs: 1 } };
const entered: Payout = {
  ...refund,
  payee: { address: '0x1', source: 'OPERATOR', entered: { by: 'alice', identity: 'a', why: 'mail' } },
};
const paid: Payout = {
  ...approved,
  status: 'PAID',
  paid: { txHash: '0x2', atMs: 2, recordedBy: 'bob', recordedAtMs: 1000 },
};
/** The steps that are allowed, by name. */
const may = (payout: Payout, identity: string, onePersonShop = false, nowMs = 2000): string[] =>
  Object.entries(payoutSteps(payout, { name: identity, identity, onePersonShop }, nowMs))
    .filter(([, allowed]) => allowed)
    .map(([step]) => step);

test('a refund is approved where its address is known, by another than who entered that', () => {
  assert.deepEqual(may(refund, 'a'), ['approve']);
  assert.deepEqual(may({ ...refund, payee: null }, 'a'), ['set_payee']);
  assert.deepEqual(may(entered, 'a'), ['set_payee']);
  assert.deepEqual(may(entered, 'b'), ['approve', 'set_payee']);
  assert.deepEqual(may(entered, 'a', true), ['approve', 'set_payee']);
});

test('a payment is recorded by another than who approved it, in a batch or not', () => {
  assert.deepEqual(may(approved, 'a'), ['take_back']);
  assert.deepEqual(may(approved, 'b'), ['take_back', 'mark_paid']);
  assert.deepEqual(may({ ...approved, status: 'IN_BATCH', batchId: 'x' }, 'b'), ['mark_paid']);
  assert.deepEqual(may({ ...approved, kind: 'claim', claimId: 'c' }, 'b'), ['mark_paid'], 'its claim is taken back');
});

test('a record is undone within a day, and not at the end of it', () => {
  assert.deepEqual(may(paid, 'a', false, 1000 + UNDO_WITHIN_MS - 1), ['undo']);
  assert.deepEqual(may(paid, 'a', false, 1000 + UNDO_WITHIN_MS), []);
});
