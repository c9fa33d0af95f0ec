import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { usdc, type Usdc } from '@liqpass/kernel/money';
import { DAY_MS, HOUR_MS } from '@liqpass/kernel/time';
import { NOW, aMarket, aPolicy, money } from '../test/builders.ts';
import { coinRisk, type BookRisk } from './bookRisk.ts';
import {
  bookLimits,
  bookTotals,
  decideSale,
  isNear,
  restsUntil,
  withSale,
  type BookClaim,
  type BookPolicy,
} from './book.ts';
import { PROD_2026_04 } from './params.ts';

const risk: BookRisk = {
  BTC: coinRisk(aMarket(), PROD_2026_04, NOW),
  ETH: coinRisk(aMarket({ coin: 'ETH', mark: 3000 }), PROD_2026_04, NOW),
};
const limits = bookLimits(money(100_000));
const totalsOf = (policies: readonly BookPolicy[], claims: readonly BookClaim[] = []) =>
  bookTotals({ policies, claims, risk, limits, nowMs: NOW });
/** A book of `amount` on a side, one policy, far away and sold long ago unless said otherwise. */
const held = (amount: number, over: Partial<BookPolicy> = {}): BookPolicy =>
  aPolicy({ payout: money(amount), ...over });
const sell = (policies: readonly BookPolicy[], candidate: Partial<BookPolicy> = {}, claims: BookClaim[] = []) =>
  decideSale(totalsOf(policies, claims), limits, aPolicy({ soldAtMs: NOW, ...candidate }), risk);
const NEAR = 58_000;

test('the limits of a capital are its shares, rounded down', () => {
  assert.deepEqual(bookLimits(usdc(1_000_001n)), {
    book: 1_000_001n,
    side: 333_333n,
    near: 83_333n,
    hour: 27_777n,
    account: 20_000n,
    policy: 5_000n,
    breaker: 33_333n,
  });
});

test('one policy pays at most 0.5 % of the capital', () => {
  assert.equal(sell([], { payout: money(500) }).allowed, true);
  const refused = sell([], { payout: usdc(500_000_001n) });
  assert.ok(!refused.allowed);
  assert.deepEqual([refused.limit, refused.room, refused.retryAtMs], ['POLICY', money(500), null]);
});

test('a side carries at most a third of the capital, and says the room that is left', () => {
  assert.equal(sell([held(33_283)]).allowed, true);
  const refused = sell([held(33_300)]);
  assert.ok(!refused.allowed);
  assert.equal(refused.limit, 'SIDE');
  assert.equal(refused.room, 33_333_333_333n - 33_300_000_000n);
  assert.match(refused.message, /At most 33\.333333 can be covered now/);
  assert.equal(sell([held(33_300)], { side: 'short', liqPx: 70_000 }).allowed, true);
});

test('BTC and ETH count as one risk', () => {
  const refused = sell([held(33_333)], { coin: 'ETH', liqPx: 2500 });
  assert.ok(!refused.allowed && refused.limit === 'SIDE');
});

test('the whole book carries at most its capital', () => {
  // Sides alone keep it below; covers of unknown side count once in the book and on both sides.
  const full = { ...totalsOf([]), inForce: money(99_990) };
  const refused = decideSale(full, limits, aPolicy({ soldAtMs: NOW }), risk);
  assert.ok(!refused.allowed);
  assert.deepEqual([refused.limit, refused.room], ['BOOK', money(10)]);
});

test('covers nearer than 3 sigma take at most a quarter of the side', () => {
  assert.equal(isNear(aPolicy({ liqPx: NEAR }), risk), true);
  assert.equal(isNear(aPolicy({ liqPx: 50_000 }), risk), false);
  const near = held(8_300, { liqPx: NEAR });
  const refused = sell([near], { liqPx: NEAR });
  assert.ok(!refused.allowed);
  assert.deepEqual([refused.limit, refused.room], ['NEAR_BUCKET', 33_333_333n]);
  assert.equal(sell([near]).allowed, true);
});

test('a side sells at most 2/24 of its limit within an hour', () => {
  const fresh = held(2_750, { soldAtMs: NOW - HOUR_MS + 1 });
  const refused = sell([fresh]);
  assert.ok(!refused.allowed);
  assert.deepEqual([refused.limit, refused.retryAtMs], ['HOUR', NOW + HOUR_MS]);
  assert.equal(sell([held(2_750, { soldAtMs: NOW - HOUR_MS })]).allowed, true);
});

test('a main account is covered up to 2 % of the capital', () => {
  const others = [held(1_960, { mainAccount: 'a' }), held(1_960, { mainAccount: 'b', side: 'short', liqPx: 70_000 })];
  const refused = sell(others, { mainAccount: 'b' });
  assert.ok(!refused.allowed);
  assert.deepEqual([refused.limit, refused.room], ['ACCOUNT', money(40)]);
  assert.equal(sell(others, { mainAccount: 'c' }).allowed, true);
});

