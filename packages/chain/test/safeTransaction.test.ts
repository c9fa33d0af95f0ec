import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeAbiParameters, hashTypedData, parseAbiParameters } from 'viem';
import { multiSendData, transferData } from '@liqpass/testing/chain/safeOwners';
import type { Hex } from '../src/hex.ts';
import { reconcile } from '../src/reconcile.ts';
import {
  decodeMultiSend,
  decodeMultisigEvent,
  decodeTransferCall,
  safeTxHash,
  type SafeTransaction,
} from '../src/safeTransaction.ts';
import { address, bytes, SAFE, transfer } from './madeUp.ts';

const word = fc.bigInt(0n, 2n ** 256n - 1n);
const data = fc.nat(100).chain(bytes);
const safeTransaction: fc.Arbitrary<SafeTransaction> = fc.record(
  {
    to: address,
    value: word,
    data,
    operation: fc.constantFrom(0, 1),
    safeTxGas: word,
    baseGas: word,
    gasPrice: word,
    gasToken: address,
    refundReceiver: address,
    nonce: word,
  },
  { noNullPrototype: true },
);
const TYPES = {
  SafeTx: [
    ...([
      ['to', 'address'],
      ['value', 'uint256'],
      ['data', 'bytes'],
      ['operation', 'uint8'],
    ] as const),
    ...([
      ['safeTxGas', 'uint256'],
      ['baseGas', 'uint256'],
      ['gasPrice', 'uint256'],
    ] as const),
    ...([
      ['gasToken', 'address'],
      ['refundReceiver', 'address'],
      ['nonce', 'uint256'],
    ] as const),
  ].map(([name, type]) => ({ name, type })),
};

test('the hash of a Safe transaction is the one that wallets compute and sign', () => {
  fc.assert(
    fc.property(safeTransaction, fc.nat(), address, (message, chainId, verifyingContract) => {
      const signed = hashTypedData({
        domain: { chainId, verifyingContract },
        types: TYPES,
        primaryType: 'SafeTx',
        message,
      });
      assert.equal(safeTxHash(chainId, verifyingContract, message), signed);
    }),
  );
});

test('what a SafeL2 says it executes is read back as it was', () => {
  fc.assert(
    fc.property(safeTransaction, address, data, (tx, sender, signatures) => {
      const info = encodeAbiParameters(parseAbiParameters('uint256, address, uint256'), [tx.nonce, sender, 2n]);
      const event = encodeAbiParameters(
        parseAbiParameters('address, uint256, bytes, uint8, uint256, uint256, uint256, address, address, bytes, bytes'),
        [
          ...([tx.to, tx.value, tx.data, tx.operation, tx.safeTxGas, tx.baseGas, tx.gasPrice] as const),
          ...([tx.gasToken, tx.refundReceiver, signatures, info] as const),
        ],
      );
      assert.deepEqual(decodeMultisigEvent(event), tx);
    }),
  );
});

test('the calls of a batch are read back as they were, and a batch cut short is none', () => {
  const calls = fc.array(
    fc.record({ to: address, data, operation: fc.constantFrom(0 as const, 1 as const) }, { noNullPrototype: true }),
    {
      minLength: 1,
      maxLength: 5,
    },
  );
  fc.assert(
    fc.property(calls, fc.nat(), (all, cut) => {
      const batch = multiSendData(all);
      assert.deepEqual(decodeMultiSend(batch), all);
      const shorter = batch.slice(0, 10 + 2 * (cut % ((batch.length - 10) / 2))) as Hex;
      const seen = decodeMultiSend(shorter);
      // What is cut off may have been padding alone.
      if (seen !== null) assert.deepEqual(seen, all);
    }),
  );
});

test('nothing that is fed to the decoders makes them throw', () => {
  const anything = fc.nat(600).chain(bytes);
  fc.assert(
    fc.property(anything, (each) => {
      decodeMultisigEvent(each);
      decodeMultiSend(`0x8d80ff0a${each.slice(2)}`);
      decodeTransferCall(`0xa9059cbb${each.slice(2)}`);
    }),
  );
});

test('a transfer call says whom and how much', () => {
  fc.assert(
    fc.property(address, word, (to, amount) => {
      assert.deepEqual(decodeTransferCall(transferData(to, amount)), { to, amount });
    }),
  );
});

test('books balance exactly when no transfer is missing', () => {
  const movement = fc.record({
    transfer,
    direction: fc.constantFrom('in', 'out', 'self'),
    amount: fc.bigInt(1n, 10n ** 12n),
  });
  fc.assert(
    fc.property(fc.array(movement, { minLength: 1 }), fc.nat(), (movements, at) => {
      const all = movements.map(({ transfer: each, direction, amount }) => ({
        amount,
        from: direction === 'in' ? each.from : SAFE,
        to: direction === 'out' ? each.to : SAFE,
      }));
      const change = all.reduce(
        (sum, each) => sum + (each.to === SAFE ? each.amount : 0n) - (each.from === SAFE ? each.amount : 0n),
        0n,
      );
      assert.equal(reconcile(SAFE, 5n, 5n + change, all).difference, 0n);
      const missing = all[at % all.length];
      const without = all.filter((each) => each !== missing);
      const isSelf = missing?.from === SAFE && missing.to === SAFE;
      assert.equal(reconcile(SAFE, 5n, 5n + change, without).difference === 0n, isSelf);
    }),
  );
});
