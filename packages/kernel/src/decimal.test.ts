import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  add,
  compare,
  decimal,
  divide,
  equal,
  formatDecimal,
  multiply,
  ONE,
  parseDecimal,
  parseNumeric,
  ratio,
  subtract,
  sum,
  toUsdcDown,
  ZERO,
} from './decimal.ts';

const anyDecimal = fc
  .tuple(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.bigInt(1n, 10n ** 12n))
  .map(([n, d]) => ratio(n, d));

test('reads numbers as exchanges write them, and nothing else', () => {
  assert.deepEqual(decimal('-7.5272128'), ratio(-75_272_128n, 10_000_000n));
  assert.deepEqual(parseDecimal('100.0'), ratio(100n, 1n));
  for (const text of ['', '.', '1.', '.5', '1e5', 'NaN', '+1', '1 ', '0x1', '--1', '1.2.3', '9'.repeat(61)])
    assert.equal(parseDecimal(text), null, text);
});

test('keeps every digit of the recorded liquidation: -(balChg + posBalChg)', () => {
  const lost = subtract(ZERO, add(decimal('0.000345280000'), decimal('-7.5272128')));
  assert.equal(formatDecimal(lost), '7.52686752');
  assert.equal(toUsdcDown(lost), 7_526_867n);
});

test('computes exactly: thirds add up to one', () => {
  const third = divide(ONE, decimal('3'));
  assert.ok(equal(sum([third, third, third]), ONE));
  assert.equal(formatDecimal(third, 5), '0.33333');
  assert.equal(formatDecimal(decimal('-0.000000000000000000000000000000000001')), '0');
});

test('obeys the laws of a field', () => {
  fc.assert(
    fc.property(anyDecimal, anyDecimal, anyDecimal, (a, b, c) => {
      assert.ok(equal(add(a, b), add(b, a)));
      assert.ok(equal(multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c))));
      assert.ok(equal(subtract(add(a, b), b), a));
      if (b.n !== 0n) assert.ok(equal(multiply(divide(a, b), b), a));
      assert.equal(compare(a, b), -compare(b, a) + 0);
    }),
  );
});

test('has no money below zero, and rounds what is above it down', () => {
  assert.equal(toUsdcDown(decimal('-1')), null);
  assert.equal(toUsdcDown(decimal('0.0000019')), 1n);
});

test('reads what others write with an exponent, within reason', () => {
  assert.deepEqual(parseNumeric('1.5e-7'), decimal('0.00000015'));
  assert.deepEqual(parseNumeric('-2E+3'), decimal('-2000'));
  assert.deepEqual(parseNumeric('1e0'), ONE);
  assert.deepEqual(parseNumeric('-7.5272128'), decimal('-7.5272128'));
  for (const text of ['', 'e5', '1e', '1e5.5', '1e100', '1e-999', '1e5e5', '.5e1', '+1e5', 'NaN', '1 e5'])
    assert.equal(parseNumeric(text), null, text);
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e40, max: 1e40 }), (value) => {
      if (Math.abs(value) < 1e-60 && value !== 0) return;
      const read = parseNumeric(String(value));
      assert.ok(read);
      assert.equal(Number(formatDecimal(read, 99)), value === 0 ? 0 : value);
    }),
  );
});
