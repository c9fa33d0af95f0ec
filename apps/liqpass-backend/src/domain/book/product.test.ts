import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR_MS } from '@liqpass/kernel/time';
import { decideWindow } from './product.ts';

const DAY = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 0, 22, 12);

test('a window ends within the years that are written with four digits', () => {
  const last = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
  const kept = decideWindow({ startMs: last - DAY, endMs: null }, DAY, NOW);
  assert.deepEqual(kept.accepted && kept.window, { startMs: last - DAY, endMs: last });
  for (const asked of [
    { startMs: last - DAY + 1, endMs: null },
    { startMs: last, endMs: null },
  ]) {
    const refused = decideWindow(asked, DAY, NOW);
    assert.equal(refused.accepted === false && refused.code, 'COVERAGE_WINDOW_NOT_ACCEPTABLE');
  }
});
