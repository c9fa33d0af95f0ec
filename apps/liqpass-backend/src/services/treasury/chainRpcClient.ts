import type { Block, Receipt, Transaction, Transfer } from '@liqpass/chain/chainData';
import { TRANSFER_TOPIC } from '@liqpass/chain/contracts';
import { parseHex, parseQuantity, wordAt, wordOfAddress, type Hex } from '@liqpass/chain/hex';
import { parseBlock, parseReceipt, parseTransaction } from '@liqpass/chain/parse';
import { decodeTransfers } from '@liqpass/chain/transfers';
import { askHttp } from '@liqpass/service/askHttp';
import type { Finality } from '../chainSettings.ts';

/** Why an RPC gave no answer that can be used. */
export type RpcTrouble =
  | 'RPC_UNREACHABLE'
  | 'RPC_RATE_LIMITED'
  | 'RPC_RANGE_LIMITED'
  | 'RPC_ANSWERS_NONSENSE'
  | 'RPC_REFUSED';

/** Thrown for an RPC that gives no answer; the message names the question, never the address, which may hold a key. */
export class RpcError extends Error {
  readonly trouble: RpcTrouble;
  constructor(trouble: RpcTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.trouble = trouble;
  }
}

/** One RPC of the chain: it reads, and parses what it reads. */
export type ChainRpc = {
  chainId(): Promise<number>;
  /** null: there is none, or this member has not got it yet. */
  block(which: number | Finality): Promise<Block | null>;
  /** Transfers of USDC into or out of the Safe, in these blocks. */
  transfers(direction: 'in' | 'out', fromBlock: number, toBlock: number): Promise<Transfer[]>;
  transaction(hash: Hex): Promise<Transaction | null>;
  receipt(hash: Hex): Promise<Receipt | null>;
  /** Of the Safe, in millionths, at the end of a block. */
  balanceAt(blockNumber: number): Promise<bigint>;
  /** Whether the issuer of USDC has blacklisted an address. */
  isBlacklisted(address: Hex): Promise<boolean>;
  /** The code at an address; '0x' where there is none. */
  code(address: Hex): Promise<Hex>;
  /** How many questions were asked so far. */
  readonly calls: number;
};

const TIMEOUT_MS = 10_000;
/** Providers give 10,000 logs at most, and each is less than a kilobyte. */
const MOST_BYTES = 16 * 1024 * 1024;
// Providers word a range that is too large in many ways, and number it in as many: these words are theirs.
const RANGE_WORDS =
  /range|too many (?:results|logs|blocks)|more than|exceed|too large|too big|limited to|query returned/i;
const RATE_WORDS = /rate.?limit|too many requests|capacity|throttl|compute units/i;
const BALANCE_OF = '0x70a08231';
const IS_BLACKLISTED = '0xfe575a87';

const quantity = (value: number): string => `0x${value.toString(16)}`;

