import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPremiumGone } from './premiumGone.ts';

const AT = '2026-11-01T00:00:00.000Z';
const payment = (status: 'none' | 'seen' | 'final') => ({ status, tx_hash: null, block_number: null });

test('a premium is gone only where it counted, and the chain shows it no more', () => {
  assert.equal(isPremiumGone({ paid_at: AT, payment: payment('none') }), true);
  for (const order of [
    { paid_at: null, payment: payment('none') },
    { paid_at: null, payment: payment('seen') },
    { paid_at: AT, payment: payment('final') },
    { paid_at: AT, payment: payment('seen') },
    { paid_at: AT, payment: payment('none'), refunded_at: AT },
  ])
    assert.equal(isPremiumGone(order), false, JSON.stringify(order));
});
