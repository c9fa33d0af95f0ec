import type { ChainLog, Transfer } from './chainData.ts';
import { TRANSFER_TOPIC } from './contracts.ts';
import { addressInWord, parseHash, parseQuantity, type Hex } from './hex.ts';

/** A log as eth_getLogs gives it, before anything of it is believed. */
type RawLog = { readonly [field in keyof typeof FIELDS]: unknown };
const FIELDS = {
  address: 0,
  topics: 0,
  data: 0,
  blockNumber: 0,
  blockHash: 0,
  transactionHash: 0,
  logIndex: 0,
  removed: 0,
};

/**
 * The transfer of `usdc` that a log of eth_getLogs tells of; null for any other log, one that was removed, and anything
 * malformed. Its fields are cut out of the raw text: a library's formatted logs cost 5 to 30 times as much.
 */
export function decodeTransfer(raw: unknown, usdc: Hex): Transfer | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const log: Partial<RawLog> = raw;
  if (typeof log.address !== 'string' || log.address.toLowerCase() !== usdc || log.removed === true) return null;
  const { topics } = log;
  if (!Array.isArray(topics) || topics.length !== 3 || topics[0] !== TRANSFER_TOPIC) return null;
  const fromWord = parseHash(topics[1]);
  const toWord = parseHash(topics[2]);
  const amountWord = parseHash(log.data);
  const txHash = parseHash(log.transactionHash);
  const blockHash = parseHash(log.blockHash);
  const blockNumber = parseQuantity(log.blockNumber);
  const logIndex = parseQuantity(log.logIndex);
  if (fromWord === null || toWord === null || amountWord === null || txHash === null || blockHash === null) return null;
  const from = addressInWord(fromWord);
  const to = addressInWord(toWord);
  if (from === null || to === null || blockNumber === null || logIndex === null) return null;
  return { blockNumber, blockHash, txHash, logIndex, from, to, amount: BigInt(amountWord) };
}

/**
 * The transfers in an answer of eth_getLogs that was asked for transfers of `usdc` alone. null when any log is something
 * else: such an answer is not to be believed at all.
 */
export function decodeTransfers(raw: readonly unknown[], usdc: Hex): Transfer[] | null {
  const transfers: Transfer[] = [];
  for (const log of raw) {
    const transfer = decodeTransfer(log, usdc);
    if (transfer === null) return null;
    transfers.push(transfer);
  }
  return transfers;
}

/** The transfer of `usdc` in a log of a receipt; null for any other log. */
export function transferInLog(log: ChainLog, usdc: Hex): { from: Hex; to: Hex; amount: bigint } | null {
  if (log.address !== usdc || log.topics.length !== 3 || log.topics[0] !== TRANSFER_TOPIC || log.data.length !== 66)
    return null;
  const [, fromWord, toWord] = log.topics;
  const from = fromWord === undefined ? null : addressInWord(fromWord);
  const to = toWord === undefined ? null : addressInWord(toWord);
  return from === null || to === null ? null : { from, to, amount: BigInt(log.data) };
}
