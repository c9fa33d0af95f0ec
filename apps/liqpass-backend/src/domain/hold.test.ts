import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdReasons } from './hold.ts';

const unattested = { binding: null, waitingCheck: null };

test('holds what the mark does not bear out, and what the trader changed after binding', () => {
  assert.deepEqual(
    holdReasons(
      ['LEVERAGE_CHANGED_AFTER_BIND', 'MARK_NEVER_REACHED_LIQ_PRICE', 'LEVERAGE_CHANGED_AFTER_BIND'],
      unattested,
    ),
    ['LEVERAGE_CHANGED_AFTER_BIND', 'MARK_NEVER_REACHED_LIQ_PRICE'],
  );
});

test('holds nothing for what only informs, or is unknown', () => {
  assert.deepEqual(holdReasons(['ORDER_ID_TIME_MISMATCH', 'UNATTESTED_BINDING', 'SOMETHING_NEW'], unattested), []);
});

test('holds a claim on a cover whose wait nobody could judge', () => {
  const bound = { ordId: '1', instId: 'BTC-USDT-SWAP', boundAtMs: 0, released: false };
  const held = (attested: boolean, waitingCheck: 'UNTOUCHED' | 'UNKNOWN' | null): readonly string[] =>
    holdReasons([], { binding: { ...bound, attested }, waitingCheck });
  assert.deepEqual(held(true, 'UNKNOWN'), ['WAITING_UNCHECKED']);
  assert.deepEqual(held(true, null), ['WAITING_UNCHECKED']);
  assert.deepEqual(held(true, 'UNTOUCHED'), []);
  assert.deepEqual(held(false, null), []);
});
