import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { decideWaiting, type MarkHistory } from './waiting.ts';

const HOUR = 500_000 * HOUR_MS;
const WAIT = { startMs: HOUR + 20 * MINUTE_MS, endMs: HOUR + 30 * MINUTE_MS };
const LONG = { side: 'long' as const, liqPx: '50000' };
const SHORT = { side: 'short' as const, liqPx: '70000' };
const marks = (low: string, high: string, longestGapMs = 15_000): MarkHistory => ({
  marks: { low, high, longestGapMs },
  hours: [],
});
const hour = (low: string, high: string, atMs = HOUR) => ({ atMs, low, high });

test('a mark within 0.1 % of the liquidation price touches it, on its own side only', () => {
  assert.equal(decideWaiting(LONG, WAIT, marks('50050', '60000')), 'TOUCHED');
  assert.equal(decideWaiting(LONG, WAIT, marks('50050.01', '99999')), 'UNTOUCHED');
  assert.equal(decideWaiting(SHORT, WAIT, marks('1', '69930')), 'TOUCHED');
  assert.equal(decideWaiting(SHORT, WAIT, marks('1', '69929.99')), 'UNTOUCHED');
});

test('a touch that was seen counts however little was seen; staying away must have been seen throughout', () => {
  assert.equal(decideWaiting(LONG, WAIT, marks('49000', '60000', 9 * MINUTE_MS)), 'TOUCHED');
  assert.equal(decideWaiting(LONG, WAIT, marks('55000', '60000', 2 * MINUTE_MS)), 'UNTOUCHED');
  assert.equal(decideWaiting(LONG, WAIT, marks('55000', '60000', 2 * MINUTE_MS + 1)), 'UNKNOWN');
  assert.equal(decideWaiting(LONG, WAIT, { marks: null, hours: [] }), 'UNKNOWN');
});

test('an hour that is partly outside shows that nothing touched, never that something did', () => {
  assert.equal(decideWaiting(LONG, WAIT, { marks: null, hours: [hour('55000', '60000')] }), 'UNTOUCHED');
  assert.equal(decideWaiting(LONG, WAIT, { marks: null, hours: [hour('49000', '60000')] }), 'UNKNOWN');
  assert.equal(decideWaiting(LONG, WAIT, { ...marks('55000', '60000'), hours: [hour('49000', '60000')] }), 'UNTOUCHED');
  const long = { startMs: HOUR, endMs: HOUR + 2 * HOUR_MS };
  const next = HOUR + HOUR_MS;
  assert.equal(decideWaiting(LONG, long, { marks: null, hours: [hour('49000', '60000', next)] }), 'TOUCHED');
  assert.equal(decideWaiting(LONG, long, { marks: null, hours: [hour('55000', '60000', next)] }), 'UNKNOWN');
});
