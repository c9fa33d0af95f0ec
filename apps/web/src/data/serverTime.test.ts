import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { narrowed, type Heard } from './serverTime.ts';

const SERVER_ZERO = 1_790_000_000_123;
/** An answer that a server wrote `after` ms past the question and that came `back` ms later. */
const answer = (askedAtMs: number, after: number, back: number, zero = SERVER_ZERO): Heard => ({
  dateMs: Math.floor((zero + askedAtMs + after) / 1_000) * 1_000,
  askedAtMs,
  heardAtMs: askedAtMs + after + back,
});

test('the learned time is never ahead of the server, and after quick answers less than a second behind', () => {
  const calls = fc.array(fc.tuple(fc.nat(100_000), fc.nat(5_000), fc.nat(5_000)), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(calls, (made) => {
      let known: number | null = null;
      for (const [at, after, back] of made) {
        known = narrowed(known, answer(at, after, back));
        assert.ok(known <= SERVER_ZERO);
        assert.ok(
          known >= SERVER_ZERO - 1_000 - back || known >= SERVER_ZERO - 1_000 - Math.max(...made.map((m) => m[2])),
        );
      }
    }),
  );
});

test('answers at several moments of a second bring it closer', () => {
  let known: number | null = null;
  for (let at = 0; at < 1_000; at += 50) known = narrowed(known, answer(at, 5, 5));
  assert.ok(known !== null && SERVER_ZERO - known <= 60, String(SERVER_ZERO - (known ?? 0)));
});

test('a slow answer changes nothing that a quick one taught', () => {
  const known = narrowed(null, answer(0, 10, 10));
  assert.equal(narrowed(known, answer(1_000, 10, 19_000)), known);
});

test('a device that slept, and a server whose clock was set back, are followed', () => {
  const known = narrowed(null, answer(0, 10, 10));
  for (const zero of [SERVER_ZERO + 3_600_000, SERVER_ZERO - 3_600_000]) {
    const next = narrowed(known, answer(2_000, 10, 10, zero));
    assert.ok(next <= zero && next > zero - 1_100);
  }
});
