import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRateLimiter, LANES, PUBLIC } from './rateLimiter.ts';

const BILLS = '/api/v5/account/bills-archive?instType=SWAP&after=5';

test('lets five bills through in two seconds, each key and endpoint for itself', () => {
  let now = 1_000_000;
  const limiter = createRateLimiter({ now: () => now });
  const far = now + 60_000;
  for (let index = 0; index < 5; index += 1) assert.equal(limiter.reserve('a', BILLS, far, 'user'), 0);
  assert.equal(limiter.reserve('a', BILLS, far, 'user'), 2_050);
  assert.equal(limiter.reserve('b', BILLS, far, 'user'), 0);
  assert.equal(limiter.reserve('a', '/api/v5/trade/order?ordId=1', far, 'user'), 0);
  now += 2_050;
  assert.equal(limiter.reserve('a', BILLS, far, 'user'), 0);
});

test('what would come after the deadline is not counted', () => {
  const limiter = createRateLimiter({ now: () => 1_000_000 });
  for (let index = 0; index < 5; index += 1) limiter.reserve('a', BILLS, 1_000_000, 'user');
  for (let index = 0; index < 50; index += 1) assert.equal(limiter.reserve('a', BILLS, 1_001_000, 'user'), null);
  assert.equal(limiter.reserve('a', BILLS, 1_010_000, 'user'), 2_050);
});

test('after "too many requests" it waits', () => {
  const limiter = createRateLimiter({ now: () => 1_000_000 });
  limiter.slowDown('a', BILLS);
  assert.equal(limiter.reserve('a', BILLS, 1_010_000, 'user'), 2_000);
  assert.equal(limiter.reserve('b', BILLS, 1_010_000, 'user'), 0);
});

test('never more than the limit in any two seconds', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(900), { maxLength: 60 }), (gaps) => {
      let now = 1_000_000;
      const limiter = createRateLimiter({ now: () => now });
      const sent: number[] = [];
      for (const gap of gaps) {
        now += gap;
        const wait = limiter.reserve('a', BILLS, now + 30_000, 'user');
        if (wait !== null) sent.push(now + wait);
      }
      for (const at of sent) assert.ok(sent.filter((other) => other >= at && other < at + 2_000).length <= 5);
    }),
  );
});

test('prices have a lane of their own: however many questions of users wait, the one of the market goes at once', () => {
  const nowMs = 1_000_000;
  for (const target of [
    '/api/v5/public/mark-price?instId=BTC-USDT-SWAP',
    '/api/v5/market/index-tickers?instId=BTC-USDT',
  ]) {
    const limiter = createRateLimiter({ now: () => nowMs });
    for (let index = 0; index < 500; index += 1) limiter.reserve(PUBLIC, target, nowMs + 600_000, 'user');
    const waitMs = limiter.reserve(PUBLIC, target, nowMs + 600_000, 'user') ?? 0;
    assert.ok(waitMs > 60_000, `${waitMs} ms`);
    for (let index = 0; index < 4; index += 1) assert.equal(limiter.reserve(PUBLIC, target, nowMs + 10, 'market'), 0);
    // "Too many requests" is about the address: it stops both.
    limiter.slowDown(PUBLIC, target);
    assert.equal(limiter.reserve(PUBLIC, target, nowMs + 1_900, 'market'), null);
  }
});

test('both lanes together never ask more than the exchange takes', () => {
  const target = '/api/v5/public/mark-price?instId=BTC-USDT-SWAP';
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(400), fc.constantFrom(...LANES)), { maxLength: 120 }), (questions) => {
      let now = 1_000_000;
      const limiter = createRateLimiter({ now: () => now });
      const sent: number[] = [];
      for (const [gap, lane] of questions) {
        now += gap;
        const wait = limiter.reserve(PUBLIC, target, now + 30_000, lane);
        if (wait !== null) sent.push(now + wait);
      }
      for (const at of sent) assert.ok(sent.filter((other) => other >= at && other < at + 2_000).length <= 10);
    }),
  );
});
