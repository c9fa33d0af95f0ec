import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usdc } from '@liqpass/kernel/money';
import { MINUTE_MS } from '@liqpass/kernel/time';
import {
  effectiveWindow,
  holdsItsOkxOrder,
  payBy,
  purchaseOrderStatus,
  refuseClaim,
  waitingPeriod,
  type PurchaseOrder,
} from './purchaseOrder.ts';

const WINDOW = { startMs: 10_000_000, endMs: 20_000_000 };
const BINDING = { ordId: '1', instId: 'BTC-USDT-SWAP', boundAtMs: 1, attested: false, released: false };
const order = (facts: Partial<PurchaseOrder> = {}): PurchaseOrder => ({
  id: 'x',
  policyType: 'OKX_24H',
  chainId: 8453,
  premium: usdc(1_000_000n),
  amountDue: usdc(1_000_000n),
  paymentReference: null,
  paymentSeen: null,
  premiumVanished: false,
  policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
  payoutFixed: usdc(50_000_000n),
  payoutCap: usdc(50_000_000n),
  window: WINDOW,
  windowMoves: false,
  owner: null,
  payoutAddress: null,
  follows: null,
  binding: null,
  reported: null,
  paidAtMs: null,
  paidAmount: null,
  paymentTxHash: null,
  payer: null,
  paidProbability: null,
  quoteHash: null,
  payByGrownMs: 0,
  position: null,
  refundReason: null,
  refunded: null,
  waitingCheck: null,
  claim: null,
  cancelledAtMs: null,
  version: 1,
  createdAtMs: 0,
  updatedAtMs: 0,
  ...facts,
});

test('derives the status from the facts and the moment', () => {
  const paid = { binding: BINDING, paidAtMs: 12_000_000 };
  const cases: [Partial<PurchaseOrder>, number, string][] = [
    [{}, 0, 'AWAITING_BINDING'],
    [{ binding: BINDING }, 0, 'AWAITING_PAYMENT'],
    [{ binding: BINDING }, WINDOW.endMs - 1, 'AWAITING_PAYMENT'],
    [{ binding: BINDING }, WINDOW.endMs, 'LAPSED'],
    [{ ...paid, paidAtMs: 5_000_000 }, WINDOW.startMs - 1, 'SCHEDULED'],
    [{ ...paid, paidAtMs: 5_000_000 }, WINDOW.startMs, 'ACTIVE'],
    [paid, WINDOW.startMs, 'SCHEDULED'],
    [paid, 12_000_000, 'ACTIVE'],
    [paid, WINDOW.endMs - 1, 'ACTIVE'],
    [paid, WINDOW.endMs, 'EXPIRED'],
    [{ ...paid, refundReason: 'PAID_SHORT' }, 12_000_000, 'REFUND_DUE'],
    [
      { ...paid, refundReason: 'PAID_SHORT', refunded: { atMs: 11_000_000, to: '0x1', txHash: '0x2' } },
      12_000_000,
      'REFUNDED',
    ],
    [{ ...paid, claim: { id: 'c', status: 'VERIFYING' } }, 12_000_000, 'CLAIMED'],
    [{ ...paid, claim: { id: 'c', status: 'APPROVED_PENDING_MULTISIG' } }, WINDOW.endMs, 'CLAIMED'],
    [{ ...paid, claim: { id: 'c', status: 'PAID' } }, WINDOW.endMs, 'SETTLED'],
    [{ ...paid, claim: { id: 'c', status: 'FAILED' } }, 12_000_000, 'ACTIVE'],
    [{ ...paid, claim: { id: 'c', status: 'REJECTED' } }, WINDOW.endMs, 'EXPIRED'],
  ];
  for (const [facts, now, status] of cases)
    assert.equal(purchaseOrderStatus(order(facts), now), status, JSON.stringify([facts, now]));
});

test('covers nobody for what happened before paying', () => {
  assert.deepEqual(effectiveWindow(order({ binding: BINDING, paidAtMs: 12_000_000 })), {
    startMs: 12_000_000,
    endMs: WINDOW.endMs,
  });
  assert.equal(effectiveWindow(order({ binding: BINDING })), null);
  assert.equal(effectiveWindow(order({ binding: BINDING, paidAtMs: WINDOW.endMs })), null);
});

