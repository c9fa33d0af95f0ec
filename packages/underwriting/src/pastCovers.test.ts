import { DAY_MS, HOUR_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeUpCandles } from './madeUpCandles.ts';
import { isHit, pastHours, pastPayouts } from './pastCovers.ts';

const START = Date.UTC(2026, 0, 1);
const flat = (count: number, startMs = START) =>
  Array.from({ length: count }, (_, hour) => ({
    timeMs: startMs + hour * HOUR_MS,
    open: 100,
    high: 100,
    low: 100,
    close: 100,
  }));

test('counts every hour whose cover would have been hit before its end, by day and month', () => {
  const candles = flat(31 * 24 + 48);
  // On 10 January at 12:00 the price falls by a tenth, and is back at once.
  const hit = 9 * 24 + 12;
  const at = candles[hit];
  assert.ok(at);
  candles[hit] = { ...at, low: 90 };
  const hours = pastHours(candles, 24);
  assert.equal(hours.length, candles.length - 23);
  const found = pastPayouts(hours, 'long', 0.1);
  // A cover of 24 h is hit when it begins at that hour or in one of the 23 before it.
  assert.deepEqual([found.covers, found.paid], [hours.length, 24]);
  assert.deepEqual(found.worstDay, { day: '2026-01-10', covers: 24, paid: 13 });
  assert.deepEqual(
    found.months.map(({ month, paid }) => [month, paid]),
    [
      ['2026-01', 24],
      ['2026-02', 0],
    ],
  );
  assert.equal(pastPayouts(hours, 'long', 0.1001).paid, 0, 'a price that comes near is no liquidation');
  assert.equal(pastPayouts(hours, 'short', 0.1).paid, 0);
  assert.equal(pastPayouts(hours, 'short', 0.1).worstDay, null);
});

test('an hour whose cover would run into a gap is not counted', () => {
  const candles = [...flat(30), ...flat(30, START + 2 * DAY_MS)];
  assert.equal(pastHours(candles, 24).length, 14);
});

test('a year of hours is counted as one by one, and by the million in a moment', () => {
  const candles = madeUpCandles({ seed: 11, startMs: START, count: 8_760, firstPrice: 60_000 });
  const hours = pastHours(candles, 24);
  for (const side of ['long', 'short'] as const)
    for (const distance of [0.02, 0.08, 0.2]) {
      let paid = 0;
      for (let index = 0; index + 24 <= candles.length; index++) {
        const open = candles[index]?.open ?? 0;
        const liqPx = side === 'long' ? open * (1 - distance) : open * (1 + distance);
        if (candles.slice(index, index + 24).some(({ low, high }) => isHit(side, liqPx, low, high))) paid += 1;
      }
      const found = pastPayouts(hours, side, distance);
      assert.equal(found.paid, paid, `${side} ${distance}`);
      assert.equal(
        found.months.reduce((sum, month) => sum + month.paid, 0),
        paid,
      );
    }
});
