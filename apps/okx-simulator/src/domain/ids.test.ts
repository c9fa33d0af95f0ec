import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { movedId, newIdSource, nextId, timeOfId, type IdKind } from './ids.ts';

test('reads the time in recorded ids', () => {
  assert.equal(timeOfId(2_939_942_264_028_307_457n), 1_760_119_507_153);
  assert.equal(timeOfId(-2_940_071_038_530_957_314n), 1_760_123_344_933);
});

test('makes ids that are unique, carry their time and grow with it', () => {
  const event = fc.record({
    kind: fc.constantFrom<IdKind>('order', 'bill', 'trade', 'position'),
    after: fc.nat({ max: 2 }),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 300 }), (events) => {
      const ids = newIdSource();
      const seen = new Set<string>();
      const last: Partial<Record<IdKind, bigint>> = {};
      let atMs = 1_772_625_600_000;
      for (const { kind, after } of events) {
        atMs += after;
        const id = nextId(ids, kind, atMs);
        assert.ok(!seen.has(id), 'unique');
        seen.add(id);
        assert.ok(BigInt(id) > (last[kind] ?? 0n), 'growing');
        last[kind] = BigInt(id);
        assert.equal(timeOfId(BigInt(id)), atMs);
      }
    }),
  );
});

test('moves an id in time and gives it to nobody twice', () => {
  const ids = newIdSource();
  const first = movedId(ids, 2_939_942_264_028_307_457n, 60_000);
  const second = movedId(ids, 2_939_942_264_028_307_457n, 60_000);
  assert.equal(timeOfId(first), 1_760_119_567_153);
  assert.equal(timeOfId(second), 1_760_119_567_153);
  assert.notEqual(first, second);
  assert.equal(timeOfId(movedId(ids, -2_940_071_038_530_957_314n, -1)), 1_760_123_344_932);
});
