import type { Block, ChainLog, Receipt, Transaction } from './chainData.ts';
import { parseAddress, parseHash, parseHex, parseQuantity, type Hex } from './hex.ts';

// What an RPC answered, before anything of it is believed; null for anything that is not what it should be.

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (raw: unknown): Fields | null =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? { ...raw } : null;

/** A block of eth_getBlockBy…, of which the transactions are not looked at. */
export function parseBlock(raw: unknown): Block | null {
  const fields = fieldsOf(raw);
  const number = parseQuantity(fields?.['number']);
  const hash = parseHash(fields?.['hash']);
  const parentHash = parseHash(fields?.['parentHash']);
  const timestamp = parseQuantity(fields?.['timestamp']);
  if (number === null || hash === null || parentHash === null || timestamp === null) return null;
  return { number, hash, parentHash, timestamp };
}

/** A transaction of eth_getTransactionByHash. */
export function parseTransaction(raw: unknown): Transaction | null {
  const fields = fieldsOf(raw);
  const hash = parseHash(fields?.['hash']);
  const input = parseHex(fields?.['input']);
  const to = fields?.['to'] === null ? null : parseAddress(fields?.['to']);
  if (hash === null || input === null || (to === null && fields?.['to'] !== null)) return null;
  return { hash, to, input };
}

function parseLog(raw: unknown): ChainLog | null {
  const fields = fieldsOf(raw);
  const address = parseAddress(fields?.['address']);
  const data = parseHex(fields?.['data']);
  const logIndex = parseQuantity(fields?.['logIndex']);
  const topics: Hex[] = [];
  for (const each of Array.isArray(fields?.['topics']) ? fields['topics'] : [null]) {
    const topic = parseHash(each);
    if (topic === null) return null;
    topics.push(topic);
  }
  return address === null || data === null || logIndex === null ? null : { address, topics, data, logIndex };
}

/** A receipt of eth_getTransactionReceipt; its logs in the order in which they stand in the block. */
export function parseReceipt(raw: unknown): Receipt | null {
  const fields = fieldsOf(raw);
  const txHash = parseHash(fields?.['transactionHash']);
  const blockHash = parseHash(fields?.['blockHash']);
  const blockNumber = parseQuantity(fields?.['blockNumber']);
  const status = parseQuantity(fields?.['status']);
  if (txHash === null || blockHash === null || blockNumber === null || (status !== 0 && status !== 1)) return null;
  if (!Array.isArray(fields?.['logs'])) return null;
  const logs: ChainLog[] = [];
  for (const each of fields['logs']) {
    const log = parseLog(each);
    if (log === null) return null;
    logs.push(log);
  }
  logs.sort((a, b) => a.logIndex - b.logIndex);
  return { txHash, blockHash, blockNumber, succeeded: status === 1, logs };
}
