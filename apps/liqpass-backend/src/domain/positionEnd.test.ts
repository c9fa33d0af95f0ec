import assert from 'node:assert/strict';
import { test } from 'node:test';
import { positionEnd, type CoverBefore } from './positionEnd.ts';

const BOUND = 1_000;
const order = { binding: { ordId: '29', instId: 'BTC-USDT-SWAP', boundAtMs: BOUND, attested: true, released: false } };
const claim = (more: Partial<NonNullable<CoverBefore['claim']>>): CoverBefore => ({
  claim: { liquidationTimeMs: null, verdict: null, reason: null, updatedAtMs: BOUND, ...more },
  watch: null,
});
const watch = (endedAs: NonNullable<CoverBefore['watch']>['endedAs'], lookedAtMs: number | null): CoverBefore => ({
  claim: null,
  watch: { endedAs, lookedAtMs },
});

test('a position ended as the claim or the watch of the cover before it shows, if that was since it was bound', () => {
  const cases: [CoverBefore, ReturnType<typeof positionEnd>][] = [
    [{ claim: null, watch: null }, null],
    [claim({ liquidationTimeMs: BOUND, verdict: 'LIQUIDATED' }), 'LIQUIDATED'],
    [claim({ liquidationTimeMs: BOUND - 1, verdict: 'LIQUIDATED' }), null],
    [claim({ verdict: 'NOT_LIQUIDATED', reason: 'CLOSED_NORMALLY' }), 'CLOSED'],
    [claim({ verdict: 'NOT_LIQUIDATED', reason: 'ADL' }), 'CLOSED'],
    [claim({ verdict: 'NOT_LIQUIDATED', reason: 'STILL_OPEN' }), null],
    [claim({ verdict: 'NOT_LIQUIDATED', reason: 'ADL', updatedAtMs: BOUND - 1 }), null],
    [watch('LIQUIDATED', BOUND), 'LIQUIDATED'],
    [watch('CLAIMED', BOUND), 'LIQUIDATED'],
    [watch('CLOSED', BOUND), 'CLOSED'],
    [watch('CLOSED', BOUND - 1), null],
    [watch('LIQUIDATED', null), null],
    [watch(null, BOUND), null],
  ];
  for (const [before, end] of cases) assert.equal(positionEnd(order, before), end, JSON.stringify(before));
  assert.equal(positionEnd(order, null), null);
  assert.equal(positionEnd({ binding: null }, watch('CLOSED', BOUND)), null);
});
