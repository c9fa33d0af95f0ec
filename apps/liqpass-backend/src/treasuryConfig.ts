import { unpayable } from './domain/platform/unpayable.ts';
import { MINUTE_MS } from '@liqpass/kernel/time';
import type { Hex } from '@liqpass/chain/hex';
import { BASE_SEPOLIA_CHAIN_ID, LOCAL_CHAIN_ID } from '@liqpass/kernel/chains';
import { BASE_CHAIN_ID, USDC_ON_BASE } from '@liqpass/kernel/vocabulary';
import { ConfigError, flag, oneOf, optional, whole, type Environment } from '@liqpass/service/environment';
import { getAddress, isAddress } from 'viem/utils';
import type { ChainSettings, WatchSettings } from './services/chainSettings.ts';

/** Where USDC is, and what its EIP-712 domain is called, on the chains that are known. */
const KNOWN_USDC: ReadonlyMap<number, { address: string; name: string }> = new Map([
  [BASE_CHAIN_ID, { address: USDC_ON_BASE, name: 'USD Coin' }],
  [BASE_SEPOLIA_CHAIN_ID, { address: '0x036CbD53842c5426634e7929541eC2318f3dCF7e', name: 'USDC' }],
]);

/** Block 0 of Base: a local chain can carry its id, not its beginning. */
const BASE_GENESIS: Hex = '0xf712aa9241cc24369b143cf6dce85f0902a9731e70d66818a3a5845b296c73dd';

/** Reads which chain orders are sold for: CHAIN_ID, USDC_ADDRESS, USDC_NAME, USDC_VERSION. */
export function readChainSettings(env: Environment): ChainSettings {
  const chainId = whole(env, 'CHAIN_ID', BASE_CHAIN_ID, 1, 2 ** 31 - 1);
  const known = KNOWN_USDC.get(chainId);
  const usdc = optional(env, 'USDC_ADDRESS') ?? known?.address;
  if (usdc === undefined)
    throw new ConfigError(`USDC_ADDRESS is missing: where USDC is on chain ${chainId} is not known here`);
  if (!isAddress(usdc)) throw new ConfigError('USDC_ADDRESS is not an address with a right checksum');
  if (unpayable(usdc, { usdc: '', safe: null }) !== null)
    throw new ConfigError('USDC_ADDRESS is no token: it is an address that the chain keeps for itself');
  return {
    chainId,
    usdc: getAddress(usdc),
    usdcName: optional(env, 'USDC_NAME') ?? known?.name ?? 'USD Coin',
    usdcVersion: optional(env, 'USDC_VERSION') ?? '2',
  };
}

/** Reads how the treasury is watched; null where WATCH_TREASURY is not true. */
export function readWatchSettings(
  env: Environment,
  chain: ChainSettings,
  treasurySafe: string | null,
  rpcUrls: readonly string[],
): WatchSettings | null {
  if (!flag(env, 'WATCH_TREASURY', false)) return null;
  if (rpcUrls.length === 0)
    throw new ConfigError('RPC_URL is missing: WATCH_TREASURY=true reads the chain from it (one address, or two)');
  if (treasurySafe === null)
    throw new ConfigError('TREASURY_SAFE is missing: WATCH_TREASURY=true watches what comes to it and leaves it');
  const fromBlock = whole(env, 'WATCH_FROM_BLOCK', -1, -1, 2 ** 51);
  return {
    rpcUrls,
    premiumFinality: oneOf(env, 'PREMIUM_FINALITY', ['latest', 'safe', 'finalized'], 'safe'),
    payoutFinality: oneOf(env, 'PAYOUT_FINALITY', ['latest', 'safe', 'finalized'], 'finalized'),
    fromBlock: fromBlock === -1 ? null : fromBlock,
    blockRange: whole(env, 'RPC_BLOCK_RANGE', 2_000, 1, 100_000),
    // A chain of our own makes its blocks when it is asked to; Base makes one every two seconds.
    looksEveryMs: chain.chainId === LOCAL_CHAIN_ID ? 200 : 4_000,
    // Base makes a block every 2 s.
    headWithinMs: chain.chainId === LOCAL_CHAIN_ID ? null : MINUTE_MS,
    genesis: chain.chainId === BASE_CHAIN_ID ? BASE_GENESIS : null,
  };
}
