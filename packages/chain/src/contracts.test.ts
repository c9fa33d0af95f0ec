import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  EXECUTION_FAILURE_TOPIC,
  EXECUTION_SUCCESS_TOPIC,
  EXEC_TRANSACTION_SELECTOR,
  MODULE_SUCCESS_TOPIC,
  MULTISIG_TRANSACTION_TOPIC,
  MULTI_SEND_SELECTOR,
  TRANSFER_SELECTOR,
  TRANSFER_TOPIC,
} from './contracts.ts';
import { keccakText } from './hex.ts';

test('topics and selectors are the hashes of their signatures', () => {
  assert.equal(TRANSFER_TOPIC, keccakText('Transfer(address,address,uint256)'));
  assert.equal(EXECUTION_SUCCESS_TOPIC, keccakText('ExecutionSuccess(bytes32,uint256)'));
  assert.equal(EXECUTION_FAILURE_TOPIC, keccakText('ExecutionFailure(bytes32,uint256)'));
  assert.equal(MODULE_SUCCESS_TOPIC, keccakText('ExecutionFromModuleSuccess(address)'));
  const execution = 'address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes';
  assert.equal(MULTISIG_TRANSACTION_TOPIC, keccakText(`SafeMultiSigTransaction(${execution},bytes)`));
  assert.equal(EXEC_TRANSACTION_SELECTOR, keccakText(`execTransaction(${execution})`).slice(0, 10));
  assert.equal(TRANSFER_SELECTOR, keccakText('transfer(address,uint256)').slice(0, 10));
  assert.equal(MULTI_SEND_SELECTOR, keccakText('multiSend(bytes)').slice(0, 10));
});
