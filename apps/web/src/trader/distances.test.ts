import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distancesOf } from './distances.ts';

const candle = (at: number, l: string, h: string) => ({ at: new Date(at).toISOString(), o: l, h, l, c: h });
const candles = [
  candle(1_000, '90', '95'),
  candle(2_000, '100', '125'),
  candle(3_000, '80', '100'),
  candle(4_000, '100', '110'),
];
const shares = (side: 'long' | 'short', known: Parameters<typeof distancesOf>[2]): (number | null)[] =>
  distancesOf(side, candles, known).map(({ share }) => share);

test('each candle counts by where it came nearest, from the binding on', () => {
  const known = { bound: { at: 2_000, liqPx: 60 }, last: null, changedAt: [] };
  assert.deepEqual(shares('long', known), [0.4, 0.25, 0.4]);
  assert.deepEqual(shares('short', { ...known, bound: { at: 3_000, liqPx: 150 } }), [0.5, 40 / 110]);
});

test('after a change the liquidation price last seen counts, and until it was seen nothing is made up', () => {
  const bound = { at: 0, liqPx: 60 };
  const changedAt = [2_000, 3_500];
  assert.deepEqual(shares('long', { bound, changedAt, last: { at: 3_600, liqPx: 75 } }), [1 / 3, null, null, 0.25]);
  assert.deepEqual(shares('long', { bound, changedAt, last: { at: 3_400, liqPx: 75 } }), [1 / 3, null, null, null]);
});

test('a price that went through the liquidation price is below nothing', () => {
  const known = { bound: { at: 3_000, liqPx: 100 }, last: null, changedAt: [] };
  assert.deepEqual(shares('long', known), [-0.25, 0]);
});