export function chainRpcClient(url: string, safe: Hex, usdc: Hex): ChainRpc {
  let calls = 0;

  const { origin, pathname, search } = new URL(url);

  async function ask(method: string, params: readonly unknown[]): Promise<unknown> {
    calls += 1;
    const answer = await askHttp(origin, {
      method: 'POST',
      target: pathname + search,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: calls, method, params }),
      timeoutMs: TIMEOUT_MS,
      mostBytes: MOST_BYTES,
    });
    if (answer.failure !== null) throw new RpcError('RPC_UNREACHABLE', `${method}: no answer`);
    const { status, bytes } = answer;
    if (bytes === null)
      throw new RpcError(
        method === 'eth_getLogs' ? 'RPC_RANGE_LIMITED' : 'RPC_ANSWERS_NONSENSE',
        `${method}: an answer of more than ${MOST_BYTES} bytes`,
      );
    const text = new TextDecoder().decode(bytes);
    if (status === 429) throw new RpcError('RPC_RATE_LIMITED', `${method}: HTTP 429`);
    const said = parsed(text);
    if (said === null)
      throw new RpcError(
        status === 200 ? 'RPC_ANSWERS_NONSENSE' : 'RPC_UNREACHABLE',
        `${method}: HTTP ${status}, no JSON`,
      );
    if (said.error !== undefined && said.error !== null) throw refused(method, said.error);
    if (said.result === undefined)
      throw new RpcError('RPC_ANSWERS_NONSENSE', `${method}: neither a result nor an error`);
    return said.result;
  }

  function sound<T>(method: string, value: T | null): T {
    if (value === null) throw new RpcError('RPC_ANSWERS_NONSENSE', `${method}: an answer of another shape`);
    return value;
  }
  const orNull = <T>(method: string, raw: unknown, parse: (raw: unknown) => T | null): T | null =>
    raw === null ? null : sound(method, parse(raw));
  async function call(data: Hex, block: string): Promise<bigint> {
    const answer = parseHex(await ask('eth_call', [{ to: usdc, data }, block]));
    return sound('eth_call', answer === null ? null : wordAt(answer, 0));
  }

  return {
    get calls() {
      return calls;
    },
    chainId: async () => sound('eth_chainId', parseQuantity(await ask('eth_chainId', []))),
    async block(which) {
      const method = 'eth_getBlockByNumber';
      const block = orNull(
        method,
        await ask(method, [typeof which === 'number' ? quantity(which) : which, false]),
        parseBlock,
      );
      if (block !== null && typeof which === 'number' && block.number !== which)
        throw new RpcError('RPC_ANSWERS_NONSENSE', `${method}: another block than asked for`);
      return block;
    },
    async transfers(direction, fromBlock, toBlock) {
      const party = `0x${wordOfAddress(safe)}`;
      const topics = direction === 'in' ? [TRANSFER_TOPIC, null, party] : [TRANSFER_TOPIC, party];
      const raw = await ask('eth_getLogs', [
        { address: usdc, topics, fromBlock: quantity(fromBlock), toBlock: quantity(toBlock) },
      ]);
      const transfers = sound('eth_getLogs', Array.isArray(raw) ? decodeTransfers(raw, usdc) : null);
      const isAsked = (each: Transfer): boolean =>
        (direction === 'in' ? each.to : each.from) === safe &&
        fromBlock <= each.blockNumber &&
        each.blockNumber <= toBlock;
      return sound('eth_getLogs', transfers.every(isAsked) ? transfers : null);
    },
    transaction: async (hash) =>
      orNull('eth_getTransactionByHash', await ask('eth_getTransactionByHash', [hash]), parseTransaction),
    receipt: async (hash) =>
      orNull('eth_getTransactionReceipt', await ask('eth_getTransactionReceipt', [hash]), parseReceipt),
    balanceAt: (blockNumber) => call(`${BALANCE_OF}${wordOfAddress(safe)}`, quantity(blockNumber)),
    code: async (address) => sound('eth_getCode', parseHex(await ask('eth_getCode', [address, 'latest']))),
    isBlacklisted: async (address) => (await call(`${IS_BLACKLISTED}${wordOfAddress(address)}`, 'latest')) !== 0n,
  };
}

function parsed(text: string): { result?: unknown; error?: unknown } | null {
  try {
    const said: unknown = JSON.parse(text);
    return typeof said === 'object' && said !== null ? said : null;
  } catch {
    return null;
  }
}

function refused(method: string, error: unknown): RpcError {
  const fields: { code?: unknown; message?: unknown } = typeof error === 'object' && error !== null ? error : {};
  const words = typeof fields.message === 'string' ? fields.message : '';
  const detail = `${method}: error ${String(fields.code)}`;
  if (fields.code === 429 || RATE_WORDS.test(words)) return new RpcError('RPC_RATE_LIMITED', detail);
  if (method === 'eth_getLogs' && (fields.code === -32_005 || RANGE_WORDS.test(words)))
    return new RpcError('RPC_RANGE_LIMITED', detail);
  return new RpcError('RPC_REFUSED', detail);
}
