import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axisNumber, countdown, hexGroups, money, percent, price, shortHex, span } from './format.ts';

test('money keeps every millionth and at least two decimals', () => {
  assert.deepEqual(['1', '1200', '7.526867', '0.50', '1234567.1'].map(money), [
    '1.00',
    '1,200.00',
    '7.526867',
    '0.50',
    '1,234,567.10',
  ]);
});

test('a price is grouped as the exchange wrote it, and cut rather than rounded', () => {
  assert.deepEqual(
    [price('64210.5'), price('117612.7'), price('64210.59', 1), price('3000', 2)],
    ['64,210.5', '117,612.7', '64,210.5', '3,000.00'],
  );
});

test('a chance below a tenth of a percent keeps two figures', () => {
  assert.deepEqual(
    [0.0139, 0.00041, 0.15, 0].map((p) => percent(p)),
    ['1.39%', '0.041%', '15.00%', '0.00%'],
  );
});

test('Chinese axes write figures out, as the exchange does', () => {
  assert.deepEqual(
    [axisNumber(500_000, 'zh'), axisNumber(250_000_000, 'zh'), axisNumber(500_000, 'en')],
    ['500,000', '250,000,000', '500k'],
  );
});

test('a countdown never goes below zero and shows days in front', () => {
  assert.deepEqual([-5, 86_392_000, 97_200_000].map(countdown), ['00:00:00', '23:59:52', '1d 03:00:00']);
});

test('spans keep their two largest units in both languages', () => {
  assert.deepEqual(
    [span(840_000, 'en'), span(4_140_000, 'en'), span(4_140_000, 'zh')],
    ['14 min', '1 h 09', '1 时 09 分'],
  );
});

test('addresses are shown in groups of four', () => {
  assert.equal(
    hexGroups('0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913').join(' '),
    '0x 8335 89fC D6eD b6E0 8f4c 7C32 D4f7 1b54 bdA0 2913',
  );
  assert.equal(shortHex('0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913'), '0x8335…2913');
});
