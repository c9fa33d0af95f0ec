import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLAIM_STATUSES } from '@liqpass/kernel/vocabulary';
import { watchOffered } from './watchOffered.ts';

const END = Date.parse('2026-11-01T00:00:00.000Z');
const coverage_end_at = '2026-11-01T00:00:00.000Z';

test('a watch is offered until the cover ends or is claimed, and again where the claim came to nothing', () => {
  assert.equal(watchOffered({ coverage_end_at }, END - 1), true);
  assert.equal(watchOffered({ coverage_end_at }, END), false);
  assert.equal(watchOffered({ coverage_end_at: null }, END), true);
  for (const status of CLAIM_STATUSES) {
    const claim = { status, rejected_reason: null, payout_amount_usdc: null };
    assert.equal(watchOffered({ coverage_end_at, claim }, END - 1), status === 'FAILED', status);
  }
});
