import { distanceTo } from '@liqpass/kernel/liqPrice';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { usdc } from '@liqpass/kernel/money';
import { HOUR_MS } from '@liqpass/kernel/time';
import { madeUpCandles } from './madeUpCandles.ts';
import { PROD_2026_04, RULES, TESTED_2021, type Horizon } from './params.ts';
import {
  featuresOf,
  hourVariance,
  leverageAt,
  liquidationPriceAt,
  loadedSigma,
  premiumExact,
  premiumFor,
  priceCover,
  probabilityOf,
  probabilityPaidBy,
  rateOf,
  seasonSum,
  seasonWeight,
  sigmaOf,
  smallestDistance,
  type Features,
} from './price.ts';

const START = Date.UTC(2026, 0, 5); // a Monday
const side = fc.constantFrom('long' as const, 'short' as const);
const horizon = fc.constantFrom<Horizon>('8h', '24h');
const variance = fc.double({ min: 1e-10, max: 1e-2, noNaN: true });
const features: fc.Arbitrary<Features> = fc.record({
  v1: variance,
  V4: variance,
  V24: variance,
  V168: variance,
  V720: variance,
  rally: fc.double({ min: -5, max: 5, noNaN: true }),
  x: fc.double({ min: 0, max: 3, noNaN: true }),
});
const startMs = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) });
const distance = fc.double({ min: 0.001, max: 0.9, noNaN: true });
const sigma = fc.double({ min: 1e-4, max: 1, noNaN: true });
const payout = fc.bigInt({ min: 1n, max: 10n ** 12n }).map(usdc);

test('weighs the hours of weekdays, Saturdays and Sundays apart, by UTC', () => {
  const { season } = PROD_2026_04;
  assert.equal(seasonWeight(season, START), season.weekday[0]);
  assert.equal(seasonWeight(season, START + 14 * HOUR_MS + 1), season.weekday[14]);
  assert.equal(seasonWeight(season, Date.UTC(2026, 0, 10, 23, 59)), season.saturday[23]);
  assert.equal(seasonWeight(season, Date.UTC(2026, 0, 11, 0)), season.sunday[0]);
});

test('counts the hour that holds the start as the first hour of cover', () => {
  const { season } = PROD_2026_04;
  const half = Date.UTC(2026, 0, 10, 23, 30); // Saturday 23:30
  assert.equal(seasonSum(season, half, 2), (season.saturday[23] ?? 0) + (season.sunday[0] ?? 0));
});

test('features equal the plain means of the hourly variances', () => {
  const candles = madeUpCandles({ seed: 5, startMs: START, count: 900, firstPrice: 100 });
  const v = candles.map((candle) => hourVariance(candle, TESTED_2021.season));
  const mean = (of: number[]): number => of.reduce((sum, one) => sum + one, 0) / of.length;
  for (const end of [720, 801, 900]) {
    const answer = featuresOf(candles, TESTED_2021.season, end);
    assert.ok('features' in answer);
    for (const k of [4, 24, 168, 720] as const) {
      const expected = mean(v.slice(end - k, end));
      assert.ok(Math.abs(answer.features[`V${k}`] - expected) <= 1e-12 * expected);
    }
    const move = Math.log((candles[end - 1]?.close ?? 0) / (candles[end - 73]?.close ?? 1));
    const expected = Math.min(3, Math.max(0, -move / Math.sqrt(72 * answer.features.V720)));
    assert.ok(Math.abs(answer.features.x - expected) < 1e-12);
  }
});

test('gives a fault, not a number, for too few, missing and impossible candles', () => {
  const candles = madeUpCandles({ seed: 6, startMs: START, count: 721, firstPrice: 100 });
  const { season } = PROD_2026_04;
  assert.deepEqual(featuresOf(candles, season, 719), { fault: 'TOO_FEW_CANDLES' });
  assert.deepEqual(featuresOf(candles.toSpliced(300, 1), season), { fault: 'GAP_IN_CANDLES' });
  const [first] = candles;
  assert.ok(first);
  const broken = [{ low: 0 }, { high: NaN }, { low: first.high + 1 }, { high: Infinity }, { close: 0 }];
  for (const fault of broken) {
    assert.deepEqual(featuresOf([{ ...first, ...fault }, ...candles.slice(1, 720)], season), {
      fault: 'IMPOSSIBLE_CANDLE',
    });
  }
});

test('keeps volatility above its floor when nothing moves', () => {
  const flat = Array.from({ length: 720 }, (_, index) => ({
    timeMs: START + index * HOUR_MS,
    open: 7,
    high: 7,
    low: 7,
    close: 7,
  }));
  const answer = featuresOf(flat, PROD_2026_04.season);
  assert.ok('features' in answer);
  assert.deepEqual(answer.features, { v1: 0, V4: 1e-10, V24: 1e-10, V168: 1e-10, V720: 1e-10, rally: 0, x: 0 });
});

test('loads sigma by a quarter for shorts after a rally above 2 sigma, and only then', () => {
  assert.equal(loadedSigma(0.02, 'short', 2.01), 0.025);
  assert.equal(loadedSigma(0.02, 'short', 2), 0.02);
  assert.equal(loadedSigma(0.02, 'long', 5), 0.02);
});

test('a probability lies in [0, 1], falls with distance, rises with sigma, and is 1 at the liquidation price', () => {
  assert.equal(probabilityOf(0, 0.02), 1);
  assert.equal(probabilityOf(-0.1, 0.02), 1);
  fc.assert(
    fc.property(distance, distance, sigma, sigma, (d, more, s, larger) => {
      const p = probabilityOf(d, s);
      assert.ok(p >= 0 && p <= 1);
      assert.ok(probabilityOf(d + more, s) <= p);
      assert.ok(probabilityOf(d, s + larger) >= p);
    }),
  );
});

