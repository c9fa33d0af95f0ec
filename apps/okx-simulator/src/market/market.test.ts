import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimal } from '@liqpass/kernel/decimal';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import { knownInstrument } from '../domain/exchange.ts';
import { toNumber } from '../domain/figures.ts';
import { candleAt, indexAt, markAt, newMarket, type Candle, type Market } from './market.ts';
import { glideTo, moveMark, pinMark, releaseMark, setIndexRatio, setVolatility, wickTo } from './moves.ts';

/** 2026-03-04T12:34:56.789Z */
const NOW = 1_772_627_696_789;
const HOUR = Math.floor(NOW / HOUR_MS) * HOUR_MS;
const MINUTE = Math.floor(NOW / MINUTE_MS) * MINUTE_MS;
const market = (instId = 'BTC-USDT-SWAP', seed = 'test'): Market => newMarket(seed, knownInstrument(instId));
const hours = (of: Market, count: number): Candle[] =>
  Array.from({ length: count }, (_, at) => candleAt(of, HOUR - (count - at) * HOUR_MS, HOUR_MS, NOW));

test('makes the same market from the same seed, another from another', () => {
  assert.equal(toNumber(markAt(market(), NOW)), toNumber(markAt(market(), NOW)));
  assert.notEqual(toNumber(markAt(market(), NOW)), toNumber(markAt(market('BTC-USDT-SWAP', 'other'), NOW)));
});

test('moves believably: near the typical price, 1.5 to 4 % a day, livelier on weekday afternoons', () => {
  for (const instId of ['BTC-USDT-SWAP', 'ETH-USDT-SWAP']) {
    const candles = hours(market(instId), 24 * 90);
    const { typicalPx } = knownInstrument(instId);
    const variances = candles.map(({ high, low }) => Math.log(high / low) ** 2 / (4 * Math.LN2));
    const daily = Math.sqrt((variances.reduce((sum, each) => sum + each, 0) / candles.length) * 24);
    assert.ok(daily > 0.015 && daily < 0.04, `daily volatility by range ${daily}`);
    const moves = candles.map(({ open, close }) => Math.log(close / open) ** 2);
    const byClose = Math.sqrt((moves.reduce((sum, each) => sum + each, 0) / candles.length) * 24);
    assert.ok(Math.abs(byClose / daily - 1) < 0.15, `range and close agree: ${daily}, ${byClose}`);
    for (const { low, high } of candles) assert.ok(low > typicalPx * 0.6 && high < typicalPx * 1.6);
    const mean = (of: (candle: Candle) => boolean): number => {
      const chosen = candles.flatMap((candle, at) => (of(candle) ? [variances[at] ?? 0] : []));
      return chosen.reduce((sum, each) => sum + each, 0) / chosen.length;
    };
    const hourOf = (candle: Candle): number => new Date(candle.startMs).getUTCHours();
    const isWeekend = (candle: Candle): boolean => [0, 6].includes(new Date(candle.startMs).getUTCDay());
    assert.ok(mean((candle) => hourOf(candle) === 15) > 1.5 * mean((candle) => hourOf(candle) === 3));
    assert.ok(mean((candle) => !isWeekend(candle)) > 1.2 * mean(isWeekend));
  }
});

test('makes minutes that add up to their hour, and seconds that stay inside their minute', () => {
  const btc = market();
  for (const hour of hours(btc, 30)) {
    const minutes = Array.from({ length: 60 }, (_, at) => candleAt(btc, hour.startMs + at * MINUTE_MS, MINUTE_MS, NOW));
    assert.equal(Math.max(...minutes.map(({ high }) => high)), hour.high);
    assert.equal(Math.min(...minutes.map(({ low }) => low)), hour.low);
    assert.equal(minutes[0]?.open, hour.open);
    assert.equal(minutes.at(-1)?.close, hour.close);
  }
  const seconds = Array.from({ length: 60 }, (_, at) => toNumber(markAt(btc, MINUTE - MINUTE_MS + at * SECOND_MS)));
  const minute = candleAt(btc, MINUTE - MINUTE_MS, MINUTE_MS, NOW);
  for (const px of seconds) assert.ok(px <= minute.high + 0.05 && px >= minute.low - 0.05);
  assert.ok(new Set(seconds).size > 50, 'it moves every second');
});

