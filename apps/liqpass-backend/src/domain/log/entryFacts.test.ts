import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryOfStep, type LoggedStep } from './entryFacts.ts';

const undone: LoggedStep = {
  subjectType: 'purchase_order',
  subjectId: 'o',
  action: 'undo_paid',
  from: 'SCHEDULED',
  to: 'AWAITING_PAYMENT',
  why: 'the wrong row',
  details: {},
  order: {
    policyType: 'OKX_24H',
    chainId: 8453,
    premium: '1.00',
    payout: '50',
    payoutCap: '50',
    coverageStartAt: null,
    coverageEndAt: null,
    paidAt: null,
  },
  claim: null,
  payout: null,
};

test('a premium that was told as sold is taken back in the open, one that bought no cover was never told', () => {
  assert.deepEqual(entryOfStep(undone), {
    type: 'decided',
    facts: { order_id: 'o', decision: 'premium_undone', reason: 'the wrong row' },
  });
  assert.equal(entryOfStep({ ...undone, from: 'REFUND_DUE' }), null);
});
