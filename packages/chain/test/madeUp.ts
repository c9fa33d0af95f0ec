import fc from 'fast-check';
import { TRANSFER_TOPIC } from '../src/contracts.ts';
import { wordOf, wordOfAddress, type Hex } from '../src/hex.ts';
import type { Transfer } from '../src/chainData.ts';

// Made-up pieces of a chain, for properties.

export const USDC: Hex = '0x833589fcd6edb6e08f4c7c32d4f71b54bda02913';
export const SAFE: Hex = `0x${'5afe'.repeat(10)}`;

export const bytes = (length: number): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each): Hex => `0x${Buffer.from(each).toString('hex')}`);
export const address = bytes(20);
export const hash = bytes(32);

export const transfer: fc.Arbitrary<Transfer> = fc.record(
  {
    blockNumber: fc.nat(),
    blockHash: hash,
    txHash: hash,
    logIndex: fc.nat(),
    from: address,
    to: address,
    amount: fc.bigInt(0n, 2n ** 256n - 1n),
  },
  { noNullPrototype: true },
);

/** The log that eth_getLogs would give for it. */
export const rawLog = (each: Transfer): Record<string, unknown> => ({
  address: USDC,
  topics: [TRANSFER_TOPIC, `0x${wordOfAddress(each.from)}`, `0x${wordOfAddress(each.to)}`],
  data: `0x${wordOf(each.amount)}`,
  blockNumber: `0x${each.blockNumber.toString(16)}`,
  blockHash: each.blockHash,
  transactionHash: each.txHash,
  transactionIndex: '0x0',
  logIndex: `0x${each.logIndex.toString(16)}`,
  removed: false,
});
