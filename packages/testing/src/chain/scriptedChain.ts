import {
  concat,
  encodeAbiParameters,
  encodeEventTopics,
  keccak256,
  padHex,
  parseAbi,
  toHex,
  zeroAddress,
  type Address,
  type Hex,
} from 'viem';
import type { Behind } from './meddledRpc.ts';
import { hashToSign, multiSendData, ownersTransaction, transferData } from './safeOwners.ts';

// A chain that is written down rather than executed: what an RPC of one with USDC and a Safe would answer. It reorganizes at
// once and as deep as it is told to, which makes thousands of sequences a minute. That real contracts answer so is for the
// tests on anvil to show.

const EVENTS = parseAbi([
  'event Transfer(address indexed from, address indexed to, uint256 value)',
  'event SafeMultiSigTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures, bytes additionalInfo)',
  'event ExecutionSuccess(bytes32 indexed txHash, uint256 payment)',
  'event ExecutionFailure(bytes32 indexed txHash, uint256 payment)',
  'event ExecutionFromModuleSuccess(address indexed module)',
]);
/** MultiSendCallOnly of 1.4.1, at the same address on every chain. */
const MULTI_SEND: Address = '0x9641d764fc13c8b624c04430c7356c1c7c8102e2';
const BALANCE_OF = '0x70a08231';
const IS_BLACKLISTED = '0xfe575a87';

type Log = { readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Hex };
export type Move = { readonly from: Address; readonly to: Address; readonly amount: bigint };
/** A transaction, wherever it stands. */
export type Sent = {
  readonly hash: Hex;
  readonly to: Hex;
  readonly input: Hex;
  readonly logs: readonly Log[];
  readonly moves: readonly Move[];
};
export type Made = {
  readonly number: number;
  readonly hash: Hex;
  readonly timestamp: number;
  readonly sent: readonly Sent[];
};

export type Payment = { readonly to: Address; readonly amount: bigint };
/** Who makes the Safe pay, and whether it does. */
export type Execution = 'owners' | 'failing' | 'module';

export type ScriptedChain = {
  readonly chainId: number;
  readonly usdc: Address;
  readonly safe: Address;
  /** Oldest first; the first is block 0. */
  readonly blocks: readonly Made[];
  /** Answers as an RPC does; `heads` lower than the newest block make one that is behind. */
  rpc(head?: () => number): Behind;
  /** transfer() of USDC to the Safe, with a reference behind it; it waits for the next block. */
  send(from: Address, amount: bigint, reference?: Hex): Sent;
  /** Several payments to the Safe in one transaction, as an exchange makes them. */
  sendMany(from: Address, amounts: readonly bigint[]): Sent;
  execute(payments: readonly Payment[], by?: Execution): Sent;
  /** A block with everything that waits. */
  mine(timestamp: number): Made;
  /** Replaces the last blocks by as many empty ones; `again` says what of theirs waits for the next block. */
  reorg(depth: number, again: 'none' | 'same' | 'reversed'): void;
  /** What moved in the blocks that stand. */
  standing(): { readonly sent: Sent; readonly move: Move; readonly block: number; readonly logIndex: number }[];
};

const word = (value: bigint | number): Hex => toHex(value, { size: 32 });

