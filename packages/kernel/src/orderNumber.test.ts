import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doubtOfOrderNumber, timeOfOrderNumber } from './orderNumber.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const at = (iso: string): string => String(BigInt(Date.parse(iso) - 1_672_502_400_000) << 25n);

test('an order number of today looks right, and its time is read from it', () => {
  const number = at('2026-11-28T11:59:00Z');
  assert.equal(timeOfOrderNumber(number), Date.parse('2026-11-28T11:59:00Z'));
  assert.equal(doubtOfOrderNumber(number, NOW), null);
});

test('a number with a digit too few or too many, or of another time, is questioned', () => {
  const number = at('2026-11-28T11:59:00Z');
  assert.equal(doubtOfOrderNumber('1234567890', NOW), 'TOO_FEW_DIGITS');
  assert.equal(doubtOfOrderNumber(number.slice(0, -1), NOW), 'TOO_OLD');
  assert.equal(doubtOfOrderNumber(`${number}7`, NOW), 'TIME_AHEAD');
  assert.equal(doubtOfOrderNumber(at('2026-08-01T00:00:00Z'), NOW), 'TOO_OLD');
  assert.equal(doubtOfOrderNumber(at('2026-09-01T00:00:00Z'), NOW), null);
});
