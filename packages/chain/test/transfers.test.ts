import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeTransfer, decodeTransfers } from '../src/transfers.ts';
import { parseBlock, parseReceipt, parseTransaction } from '../src/parse.ts';
import { rawLog, SAFE, transfer, USDC } from './madeUp.ts';

test('a transfer is read back from its log as it was', () => {
  fc.assert(fc.property(transfer, (each) => assert.deepEqual(decodeTransfer(rawLog(each), USDC), each)));
});

test('a log with any field missing, longer, shorter or of another kind is no transfer', () => {
  const broken = fc.oneof(fc.constantFrom(undefined, null, 0, {}, [], '', '0x', '0xzz', '0x00'), fc.string());
  const field = fc.constantFrom('address', 'topics', 'data', 'blockNumber', 'blockHash', 'transactionHash', 'logIndex');
  fc.assert(
    fc.property(transfer, field, broken, (each, name, value) => {
      const seen = decodeTransfer({ ...rawLog(each), [name]: value }, USDC);
      // '0x00' and the like may be what a quantity or hash happens to be; what is read is never something else.
      if (seen !== null) assert.deepEqual({ ...seen, [name]: null }, { ...each, [name]: null });
      else assert.equal(seen, null);
    }),
  );
});

test('an answer with one log of another contract, another event, or one that was removed is not believed at all', () => {
  fc.assert(
    fc.property(transfer, fc.constantFrom('contract', 'event', 'removed'), (each, what) => {
      const log = rawLog(each);
      const other = {
        contract: { ...log, address: SAFE },
        event: { ...log, topics: [`0x${'ab'.repeat(32)}`, ...(log['topics'] as string[]).slice(1)] },
        removed: { ...log, removed: true },
      }[what];
      assert.equal(decodeTransfers([log, other], USDC), null);
      assert.equal(decodeTransfers([log, log], USDC)?.length, 2);
    }),
  );
});

test('whatever an RPC answers instead of a block, a transaction or a receipt is none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.constant('<html>')), (answer) => {
      assert.equal(parseBlock(answer), null);
      assert.equal(parseTransaction(answer), null);
      assert.equal(parseReceipt(answer), null);
    }),
  );
});
