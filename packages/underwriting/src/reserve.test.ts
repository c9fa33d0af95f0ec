import { test } from 'node:test';
import assert from 'node:assert/strict';
import { usdc } from '@liqpass/kernel/money';
import { NOW, aMarket, aPolicy, money } from '../test/builders.ts';
import { coinRisk, type BookRisk } from './bookRisk.ts';
import { PROD_2026_04 } from './params.ts';
import { reserveFor, worstDayDistance } from './reserve.ts';

const risk: BookRisk = {
  BTC: coinRisk(aMarket(), PROD_2026_04, NOW),
  ETH: coinRisk(aMarket({ coin: 'ETH', mark: 3000 }), PROD_2026_04, NOW),
};

test('the 99.9 % day goes 12.9 sigma, and at least 26 % for BTC and 32 % for ETH', () => {
  assert.equal(worstDayDistance('BTC', 0.01), 0.26);
  assert.equal(worstDayDistance('ETH', 0.01), 0.32);
  assert.equal(worstDayDistance('BTC', 0.03), 12.9 * 0.03);
});

test('reserves the larger side and half of the smaller one, rounded up', () => {
  const policies = [
    aPolicy({ payout: money(100) }),
    aPolicy({ payout: usdc(30_000_001n), side: 'short', liqPx: 65_000 }),
    aPolicy({ payout: money(20), coin: 'ETH', liqPx: 2_500 }),
  ];
  const result = reserveFor(policies, risk);
  assert.deepEqual(result.exposed, { long: money(120), short: usdc(30_000_001n) });
  assert.equal(result.reserve, 120_000_000n + 15_000_001n);
  assert.deepEqual([result.exposedPolicies, result.policies], [3, 3]);
});

test('covers further than the worst day are not reserved for; those at its edge and past their price are', () => {
  const far = aPolicy({ liqPx: 60_000 * 0.7 });
  const edge = aPolicy({ liqPx: 60_000 * 0.741 });
  const past = aPolicy({ liqPx: 61_000 });
  assert.equal(reserveFor([far], risk).reserve, 0n);
  assert.equal(reserveFor([far, edge, past], risk).reserve, money(100));
});

test('what cannot be told counts: an unknown distance, an unknown market, an unknown side on both', () => {
  assert.equal(reserveFor([aPolicy({ liqPx: null })], risk).reserve, money(50));
  const noEth = reserveFor([aPolicy({ coin: 'ETH', liqPx: 1 })], { BTC: risk.BTC });
  assert.equal(noEth.reserve, money(50));
  assert.equal(noEth.worstDay.ETH.long, null);
  assert.equal(reserveFor([aPolicy({ side: null })], risk).reserve, money(75));
  assert.equal(reserveFor([], {}).reserve, 0n);
});
