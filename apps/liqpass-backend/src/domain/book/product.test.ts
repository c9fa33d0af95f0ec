import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR_MS } from '@liqpass/kernel/time';
import { decideWindow } from './product.ts';

const DAY = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 0, 22, 12);

test('a window may start an hour ahead and not a millisecond more, the last years that can be written included', () => {
  const startMs = NOW + HOUR_MS;
  const kept = decideWindow({ startMs, endMs: null }, DAY, NOW);
  assert.deepEqual(kept.accepted && kept.window, { startMs, endMs: startMs + DAY });
  for (const tooFar of [startMs + 1, Date.UTC(9999, 11, 31, 23, 59, 59, 999) - DAY]) {
    const refused = decideWindow({ startMs: tooFar, endMs: null }, DAY, NOW);
    assert.equal(refused.accepted === false && refused.code, 'START_TOO_FAR');
  }
});