test('covers nobody for what happened before binding or ordering, nor within ten minutes of paying for what a key showed', () => {
  const start = (facts: Partial<PurchaseOrder>): number | undefined =>
    effectiveWindow(order({ binding: BINDING, paidAtMs: 12_000_000, ...facts }))?.startMs;
  assert.equal(start({ binding: { ...BINDING, boundAtMs: 13_000_000 } }), 13_000_000);
  assert.equal(start({ createdAtMs: 14_000_000 }), 14_000_000);
  const attested = { ...BINDING, attested: true };
  assert.equal(start({ binding: attested }), 12_000_000 + 10 * MINUTE_MS);
  assert.equal(start({ binding: { ...attested, boundAtMs: 19_000_000 } }), 19_000_000);
  assert.equal(start({ binding: attested, paidAtMs: WINDOW.endMs - 10 * MINUTE_MS }), undefined);
});

test('a computed price may be paid for 30 minutes, from the binding that priced it or else from the order; a report keeps nothing', () => {
  const quoted = { quoteHash: '0x1', binding: BINDING, createdAtMs: 60_000 };
  const attested = { ...quoted, binding: { ...BINDING, attested: true, boundAtMs: 120_000 } };
  assert.equal(payBy(order({ binding: BINDING })), null);
  assert.equal(payBy(order({ quoteHash: '0x1' })), null);
  assert.equal(payBy(order(quoted)), 60_000 + 30 * MINUTE_MS);
  assert.equal(payBy(order(attested)), 120_000 + 30 * MINUTE_MS);
  assert.equal(payBy(order({ ...attested, quoteHash: null })), 120_000 + 30 * MINUTE_MS, 'the catalogue’s price too');
  const deadline = 120_000 + 30 * MINUTE_MS;
  for (const [facts, now, status] of [
    [attested, deadline - 1, 'AWAITING_PAYMENT'],
    [attested, deadline, 'LAPSED'],
    [{ ...attested, quoteHash: null }, deadline, 'LAPSED'],
    [{ ...attested, reported: { atMs: deadline - 1, txHash: '0xa' } }, deadline, 'LAPSED'],
    [{ ...quoted, binding: null }, deadline, 'AWAITING_BINDING'],
    [{ binding: BINDING }, deadline, 'AWAITING_PAYMENT'],
  ] as const)
    assert.equal(purchaseOrderStatus(order(facts), now), status, JSON.stringify([facts, now]));
});

test('what a key showed is watched from binding to cover', () => {
  const attested = { ...BINDING, attested: true };
  assert.deepEqual(waitingPeriod(order({ binding: attested, paidAtMs: 5_000_000 })), {
    startMs: 1,
    endMs: WINDOW.startMs,
  });
  for (const facts of [
    {},
    { paidAtMs: 5_000_000, binding: BINDING },
    { paidAtMs: 5_000_000, window: null },
    { paidAtMs: 5_000_000, refundReason: 'PAID_SHORT' as const },
  ])
    assert.equal(waitingPeriod(order({ binding: attested, ...facts })), null);
});

test('refuses a claim for what is missing, in the order a person would mend it', () => {
  const paid = { paidAtMs: 12_000_000 };
  assert.equal(refuseClaim(order(), '0xA'), 'PURCHASE_ORDER_NOT_PAID');
  assert.equal(refuseClaim(order({ ...paid, window: null }), '0xA'), 'MISSING_COVERAGE_WINDOW');
  assert.equal(refuseClaim(order({ ...paid, refundReason: 'PAID_BEFORE_BINDING' }), '0xA'), 'MISSING_OKX_META');
  assert.equal(refuseClaim(order({ ...paid, binding: BINDING, payoutAddress: '0xB' }), '0xA'), 'CLAIMANT_MISMATCH');
  assert.equal(refuseClaim(order({ ...paid, binding: BINDING, owner: '0xB' }), '0xb'), null);
  assert.equal(
    refuseClaim(order({ ...paid, binding: BINDING, refundReason: 'PAID_SHORT' }), '0xA'),
    'PURCHASE_ORDER_NOT_COVERED',
  );
});

test('holds its OKX order while cover can still pay, and for good once it has', () => {
  const paid = { binding: BINDING, paidAtMs: 12_000_000 };
  assert.ok(holdsItsOkxOrder(order({ binding: BINDING }), 0));
  assert.ok(holdsItsOkxOrder(order(paid), WINDOW.endMs - 1));
  assert.ok(holdsItsOkxOrder(order({ ...paid, claim: { id: 'c', status: 'PAID' } }), WINDOW.endMs * 10));
  assert.ok(!holdsItsOkxOrder(order(paid), WINDOW.endMs));
  assert.ok(!holdsItsOkxOrder(order({ binding: { ...BINDING, released: true } }), 0));
  assert.ok(!holdsItsOkxOrder(order({ binding: BINDING }), WINDOW.endMs));
  assert.ok(!holdsItsOkxOrder(order({ ...paid, refundReason: 'PAID_SHORT' }), 0));
});
