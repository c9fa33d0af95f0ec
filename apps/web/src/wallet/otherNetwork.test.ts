import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE_SEPOLIA_CHAIN_ID, LOCAL_CHAIN_ID } from '@liqpass/kernel/chains';
import { BASE_CHAIN_ID } from '@liqpass/kernel/vocabulary';
import { OtherNetworkError } from './otherNetwork.ts';

test('a wallet that is on another network is told the name of the one that was wanted, and nothing was sent', () => {
  const named = [BASE_CHAIN_ID, BASE_SEPOLIA_CHAIN_ID, LOCAL_CHAIN_ID].map((chainId) => {
    const error = new OtherNetworkError('no_switch', chainId);
    assert.equal(error.perhapsSent, false);
    return error.network;
  });
  assert.deepEqual(named, ['Base', 'Base Sepolia', 'Local chain']);
});