test('a cover of unknown side, coin or distance counts wherever it could', () => {
  const unknown = held(8_300, { side: null, coin: null, liqPx: null });
  const totals = totalsOf([unknown]);
  assert.equal(totals.inForce, money(8_300));
  for (const side of ['long', 'short'] as const) {
    assert.equal(totals.sides[side].inForce, money(8_300));
    assert.equal(totals.sides[side].near, money(8_300));
  }
  assert.ok(isNear(aPolicy({ coin: 'ETH', liqPx: 1 }), { BTC: risk.BTC }));
});

test('a side rests for 24 h from the moment its claims of 24 h pass 10 % of its limit', () => {
  const claim = (atMs: number, amount: number, side: 'long' | 'short' | null = 'long'): BookClaim => ({
    side,
    atMs,
    payout: money(amount),
  });
  const two = [claim(NOW - 20 * HOUR_MS, 3_333), claim(NOW - 2 * HOUR_MS, 1)];
  assert.equal(restsUntil([...two].reverse(), 'long', limits.breaker, NOW), NOW + 22 * HOUR_MS);
  assert.equal(restsUntil(two.slice(0, 1), 'long', limits.breaker, NOW), null);
  assert.equal(restsUntil(two, 'short', limits.breaker, NOW), null);
  assert.equal(restsUntil([claim(NOW, 4_000, null)], 'short', limits.breaker, NOW), NOW + DAY_MS);
  assert.equal(restsUntil([claim(NOW - DAY_MS, 4_000)], 'long', limits.breaker, NOW), null);
  // 24 h apart they are not claims of one day.
  assert.equal(restsUntil([claim(NOW - DAY_MS, 2_000), claim(NOW, 2_000)], 'long', limits.breaker, NOW), null);

  const refused = sell([], {}, two);
  assert.ok(!refused.allowed);
  assert.deepEqual([refused.limit, refused.retryAtMs], ['CIRCUIT_BREAKER', NOW + 22 * HOUR_MS]);
  assert.equal(sell([], { side: 'short', liqPx: 70_000 }, two).allowed, true);
});

const candidates = fc.array(
  fc.record({
    side: fc.constantFrom('long' as const, 'short' as const, null),
    coin: fc.constantFrom('BTC' as const, 'ETH' as const),
    distance: fc.double({ min: 0.005, max: 0.4, noNaN: true }),
    payout: fc.bigInt({ min: 1n, max: 600_000_000n }).map(usdc),
    mainAccount: fc.constantFrom('a', 'b', 'c', null),
  }),
  { maxLength: 120 },
);
const policyOf = (one: {
  side: 'long' | 'short' | null;
  coin: 'BTC' | 'ETH';
  distance: number;
  payout: Usdc;
  mainAccount: string | null;
}): BookPolicy => {
  const mark = one.coin === 'BTC' ? 60_000 : 3_000;
  const liqPx = one.side === 'short' ? mark * (1 + one.distance) : mark * (1 - one.distance);
  return { ...one, liqPx, horizon: '24h', soldAtMs: NOW };
};

test('no sequence of sales breaks a limit, and adding up anew gives the same totals', () => {
  fc.assert(
    fc.property(candidates, (asked) => {
      let totals = totalsOf([]);
      const sold: BookPolicy[] = [];
      for (const one of asked) {
        const candidate = policyOf(one);
        const decision = decideSale(totals, limits, candidate, risk);
        assert.equal(decision.allowed, candidate.payout <= decision.room);
        if (!decision.allowed) continue;
        totals = withSale(totals, candidate, risk);
        sold.push(candidate);
      }
      assert.deepEqual(totals, totalsOf(sold));
      assert.ok(totals.inForce <= limits.book);
      for (const side of Object.values(totals.sides)) {
        assert.ok(side.inForce <= limits.side && side.near <= limits.near && side.soldLastHour <= limits.hour);
      }
      for (const sum of totals.accounts.values()) assert.ok(sum <= limits.account);
    }),
  );
});

test('two purchases never take more room than one, however a payout is cut', () => {
  fc.assert(
    fc.property(
      candidates,
      fc.bigInt({ min: 2n, max: 600_000_000n }),
      fc.bigInt({ min: 1n, max: 600_000_000n }),
      (asked, whole, cut) => {
        fc.pre(cut < whole);
        let totals = totalsOf([]);
        for (const one of asked) {
          const candidate = policyOf(one);
          if (decideSale(totals, limits, candidate, risk).allowed) totals = withSale(totals, candidate, risk);
        }
        const piece = (payout: bigint): BookPolicy =>
          aPolicy({ payout: usdc(payout), soldAtMs: NOW, mainAccount: 'a' });
        const policyLimit = { ...limits, policy: limits.book };
        const first = decideSale(totals, policyLimit, piece(cut), risk);
        const after = first.allowed ? withSale(totals, piece(cut), risk) : totals;
        const both = first.allowed && decideSale(after, policyLimit, piece(whole - cut), risk).allowed;
        assert.equal(both, decideSale(totals, policyLimit, piece(whole), risk).allowed);
      },
    ),
  );
});
