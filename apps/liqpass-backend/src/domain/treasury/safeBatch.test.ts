import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usdc } from '@liqpass/kernel/money';
import { payoutListHash, payoutsCsv, payoutTotal, safeBatch } from './safeBatch.ts';

const SAFE = '0x4200000000000000000000000000000000000006';
const PAYOUTS = [
  { id: 'b', to: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', amount: usdc(7_526_867n) },
  { id: 'a', to: '0x000000000000000000000000000000000000dEaD', amount: usdc(50_000_000n) },
];

test('writes one transfer a payout, all numbers as strings', () => {
  const batch = safeBatch(PAYOUTS, SAFE, 1_760_000_000_000);
  assert.equal(batch['chainId'], '8453');
  const [first] = batch['transactions'] as { to: string; data: null; contractInputsValues: unknown }[];
  assert.equal(first?.to, '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913');
  assert.equal(first?.data, null);
  assert.deepEqual(first?.contractInputsValues, { to: PAYOUTS[0]?.to, value: '7526867' });
});

test('gives the same checksum whatever the batch is named, and another for another amount', () => {
  const checksum = (payouts: typeof PAYOUTS) => (safeBatch(payouts, SAFE, 1)['meta'] as { checksum: string }).checksum;
  assert.match(checksum(PAYOUTS), /^0x[0-9a-f]{64}$/);
  assert.equal(checksum(PAYOUTS), checksum([...PAYOUTS]));
  assert.notEqual(checksum(PAYOUTS), checksum(PAYOUTS.slice(1)));
});

test('hashes the list whatever its order, and adds it up', () => {
  assert.equal(payoutListHash(PAYOUTS), payoutListHash(PAYOUTS.toReversed()));
  assert.notEqual(payoutListHash(PAYOUTS), payoutListHash(PAYOUTS.slice(1)));
  assert.equal(payoutTotal(PAYOUTS), 57_526_867n);
});

test('writes the CSV in human units', () => {
  assert.equal(
    payoutsCsv(PAYOUTS).split('\n')[1],
    'erc20,0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913,0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913,7.526867,',
  );
});
