import { DAY_MS, HOUR_MS, SECOND_MS } from '@liqpass/kernel/time';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CLOSING_AFTER_MS,
  knownDistance,
  FARTHEST_MS,
  NEAREST_MS,
  nextLook,
  OF_QUOTA_MS,
  type Danger,
  type LastLook,
} from './nextLook.ts';

const T0 = Date.parse('2026-05-01T00:00:00Z');
const window = { startMs: T0, endMs: T0 + DAY_MS };
const calm: Danger = { distance: 0.2, sigmaHour: 0.005, touched: false };
const touched: Danger = { ...calm, distance: -0.001, touched: true };
const settled = (atMs: number, more: Partial<LastLook> = {}): LastLook => ({
  atMs,
  unsettled: 0,
  survivedTouch: false,
  ...more,
});
const one = { window, covers: 1 };
const after = (danger: Danger, last: LastLook, covers = 1): number => {
  const next = nextLook(danger, last, { window, covers }, last.atMs);
  assert.ok(next !== null);
  return next - last.atMs;
};

const dangers = fc.record({
  distance: fc.option(fc.double({ min: -0.5, max: 0.9, noNaN: true })),
  sigmaHour: fc.option(fc.double({ min: 0.0001, max: 0.2, noNaN: true })),
  touched: fc.boolean(),
});
const moments = fc.integer({ min: T0, max: T0 + DAY_MS - 1 });

test('the first look is when cover begins, or now where it has begun', () => {
  assert.equal(nextLook(calm, null, one, T0 - HOUR_MS), T0);
  assert.equal(nextLook(calm, null, one, T0 + 5), T0 + 5);
});

test('far away a position is looked at every half hour, near by every fifteen seconds', () => {
  assert.equal(after(calm, settled(T0)), FARTHEST_MS);
  assert.equal(after({ ...calm, distance: 0.0001 }, settled(T0)), NEAREST_MS);
  assert.equal(after({ ...calm, distance: null }, settled(T0)), NEAREST_MS);
  assert.equal(after({ ...calm, sigmaHour: null }, settled(T0)), NEAREST_MS);
  // 2 % at 1 % an hour: at four sigmas reached after a quarter of an hour.
  assert.equal(after({ distance: 0.02, sigmaHour: 0.01, touched: false }, settled(T0)), HOUR_MS / 4);
});

test('a touch is looked at now; then after 5, 15, 45 and 45 seconds, until there is a verdict', () => {
  const last = settled(T0 + 1_000);
  assert.equal(nextLook(touched, last, one, T0 + 9_000), T0 + 9_000);
  assert.deepEqual(
    [1, 2, 3, 4, 9].map((unsettled) => after(touched, { ...last, unsettled }) / SECOND_MS),
    [5, 15, 45, 45, 45],
  );
  assert.equal(after(touched, settled(T0, { survivedTouch: true })), NEAREST_MS, 'seen alive at the touch');
});

test('ten minutes after the window there is one last look, and none after it', () => {
  const closingMs = window.endMs + CLOSING_AFTER_MS;
  assert.equal(nextLook(calm, settled(window.endMs - 1), one, window.endMs), closingMs);
  assert.equal(nextLook(touched, settled(window.endMs - 1), one, window.endMs), closingMs);
  assert.equal(nextLook(calm, settled(closingMs), one, closingMs), null);
  assert.equal(nextLook(calm, settled(closingMs, { unsettled: 1 }), one, closingMs), closingMs + 5_000);
});

test('nearer or wilder is never looked at later', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.0001, max: 0.5, noNaN: true }),
      fc.double({ min: 0.0001, max: 0.1, noNaN: true }),
      fc.double({ min: 1, max: 10, noNaN: true }),
      (distance, sigmaHour, more) => {
        const here = after({ distance, sigmaHour, touched: false }, settled(T0));
        assert.ok(after({ distance: distance / more, sigmaHour, touched: false }, settled(T0)) <= here);
        assert.ok(after({ distance, sigmaHour: sigmaHour * more, touched: false }, settled(T0)) <= here);
      },
    ),
  );
});

test('within the window a look is never further off than half an hour, or what the quota of many covers leaves', () => {
  fc.assert(
    fc.property(dangers, moments, fc.integer({ min: 1, max: 500 }), (danger, atMs, covers) => {
      const waitMs = after(danger, settled(atMs), covers);
      assert.ok(waitMs <= Math.max(FARTHEST_MS, covers * OF_QUOTA_MS), `${waitMs}`);
      assert.ok(waitMs >= 0);
    }),
  );
});

test('whatever happens, the covers of an account together take no more than 5 % of its quota', () => {
  fc.assert(
    fc.property(
      dangers,
      fc.integer({ min: 2, max: 50 }),
      fc.integer({ min: 0, max: 8 }),
      fc.boolean(),
      (danger, covers, unsettled, survivedTouch) => {
        const waitMs = after(danger, settled(T0 + HOUR_MS, { unsettled, survivedTouch }), covers);
        // Each of them at most once in covers × 8 s: together one look in 8 s, of 20 that the exchange allows.
        assert.ok(waitMs >= covers * OF_QUOTA_MS);
      },
    ),
  );
  // A single one that is touched: four looks within 65 s and then one in 45 s.
  const waits = [1, 2, 3].map((unsettled) => after(touched, settled(T0, { unsettled })));
  assert.ok(waits.reduce((sum, wait) => sum + wait, 0) / waits.length > OF_QUOTA_MS);
  assert.ok(NEAREST_MS > OF_QUOTA_MS);
});

test('the distance is negative once the price is through, for longs and shorts', () => {
  assert.equal(knownDistance(90, 100, 'long'), 0.1);
  assert.equal(knownDistance(110, 100, 'short'), 0.1);
  assert.ok((knownDistance(90, 80, 'long') ?? 0) < 0);
  assert.ok((knownDistance(110, 120, 'short') ?? 0) < 0);
  assert.equal(knownDistance(90, 0, 'long'), null);
});
