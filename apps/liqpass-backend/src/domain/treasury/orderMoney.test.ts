import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { usdc } from '@liqpass/kernel/money';
import { premiumOf, type Credit } from './orderMoney.ts';

const credits = fc
  .array(fc.bigInt(1n, 2_000_000n), { maxLength: 6 })
  .map((amounts) =>
    amounts.map((amount, at): Credit => ({ id: String(at), txHash: `0x${at}`, amount: usdc(amount), blockTimeMs: at })),
  );

test('a premium is made of the first transfers that reach what is due, and of no more', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 3_000_000n), credits, (due, all) => {
      const premium = premiumOf(usdc(due), all);
      if (all.length === 0) {
        assert.equal(premium, null);
        return;
      }
      assert.ok(premium);
      assert.deepEqual(premium.credits, all.slice(0, premium.credits.length));
      assert.equal(
        premium.amount,
        premium.credits.reduce((sum, each) => sum + each.amount, 0n),
      );
      const withoutLast = premium.amount - (premium.credits.at(-1)?.amount ?? 0n);
      assert.ok(withoutLast < due);
      assert.ok(premium.amount >= due || premium.credits.length === all.length);
      assert.equal(premium.paidAtMs, premium.credits.at(-1)?.blockTimeMs);
    }),
  );
});
