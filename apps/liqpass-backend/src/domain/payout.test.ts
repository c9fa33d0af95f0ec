import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usdc } from '@liqpass/kernel/money';
import fc from 'fast-check';
import { decidePayout } from './payout.ts';

const terms = (fixed: bigint, cap: bigint) => ({ payoutFixed: usdc(fixed), payoutCap: usdc(cap) });

test('pays the least of fixed payout, cap and proven loss, the loss rounded down', () => {
  assert.deepEqual(decidePayout(terms(50_000_000n, 50_000_000n), { ccy: 'USDT', insured: '7.52686752' }), {
    amount: 7_526_867n,
  });
  assert.deepEqual(decidePayout(terms(50_000_000n, 50_000_000n), { ccy: 'USDC', insured: '1000' }), {
    amount: 50_000_000n,
  });
  assert.deepEqual(decidePayout(terms(50_000_000n, 20_000_000n), { ccy: 'USDT', insured: '1000' }), {
    amount: 20_000_000n,
  });
});

test('never pays more than any of the three', () => {
  fc.assert(
    fc.property(
      fc.bigInt(1n, 10n ** 12n),
      fc.bigInt(1n, 10n ** 12n),
      fc.bigInt(1n, 10n ** 15n),
      (fixed, cap, lossBillionths) => {
        const insured = `${lossBillionths / 10n ** 9n}.${(lossBillionths % 10n ** 9n).toString().padStart(9, '0')}`;
        const { amount } = decidePayout(terms(fixed, cap), { ccy: 'USDT', insured });
        if (amount === null) return assert.ok(lossBillionths < 1000n);
        assert.ok(amount <= fixed && amount <= cap && amount * 1000n <= lossBillionths);
        // and what is left out is less than a millionth
        assert.ok(amount === fixed || amount === cap || lossBillionths - amount * 1000n < 1000n);
        return undefined;
      },
    ),
  );
});
