import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdReasons } from './hold.ts';

test('holds what the mark does not bear out, and what the trader changed after binding', () => {
  assert.deepEqual(
    holdReasons(['LEVERAGE_CHANGED_AFTER_BIND', 'MARK_NEVER_REACHED_LIQ_PRICE', 'LEVERAGE_CHANGED_AFTER_BIND']),
    ['LEVERAGE_CHANGED_AFTER_BIND', 'MARK_NEVER_REACHED_LIQ_PRICE'],
  );
});

test('holds nothing for what only informs, or is unknown', () => {
  assert.deepEqual(holdReasons(['ORDER_ID_TIME_MISMATCH', 'UNATTESTED_BINDING', 'SOMETHING_NEW']), []);
});
