import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRateLimiter } from './rateLimiter.ts';

const BILLS = '/api/v5/account/bills-archive?instType=SWAP&after=5';

test('lets five bills through in two seconds, each key and endpoint for itself', () => {
  let now = 1_000_000;
  const limiter = createRateLimiter({ now: () => now });
  const far = now + 60_000;
  for (let index = 0; index < 5; index += 1) assert.equal(limiter.reserve('a', BILLS, far), 0);
  assert.equal(limiter.reserve('a', BILLS, far), 2_050);
  assert.equal(limiter.reserve('b', BILLS, far), 0);
  assert.equal(limiter.reserve('a', '/api/v5/trade/order?ordId=1', far), 0);
  now += 2_050;
  assert.equal(limiter.reserve('a', BILLS, far), 0);
});

test('what would come after the deadline is not counted', () => {
  const limiter = createRateLimiter({ now: () => 1_000_000 });
  for (let index = 0; index < 5; index += 1) limiter.reserve('a', BILLS, 1_000_000);
  for (let index = 0; index < 50; index += 1) assert.equal(limiter.reserve('a', BILLS, 1_001_000), null);
  assert.equal(limiter.reserve('a', BILLS, 1_010_000), 2_050);
});

test('after "too many requests" it waits', () => {
  const limiter = createRateLimiter({ now: () => 1_000_000 });
  limiter.slowDown('a', BILLS);
  assert.equal(limiter.reserve('a', BILLS, 1_010_000), 2_000);
  assert.equal(limiter.reserve('b', BILLS, 1_010_000), 0);
});

test('never more than the limit in any two seconds', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(900), { maxLength: 60 }), (gaps) => {
      let now = 1_000_000;
      const limiter = createRateLimiter({ now: () => now });
      const sent: number[] = [];
      for (const gap of gaps) {
        now += gap;
        const wait = limiter.reserve('a', BILLS, now + 30_000);
        if (wait !== null) sent.push(now + wait);
      }
      for (const at of sent) assert.ok(sent.filter((other) => other >= at && other < at + 2_000).length <= 5);
    }),
  );
});
