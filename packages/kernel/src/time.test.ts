import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatIso, isWithin, parseIso } from './time.ts';

test('reads instants with Z, and no day that does not exist', () => {
  assert.equal(parseIso('2026-01-22T12:00:00Z'), 1_769_083_200_000);
  assert.equal(parseIso('2026-01-22T12:00:00.5Z'), 1_769_083_200_500);
  for (const text of [
    '2026-01-22',
    '2026-01-22T12:00:00',
    '2026-01-22T12:00:00+02:00',
    '2026-02-30T00:00:00Z',
    '2026-01-22T25:00:00Z',
    '2026-13-01T00:00:00Z',
    'now',
    '',
  ])
    assert.equal(parseIso(text), null, text);
});

test('reads back what it wrote', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => assert.equal(parseIso(formatIso(ms)), ms)),
  );
});

test('takes windows as half-open', () => {
  const window = { startMs: 10, endMs: 20 };
  assert.deepEqual(
    [9, 10, 19, 20].map((at) => isWithin(window, at)),
    [false, true, true, false],
  );
});