test('shows a candle that runs as far as it has come', () => {
  const running = candleAt(market(), MINUTE, MINUTE_MS, NOW);
  assert.equal(running.isClosed, false);
  assert.equal(Math.round(running.close * 10) / 10, toNumber(markAt(market(), NOW)));
  assert.equal(candleAt(market(), MINUTE - MINUTE_MS, MINUTE_MS, NOW).isClosed, true);
});

test('includes in the candles what control did to the mark', () => {
  const btc = market();
  const later = NOW + HOUR_MS;
  pinMark(btc, decimal('80000'), NOW);
  wickTo(btc, decimal('70000'), NOW + 1_500);
  moveMark(btc, decimal('81000'), NOW + 2_500);
  for (const [startMs, length] of [
    [MINUTE, MINUTE_MS],
    [HOUR, HOUR_MS],
  ] as const) {
    const candle = candleAt(btc, startMs, length, later);
    assert.equal(candle.low, 70_000);
    assert.ok(candle.high > 81_000);
  }
  assert.equal(toNumber(markAt(btc, NOW)), 80_000);
  assert.equal(toNumber(markAt(btc, NOW + 1_500)), 80_000, 'a wick comes back at once');
  assert.equal(toNumber(markAt(btc, NOW + 2_500)), 81_000);
  assert.notEqual(toNumber(markAt(btc, NOW + 60_000)), 81_000, 'moved, it lives on');
  const before = candleAt(btc, MINUTE - MINUTE_MS, MINUTE_MS, NOW);
  assert.deepEqual(before, candleAt(market(), MINUTE - MINUTE_MS, MINUTE_MS, NOW), 'the past stays as it was');
});

test('keeps every mark of one instant in its candle', () => {
  const btc = market();
  for (const px of ['50000', '120000', '80000']) pinMark(btc, decimal(px), MINUTE);
  const candle = candleAt(btc, MINUTE, MINUTE_MS, NOW);
  assert.deepEqual([candle.low, candle.high, candle.close], [50_000, 120_000, 80_000]);
});

test('glides straight to a price and lives on from there', () => {
  const btc = market();
  pinMark(btc, decimal('90000'), NOW);
  glideTo(btc, decimal('88000'), NOW + 1_000, NOW + 101_000);
  assert.equal(toNumber(markAt(btc, NOW + 51_000)), 89_000);
  assert.equal(toNumber(markAt(btc, NOW + 101_000)), 88_000);
  releaseMark(btc, NOW + 51_000);
  assert.ok(Math.abs(toNumber(markAt(btc, NOW + 101_000)) - 89_000) < 500, 'released, it forgets where it went');
});

test('keeps the index within 0.1 % of the mark until it is pushed away', () => {
  const btc = market();
  const apart = (ms: number): number => Math.abs(toNumber(indexAt(btc, ms)) / toNumber(markAt(btc, ms)) - 1);
  for (let at = 0; at < 500; at++) assert.ok(apart(NOW - at * 7_777) < 0.001);
  setIndexRatio(btc, 1.006, NOW);
  assert.ok(apart(NOW) > 0.004);
  assert.ok(apart(NOW - 1) < 0.001);
});

test('grows calmer or wilder, in its history too when asked, the price of now unchanged', () => {
  const [calm, usual] = [market(), market()];
  setVolatility(calm, 0.25, NOW, NOW - 90 * 24 * HOUR_MS);
  assert.equal(toNumber(markAt(calm, NOW)), toNumber(markAt(usual, NOW)));
  const range = (of: Market): number => hours(of, 48).reduce((sum, { high, low }) => sum + Math.log(high / low), 0);
  assert.ok(Math.abs(range(calm) / range(usual) - 0.25) < 0.01);
});
