import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatUsdc, minUsdc, parseUsdc, shareDown, usdc } from './money.ts';

test('reads plain decimal amounts and nothing else', () => {
  assert.equal(parseUsdc('1.00'), 1_000_000n);
  assert.equal(parseUsdc('0.000001'), 1n);
  for (const text of [
    '',
    '1.',
    '.5',
    '-1',
    '+1',
    '01',
    '1e3',
    '1,000',
    'NaN',
    'Infinity',
    '1.0000001',
    ' 1',
    '１',
    '9'.repeat(33),
  ])
    assert.equal(parseUsdc(text), null, text);
});

test('writes two decimals at least and six at most', () => {
  assert.equal(formatUsdc(usdc(1_000_000n)), '1.00');
  assert.equal(formatUsdc(usdc(7_526_867n)), '7.526867');
  assert.equal(formatUsdc(usdc(500_000n)), '0.50');
  assert.equal(formatUsdc(usdc(0n)), '0.00');
});

test('reads back what it wrote', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 30n), (millionths) =>
      assert.equal(parseUsdc(formatUsdc(usdc(millionths))), millionths),
    ),
  );
});

test('rounds a share down', () => {
  assert.equal(shareDown(usdc(10n), 1n, 3n), 3n);
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 15n), fc.bigInt(0n, 10n ** 6n), fc.bigInt(1n, 10n ** 6n), (amount, n, d) => {
      const share = shareDown(usdc(amount), n, d);
      assert.ok(share * d <= amount * n && amount * n < (share + 1n) * d);
    }),
  );
});

test('finds the least amount, and refuses negative ones', () => {
  assert.equal(minUsdc(usdc(3n), usdc(2n), usdc(5n)), 2n);
  assert.throws(() => usdc(-1n), /invariant/);
});
