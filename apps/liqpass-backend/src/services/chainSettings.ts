import type { Hex } from '@liqpass/chain/hex';

/** The chain that orders are sold for and paid on. */
export type ChainSettings = {
  readonly chainId: number;
  /** USDC there, with a checksum. */
  readonly usdc: string;
  /** Of USDC's EIP-712 domain. */
  readonly usdcName: string;
  readonly usdcVersion: string;
};

export type Finality = 'latest' | 'safe' | 'finalized';

/** How the treasury is watched. */
export type WatchSettings = {
  /** One, or two of different operators. They may hold a key: never logged. */
  readonly rpcUrls: readonly string[];
  /** From when a premium makes cover. */
  readonly premiumFinality: Finality;
  /** From when a transfer proves a payout. */
  readonly payoutFinality: Finality;
  /** null: what is final when the watch first starts. */
  readonly fromBlock: number | null;
  /** Blocks that one question for logs spans at most. */
  readonly blockRange: number;
  /** How often the chain is looked at; null: only when it is told to. */
  readonly looksEveryMs: number | null;
  /** An RPC whose newest block is older lags or stands still; null where blocks come only now and then. */
  readonly headWithinMs: number | null;
  /** What block 0 has to be; null where any will do. */
  readonly genesis: Hex | null;
};
