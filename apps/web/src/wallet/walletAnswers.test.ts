import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDecline, nameOfInjected, readSendAnswer } from './walletAnswers.ts';

const HASH = `0x${'ab'.repeat(32)}`;

test('a person who says no has declined, with a code or without', () => {
  const wrapped = new Error('Execution reverted', { cause: Object.assign(new Error('x'), { code: 4001 }) });
  for (const error of [
    { code: 4001, message: '' },
    wrapped,
    { code: -32000, message: 'User rejected the request.' },
    { code: -32603, message: 'Internal error', data: { originalError: { code: 4001 } } },
    new Error('MetaMask Tx Signature: User denied transaction signature.'),
    { code: 'ACTION_REJECTED' },
    'cancelled',
    'Canceled',
    new Error('cancel by user'),
    new Error('用户取消了操作'),
    { message: '取消' },
    { error: { message: 'The user rejected the request' } },
    new Error('a', {
      cause: new Error('b', { cause: new Error('c', { cause: new Error('d', { cause: 'cancelled' }) }) }),
    }),
  ])
    assert.ok(isDecline(error), JSON.stringify(error));
});

test('a node that rejects, and a wallet that fails, are no person who says no', () => {
  for (const error of [
    new Error('transaction rejected: nonce too low'),
    { code: -32003, message: 'Transaction rejected by sequencer' },
    { code: -32603, message: 'Internal JSON-RPC error.' },
    new Error('insufficient funds for gas'),
    new Error('request timed out'),
    null,
    undefined,
    'failed',
  ])
    assert.ok(!isDecline(error), JSON.stringify(error));
});

test('only 32 bytes with 0x are a hash; of anything else nobody knows whether it was sent', () => {
  assert.deepEqual(readSendAnswer(HASH), { txHash: HASH });
  assert.deepEqual(readSendAnswer({ hash: HASH }), { txHash: null, perhaps: HASH });
  assert.deepEqual(readSendAnswer(HASH.slice(2)), { txHash: null, perhaps: HASH });
  assert.deepEqual(readSendAnswer(`0x${'ab'.repeat(64)}`), { txHash: null, perhaps: null });
  for (const nothing of [null, undefined, '', '0x', true, {}, 'success'])
    assert.deepEqual(readSendAnswer(nothing), { txHash: null, perhaps: null });
});

test('an injected wallet is called by its own mark, not by the one it borrows', () => {
  assert.equal(nameOfInjected({ isMetaMask: true, isTokenPocket: true }), 'TokenPocket');
  assert.equal(nameOfInjected({ isMetaMask: true }), 'MetaMask');
  assert.equal(nameOfInjected({}), null);
});
