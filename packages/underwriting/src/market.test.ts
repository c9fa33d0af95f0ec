import { test } from 'node:test';
import assert from 'node:assert/strict';
import { HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { madeUpCandles } from './madeUpCandles.ts';
import { isTurmoil, openMarket, type MarketReading } from './market.ts';
import { PROD_2026_04 } from './params.ts';
import { featuresOf } from './price.ts';

const HOUR = Date.UTC(2026, 2, 4, 9);
const candles = madeUpCandles({ seed: 9, startMs: HOUR - 800 * HOUR_MS, count: 800, firstPrice: 60_000 });
const reading = (over: Partial<MarketReading> = {}, nowMs = HOUR + MINUTE_MS): MarketReading => ({
  coin: 'BTC',
  candles,
  mark: { price: 60_000, atMs: nowMs - 1000 },
  otherPrice: { price: 60_100, atMs: nowMs - 1000 },
  ...over,
});
const reasonOf = (given: MarketReading, nowMs = HOUR + MINUTE_MS): string => {
  const answer = openMarket(given, PROD_2026_04, nowMs);
  return answer.open ? 'OPEN' : answer.reason;
};

test('a market with fresh, agreeing, gapless data is open and says what it rests on', () => {
  const answer = openMarket(reading(), PROD_2026_04, HOUR + MINUTE_MS);
  assert.ok(answer.open);
  assert.equal(answer.market.candlesUntilMs, HOUR);
  const features = featuresOf(candles, PROD_2026_04.season);
  assert.ok('features' in features);
  assert.deepEqual(answer.market.features, features.features);
  assert.equal(answer.market.lastHourVariance, features.features.v1);
});

test('the running candle is no closed one, but its turmoil counts', () => {
  const running = { timeMs: HOUR, open: 60_000, high: 66_000, low: 54_000, close: 55_000 };
  const answer = openMarket(reading({ candles: [...candles, running] }), PROD_2026_04, HOUR + MINUTE_MS);
  assert.ok(answer.open);
  assert.equal(answer.market.candlesUntilMs, HOUR);
  assert.ok(answer.market.lastHourVariance > answer.market.features.v1 * 10);
});

test('sales stop on missing data', () => {
  assert.equal(reasonOf(reading({ mark: null })), 'MARKET_DATA_MISSING');
  assert.equal(reasonOf(reading({ mark: { price: NaN, atMs: HOUR } })), 'MARKET_DATA_MISSING');
  assert.equal(reasonOf(reading({ candles: [] })), 'MARKET_DATA_MISSING');
  assert.equal(reasonOf(reading({ candles: candles.slice(-719) })), 'MARKET_DATA_MISSING');
  assert.equal(reasonOf(reading({ candles: candles.toSpliced(500, 1) })), 'MARKET_DATA_MISSING');
});

test('sales stop when the last closed hour is more than 2 minutes late, or the mark older than 2 minutes', () => {
  const late = HOUR + HOUR_MS + 2 * MINUTE_MS;
  assert.equal(reasonOf(reading({}, late), late), 'OPEN');
  assert.equal(reasonOf(reading({}, late + 1), late + 1), 'MARKET_DATA_STALE');
  const now = HOUR + 10 * MINUTE_MS;
  assert.equal(reasonOf(reading({ mark: { price: 60_000, atMs: now - 2 * MINUTE_MS } }, now), now), 'OPEN');
  assert.equal(reasonOf(reading({ mark: { price: 60_000, atMs: now - 120_001 } }, now), now), 'MARKET_DATA_STALE');
  assert.equal(reasonOf(reading({ mark: { price: 60_000, atMs: now + 120_001 } }, now), now), 'MARKET_DATA_STALE');
});

test('sales stop while two fresh price sources differ by more than 0.3 %', () => {
  const at = HOUR + MINUTE_MS;
  assert.equal(reasonOf(reading({ otherPrice: { price: 60_180, atMs: at } })), 'OPEN');
  assert.equal(reasonOf(reading({ otherPrice: { price: 60_181, atMs: at } })), 'PRICE_SOURCES_DISAGREE');
  assert.equal(reasonOf(reading({ otherPrice: { price: NaN, atMs: at } })), 'PRICE_SOURCES_DISAGREE');
  assert.equal(reasonOf(reading({ otherPrice: { price: 70_000, atMs: at - 10 * MINUTE_MS } })), 'OPEN');
  assert.equal(reasonOf(reading({ otherPrice: null })), 'OPEN');
});

test('turmoil is v_1 H / sigma² above 14', () => {
  assert.equal(isTurmoil(14e-4 / 24, 24, 0.01), false);
  assert.equal(isTurmoil(14.01e-4 / 24, 24, 0.01), true);
});