export function scriptedChain(options: { opening: bigint; timestamp: number; chainId?: number }): ScriptedChain {
  const { chainId = 31_337, opening } = options;
  const [usdc, safe]: [Address, Address] = [`0x${'0c'.repeat(20)}`, `0x${'5afe'.repeat(10)}`];
  let made = 0;
  let nonce = 0n;
  let waiting: Sent[] = [];
  const unique = (what: string): Hex => keccak256(toHex(`${what} ${(made += 1)}`));
  const blocks: Made[] = [{ number: 0, hash: unique('block'), timestamp: options.timestamp, sent: [] }];
  const last = (): Made => blocks.at(-1) ?? { number: -1, hash: word(0), timestamp: 0, sent: [] };

  const transferLog = ({ from, to, amount }: Move): Log => ({
    address: usdc,
    topics: encodeEventTopics({ abi: EVENTS, eventName: 'Transfer', args: { from, to } }) as Hex[],
    data: word(amount),
  });
  const wait = (sent: Omit<Sent, 'hash'>): Sent => {
    const whole = { hash: unique('transaction'), ...sent };
    waiting.push(whole);
    return whole;
  };

  function execute(payments: readonly Payment[], by: Execution = 'owners'): Sent {
    const data = multiSendData(payments.map(({ to, amount }) => ({ to: usdc, data: transferData(to, amount) })));
    const tx = ownersTransaction(MULTI_SEND, data, nonce, { operation: 1 });
    const moves = by === 'failing' ? [] : payments.map(({ to, amount }) => ({ from: safe, to, amount }));
    if (by === 'module') {
      const [topic] = encodeEventTopics({ abi: EVENTS, eventName: 'ExecutionFromModuleSuccess' });
      const said = { address: safe, topics: [topic, padHex(MULTI_SEND, { size: 32 })], data: '0x' } as const;
      return wait({ to: MULTI_SEND, input: '0x', moves, logs: [...moves.map(transferLog), said] });
    }
    nonce += 1n;
    const hash = hashToSign(chainId, safe, tx);
    const [announced] = encodeEventTopics({ abi: EVENTS, eventName: 'SafeMultiSigTransaction' });
    const [ended] = encodeEventTopics({
      abi: EVENTS,
      eventName: by === 'failing' ? 'ExecutionFailure' : 'ExecutionSuccess',
    });
    const info = encodeAbiParameters(
      [{ type: 'uint256' }, { type: 'address' }, { type: 'uint256' }],
      [tx.nonce, zeroAddress, 2n],
    );
    const named = { ...tx, signatures: '0x', additionalInfo: info };
    const parameters = encodeAbiParameters(
      EVENTS[1].inputs.map(({ type }) => ({ type })),
      EVENTS[1].inputs.map(({ name }) => named[name]),
    );
    return wait({
      to: safe,
      input: '0x6a761202',
      moves,
      logs: [
        { address: safe, topics: [announced], data: parameters },
        ...moves.map(transferLog),
        { address: safe, topics: [ended, hash], data: word(0) },
      ],
    });
  }

  function standing(upTo = Infinity): ReturnType<ScriptedChain['standing']> {
    return blocks
      .filter((block) => block.number <= upTo)
      .flatMap((block) => {
        let logIndex = 0;
        return block.sent.flatMap((sent) => {
          const first = logIndex;
          logIndex += sent.logs.length;
          return sent.moves.map((move) => {
            const at = sent.logs.findIndex((log, index) => log === logOf(sent, move, index));
            return { sent, move, block: block.number, logIndex: first + at };
          });
        });
      });
  }
  /** The log of this very move: the n-th move is the n-th Transfer. */
  function logOf(sent: Sent, move: Move, index: number): Log | undefined {
    const transfers = sent.logs.filter((log) => log.address === usdc);
    const wanted = transfers[sent.moves.indexOf(move)];
    return sent.logs[index] === wanted ? wanted : undefined;
  }

  const rawLogs = (block: Made): Record<string, unknown>[] => {
    let logIndex = -1;
    return block.sent.flatMap((sent, index) =>
      sent.logs.map((log) => ({
        ...log,
        blockNumber: toHex(block.number),
        blockHash: block.hash,
        transactionHash: sent.hash,
        transactionIndex: toHex(index),
        logIndex: toHex((logIndex += 1)),
        removed: false,
      })),
    );
  };

  function answer(head: number, method: string, params: unknown[]): unknown {
    const seen = blocks.filter((block) => block.number <= head);
    const newest = seen.at(-1)?.number ?? 0;
    const place = (hash: unknown): { block: Made; sent: Sent } | null => {
      for (const block of seen) for (const sent of block.sent) if (sent.hash === hash) return { block, sent };
      return null;
    };
    switch (method) {
      case 'eth_chainId':
        return toHex(chainId);
      case 'eth_getBlockByNumber': {
        const [which] = params;
        const behind = which === 'latest' ? 0 : which === 'safe' ? 1 : which === 'finalized' ? 2 : null;
        const number = behind === null ? Number(which) : Math.max(0, newest - behind);
        const block = seen.find((each) => each.number === number);
        if (!block) return null;
        const parentHash = blocks.find((each) => each.number === number - 1)?.hash ?? word(0);
        return { number: toHex(number), hash: block.hash, parentHash, timestamp: toHex(block.timestamp) };
      }
      case 'eth_getLogs': {
        const [{ topics, fromBlock, toBlock }] = params as [{ topics: (Hex | null)[]; fromBlock: Hex; toBlock: Hex }];
        return seen
          .filter(({ number }) => number >= Number(fromBlock) && number <= Number(toBlock))
          .flatMap(rawLogs)
          .filter((log) => {
            const { address, topics: found } = log as { address: Hex; topics: Hex[] };
            return address === usdc && topics.every((topic, at) => topic === null || topic === found[at]);
          });
      }
      case 'eth_getTransactionByHash': {
        const [hash] = params;
        const sent = place(hash)?.sent ?? waiting.find((each) => each.hash === hash);
        return sent ? { hash: sent.hash, to: sent.to, input: sent.input } : null;
      }
      case 'eth_getTransactionReceipt': {
        const found = place(params[0]);
        if (!found) return null;
        const { block, sent } = found;
        return {
          transactionHash: sent.hash,
          blockHash: block.hash,
          blockNumber: toHex(block.number),
          status: '0x1',
          logs: rawLogs(block).filter((log) => log['transactionHash'] === sent.hash),
        };
      }
      case 'eth_getCode':
        return '0x';
      case 'eth_call': {
        const [{ data }, at] = params as [{ data: Hex }, string];
        if (data.startsWith(IS_BLACKLISTED)) return word(0);
        if (!data.startsWith(BALANCE_OF)) throw new Error('execution reverted');
        let balance = opening;
        for (const { move } of standing(at === 'latest' ? newest : Number(at)))
          balance += (move.to === safe ? move.amount : 0n) - (move.from === safe ? move.amount : 0n);
        return word(balance);
      }
      default:
        throw new Error(`the method ${method} does not exist`);
    }
  }

  return {
    chainId,
    usdc,
    safe,
    blocks,
    rpc:
      (head = () => Infinity) =>
      (method, params) =>
        answer(head(), method, params),
    send: (from, amount, reference = '0x') =>
      wait({
        to: usdc,
        input: concat([transferData(safe, amount), reference]),
        moves: [{ from, to: safe, amount }],
        logs: [transferLog({ from, to: safe, amount })],
      }),
    sendMany(from, amounts) {
      const moves = amounts.map((amount) => ({ from, to: safe, amount }));
      return wait({ to: from, input: '0x', moves, logs: moves.map(transferLog) });
    },
    execute,
    mine(timestamp) {
      const block: Made = { number: last().number + 1, hash: unique('block'), timestamp, sent: waiting };
      waiting = [];
      blocks.push(block);
      return block;
    },
    reorg(depth, again) {
      const gone = blocks.splice(Math.max(1, blocks.length - depth));
      const sent = gone.flatMap((block) => block.sent);
      for (const { timestamp } of gone)
        blocks.push({ number: last().number + 1, hash: unique('block'), timestamp, sent: [] });
      if (again !== 'none') waiting = [...(again === 'same' ? sent : sent.toReversed()), ...waiting];
    },
    standing: () => standing(),
  };
}
