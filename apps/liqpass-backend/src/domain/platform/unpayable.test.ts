import { USDC_ON_BASE } from '@liqpass/kernel/vocabulary';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unpayable } from './unpayable.ts';

const SAFE = '0x4200000000000000000000000000000000000006';
const judge = (address: string, safe: string | null = SAFE) => unpayable(address, { usdc: USDC_ON_BASE, safe });
const address = (number: bigint): string => `0x${number.toString(16).padStart(40, '0')}`;

test('zero, the chain’s own contracts, the token and the treasury cannot be paid, in any spelling', () => {
  assert.equal(judge(address(0n)), 'ZERO');
  for (const number of [1n, 9n, 0xan, 0x11n, 0xffn, 0x100n, 0x1ffn]) assert.equal(judge(address(number)), 'PRECOMPILE');
  assert.equal(judge(USDC_ON_BASE.toLowerCase()), 'TOKEN');
  assert.equal(judge(`0x${USDC_ON_BASE.slice(2).toUpperCase()}`), 'TOKEN');
  assert.equal(judge(SAFE), 'TREASURY');
  assert.equal(judge(SAFE, null), null);
});

test('every other address can, small ones too', () => {
  assert.equal(judge('0x000000000000000000000000000000000000cafe'), null);
  assert.equal(judge(address(0x200n)), null);
  fc.assert(
    fc.property(fc.bigInt({ min: 0x200n, max: 2n ** 160n - 1n }), (number) => {
      fc.pre(number !== BigInt(USDC_ON_BASE) && number !== BigInt(SAFE));
      assert.equal(judge(address(number)), null);
    }),
  );
});
