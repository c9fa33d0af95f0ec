import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { midnights, roundTicks } from './ticks.ts';

test('a scale is marked at round values inside it, few and evenly apart', () => {
  assert.deepEqual(roundTicks(3_412, 3_987, 4), [3_600, 3_800]);
  assert.deepEqual(roundTicks(60_100, 69_900, 4), [65_000]);
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1e6, noNaN: true }),
      fc.double({ min: 0.001, max: 2, noNaN: true }),
      // Of two marks a step can be wider than the whole scale.
      fc.integer({ min: 3, max: 8 }),
      (low, part, most) => {
        const high = low * (1 + part);
        const ticks = roundTicks(low, high, most);
        assert.ok(ticks.length > 0 && ticks.length <= most);
        for (const tick of ticks) assert.ok(tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
      },
    ),
  );
});

test('days are marked where they begin, however long the span', () => {
  const from = new Date(2026, 2, 27, 9, 30).getTime();
  for (const hours of [80, 96, 240, 2_000]) {
    const marks = midnights(from, from + hours * 3_600_000, 4);
    assert.ok(marks.length > 0 && marks.length <= 4);
    for (const mark of marks) assert.equal(new Date(mark).getHours(), 0);
  }
});
