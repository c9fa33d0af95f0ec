import type { Hex } from './hex.ts';

// What a chain's RPC says, once parsed: hex in lower case, quantities as numbers, amounts as bigint.

export type ChainLog = {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly logIndex: number;
};

export type Receipt = {
  readonly txHash: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly succeeded: boolean;
  readonly logs: readonly ChainLog[];
};

export type Transaction = {
  readonly hash: Hex;
  /** null: it makes a contract. */
  readonly to: Hex | null;
  readonly input: Hex;
};

export type Block = {
  readonly number: number;
  readonly hash: Hex;
  readonly parentHash: Hex;
  /** Seconds since 1970, as the block says. */
  readonly timestamp: number;
};

/** A movement of USDC: one Transfer log, by where it stands in the chain. */
export type Transfer = {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly txHash: Hex;
  readonly logIndex: number;
  readonly from: Hex;
  readonly to: Hex;
  /** In millionths. */
  readonly amount: bigint;
};
