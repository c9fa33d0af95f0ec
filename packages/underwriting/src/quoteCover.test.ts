import { distanceTo } from '@liqpass/kernel/liqPrice';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { aMarket, aRequest, money } from '../test/builders.ts';
import { liquidationPriceAt, probabilityOf } from './price.ts';
import { OKX_24H, OKX_7D, OKX_8H, coinOf, productOf } from './products.ts';
import { acceptableNow, quoteCover, type CoverRequest } from './quoteCover.ts';

const codeOf = (request: CoverRequest): string => {
  const answer = quoteCover(request);
  return answer.offered ? 'OFFERED' : answer.refusal.code;
};
const refusalOf = (request: CoverRequest) => {
  const answer = quoteCover(request);
  assert.ok(!answer.offered);
  return answer.refusal;
};

test('offers a priced cover with the margin it needs and how far it is honoured', () => {
  const answer = quoteCover(aRequest({ leverage: 15 }));
  assert.ok(answer.offered);
  assert.equal(answer.premium, answer.price.premium);
  assert.equal(answer.minMargin, money(100));
  assert.ok(Math.abs(answer.honouredUpToProbability - 1.1 * answer.price.probability) < 1e-15);
});

test('sells 1.00 for 50 exactly where the probability is at most 1.39 %', () => {
  const { maxLeverage, minDistance } = acceptableNow(aRequest(), 0.0139);
  assert.ok(maxLeverage);
  const holds = quoteCover(aRequest({ leverage: maxLeverage, fixedPrice: true }));
  assert.ok(holds.offered);
  assert.equal(holds.premium, money(1));
  assert.ok(holds.price.probability <= 0.0139);
  assert.ok(holds.price.premium <= money(1));

  const refusal = refusalOf(aRequest({ leverage: maxLeverage + 1, fixedPrice: true }));
  assert.equal(refusal.code, 'FIXED_PRICE_DOES_NOT_HOLD');
  assert.equal(refusal.params['max_leverage'], String(maxLeverage));
  assert.ok(Number(refusal.params['min_distance']) >= minDistance);
  assert.match(refusal.message, new RegExp(`At ${maxLeverage}x or less`));
  assert.equal(codeOf(aRequest({ leverage: maxLeverage + 1 })), 'OFFERED');
});

test('the fixed price has its own payout, and only the 24 h product has one', () => {
  assert.equal(codeOf(aRequest({ fixedPrice: true, payout: money(49) })), 'PAYOUT_NOT_OFFERED');
  assert.equal(codeOf(aRequest({ fixedPrice: true, product: OKX_8H })), 'PAYOUT_NOT_OFFERED');
  assert.equal(codeOf(aRequest({ payout: money(0) })), 'PAYOUT_NOT_OFFERED');
});

test('refuses what is too likely, and what it says would do does, up to the last whole leverage', () => {
  const leverage = fc.integer({ min: 2, max: 99 });
  const v = fc.double({ min: 1e-6, max: 1e-3, noNaN: true });
  fc.assert(
    fc.property(leverage, v, fc.constantFrom('long' as const, 'short' as const), (L, variance, side) => {
      const features = { v1: variance, V4: variance, V24: variance, V168: variance, V720: variance, rally: 0, x: 0 };
      const market = aMarket({ features, lastHourVariance: 0 });
      const answer = quoteCover(aRequest({ market, side, leverage: L }));
      const { maxLeverage, minDistance } = acceptableNow(aRequest({ market, side }));
      assert.equal(answer.offered, maxLeverage !== null && L <= maxLeverage);
      if (answer.offered) return;
      assert.ok(['TOO_LIKELY', 'TOO_CLOSE_TO_LIQUIDATION'].includes(answer.refusal.code));
      assert.equal(answer.refusal.params['max_leverage'], maxLeverage === null ? undefined : String(maxLeverage));
      const said = Number(answer.refusal.params['min_distance']);
      assert.ok(said >= minDistance && said <= minDistance + 1e-4 + 1e-12);
    }),
  );
});

test('refusing is monotone: what is refused for its distance is refused nearer too', () => {
  const distance = fc.double({ min: 0.001, max: 0.5, noNaN: true });
  fc.assert(
    fc.property(distance, distance, fc.boolean(), (one, other, fixedPrice) => {
      const [near, far] = one < other ? [one, other] : [other, one];
      const at = (d: number): boolean => quoteCover(aRequest({ liqPx: 60_000 * (1 - d), fixedPrice })).offered;
      assert.ok(!at(near) || at(far));
    }),
  );
});

test('refuses less than 1 % of distance however calm the market is', () => {
  const v = 1e-10;
  const features = { v1: v, V4: v, V24: v, V168: v, V720: v, rally: 0, x: 0 };
  const market = aMarket({ features, lastHourVariance: 0 });
  const refusal = refusalOf(aRequest({ market, leverage: 80 }));
  assert.equal(refusal.code, 'TOO_CLOSE_TO_LIQUIDATION');
  assert.equal(refusal.params['max_leverage'], '69');
});

test('never sells 100x, nor 7 days above 5x', () => {
  assert.equal(codeOf(aRequest({ leverage: 100, liqPx: 30_000 })), 'LEVERAGE_TOO_HIGH');
  assert.equal(codeOf(aRequest({ leverage: 5, product: OKX_7D })), 'OFFERED');
  const refusal = refusalOf(aRequest({ leverage: 5.01, product: OKX_7D }));
  assert.deepEqual([refusal.code, refusal.params['max_leverage']], ['LEVERAGE_TOO_HIGH', '5']);
});

test('refuses a liquidation price that the mark has reached, or that is none', () => {
  for (const liqPx of [60_000, 61_000, NaN, Infinity, -1]) {
    assert.equal(codeOf(aRequest({ liqPx })), 'LIQUIDATION_PRICE_ON_WRONG_SIDE');
  }
  for (const liqPx of [60_000, 59_000, NaN, Infinity]) {
    assert.equal(codeOf(aRequest({ liqPx, side: 'short' })), 'LIQUIDATION_PRICE_ON_WRONG_SIDE');
  }
});

test('refuses everything after an hour of turmoil, until the next full hour at least', () => {
  const refusal = refusalOf(aRequest({ market: aMarket({ lastHourVariance: 1 }) }));
  assert.equal(refusal.code, 'MARKET_TURMOIL');
  assert.equal(refusal.params['retry_at_ms'], String(Date.UTC(2026, 2, 4, 10)));
});

test('charges shorts after a rally for a quarter more sigma', () => {
  const calm = aMarket();
  const market = aMarket({ features: { ...calm.features, rally: 2.5 } });
  const short = quoteCover(aRequest({ market, side: 'short' }));
  assert.ok(short.offered);
  assert.equal(short.price.sigma, short.price.modelSigma * 1.25);
  const d = distanceTo(liquidationPriceAt(60_000, 8, 'short'), 60_000, 'short');
  assert.equal(short.price.probability, probabilityOf(d, short.price.sigma));
});

test('knows its products and instruments by name only', () => {
  assert.equal(productOf('OKX_24H'), OKX_24H);
  assert.equal(productOf('OKX_30D'), null);
  assert.equal(coinOf('ETH-USDT-SWAP'), 'ETH');
  for (const name of ['BTC-USD-SWAP', 'BTC-USDT', 'SOL-USDT-SWAP', 'toString', '']) assert.equal(coinOf(name), null);
});