test('the smallest distance is the inverse of the probability', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 0.999, noNaN: true }), sigma, (p, s) => {
      const d = smallestDistance(p, s);
      assert.ok(Math.abs(probabilityOf(d, s) - p) <= 1e-9 * p);
      assert.ok(probabilityOf(d * 0.999, s) > p);
    }),
  );
});

test('leverage, liquidation price and distance agree', () => {
  fc.assert(
    fc.property(
      side,
      fc.double({ min: 1, max: 125, noNaN: true }),
      fc.double({ min: 0.1, max: 1e6, noNaN: true }),
      (of, L, entry) => {
        const d = distanceTo(liquidationPriceAt(entry, L, of), entry, of);
        assert.ok(Math.abs(leverageAt(d, of) - L) < 1e-6 * L);
      },
    ),
  );
});

test('the probability a rate pays for is the inverse of the rate', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1, noNaN: true }), fc.constantFrom(8, 24, 168), (p, hours) => {
      const back = probabilityPaidBy(rateOf(p, hours), hours);
      assert.ok(back !== null && Math.abs(back - p) < 1e-9);
    }),
  );
  assert.equal(probabilityPaidBy(0.0001, 24), null);
});

test('the fixed price of 1.00 for 50 pays exactly for the probability it is gated at', () => {
  const p = probabilityPaidBy(1 / 50, 24);
  assert.ok(p !== null && p >= 0.0139 && p < 0.014);
});

test('the premium charged is the exact one rounded up to the cent, never below cost', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), payout, (p, amount) => {
      const rate = rateOf(p, 24);
      const premium = Number(premiumFor(rate, amount)) / 1e6;
      const exact = premiumExact(rate, Number(amount) / 1e6);
      assert.equal(premiumFor(rate, amount) % 10_000n, 0n);
      assert.ok(premium >= exact * (1 - 1e-12));
      assert.ok(premium <= exact + 0.01 + 1e-6 + exact * 1e-9);
      assert.ok(premium >= (p * Number(amount)) / 1e6);
    }),
  );
});

test('no way of cutting a payout in two costs less than buying it once', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), payout, payout, (p, one, other) => {
      const rate = rateOf(p, 24);
      assert.ok(premiumFor(rate, one) + premiumFor(rate, other) >= premiumFor(rate, usdc(one + other)));
    }),
  );
});

test('a premium falls with distance, and rises with volatility, payout, horizon and releases', () => {
  const base = fc.record({ features, side, horizon, startMs, payout, d: distance });
  fc.assert(
    fc.property(base, distance, fc.double({ min: 1, max: 50, noNaN: true }), payout, (given, further, times, more) => {
      const price = (over: { d?: number; f?: Features; payout?: bigint; horizon?: Horizon; nEvents?: number }) => {
        const d = Math.min(0.95, over.d ?? given.d);
        return priceCover({
          set: PROD_2026_04,
          features: over.f ?? given.features,
          side: given.side,
          horizon: over.horizon ?? given.horizon,
          startMs: given.startMs,
          nEvents: over.nEvents ?? 0,
          mark: 100,
          liqPx: given.side === 'long' ? 100 * (1 - d) : 100 * (1 + d),
          payout: usdc(over.payout ?? given.payout),
        });
      };
      const now = price({});
      assert.ok(price({ d: given.d + further }).premium <= now.premium);
      assert.ok(price({ payout: given.payout + more }).premium >= now.premium);
      assert.ok(price({ nEvents: 1 }).premium >= now.premium);
      const { V4, V24, V168, V720 } = given.features;
      const wilder = { ...given.features, V4: V4 * times, V24: V24 * times, V168: V168 * times, V720: V720 * times };
      assert.ok(price({ f: wilder }).premium >= now.premium);
      const cost = (now.probability * Number(given.payout)) / 1e6;
      assert.ok(Number(now.premium) / 1e6 >= cost);
    }),
  );
});

test('a longer cover costs more in any market whose windows agree within a factor of e', () => {
  // The horizons are fitted apart, so this is a fact of the fit, not of the formula: it is held where markets live.
  const level = fc.double({ min: Math.log(1e-6), max: Math.log(1e-3), noNaN: true });
  const tilt = fc.double({ min: -0.5, max: 0.5, noNaN: true });
  fc.assert(
    fc.property(level, fc.tuple(tilt, tilt, tilt, tilt), side, startMs, distance, (mean, tilts, of, start, d) => {
      const [V4, V24, V168, V720] = tilts.map((one) => Math.exp(mean + one));
      assert.ok(V4 && V24 && V168 && V720);
      const at = (horizonOf: Horizon): number =>
        sigmaOf({
          set: PROD_2026_04,
          features: { V4, V24, V168, V720, x: 0 },
          side: of,
          horizon: horizonOf,
          startMs: start,
          nEvents: 0,
        });
      const rate = (horizonOf: Horizon, hours: number): number => rateOf(probabilityOf(d, at(horizonOf)), hours);
      assert.ok(rate('8h', 8) < rate('24h', 24));
    }),
  );
});

test('nothing is charged below the smallest premium', () => {
  assert.equal(premiumFor(rateOf(0, 8), usdc(1n)), 500_000n);
  assert.equal(RULES.minPremium, 0.5);
});
