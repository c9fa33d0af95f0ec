import { localKey } from '@liqpass/testing/chain/chainClient';
import { startLocalChain, type LocalChain, type LocalSafe } from '@liqpass/testing/chain/localChain';

/** A chain of one's own to try against, with everything that a person needs to pay on it. */
export type TrialChain = {
  readonly chain: LocalChain;
  readonly safe: LocalSafe;
  /** An account that has ether and USDC. Its key is the hash of a word: anybody's, and worth nothing anywhere else. */
  readonly buyer: { readonly address: string; readonly key: `0x${string}` };
  /** What a backend needs to watch the Safe. */
  readonly env: Readonly<Record<string, string>>;
};

/** What a backend needs to watch a Safe. */
export const watching = (chain: LocalChain, safe: LocalSafe): Readonly<Record<string, string>> => ({
  WATCH_TREASURY: 'true',
  RPC_URL: chain.url,
  TREASURY_SAFE: safe.address,
  CHAIN_ID: String(chain.chainId),
  USDC_ADDRESS: chain.usdc,
});

const BUYER = 'somebody who tries it';
/** As on Base. */
const BLOCK_EVERY_S = 2;
/** A block is safe after so many, and final after twice as many: long enough to be looked at. */
const BLOCKS_IN_EPOCH = 3;

/** Real contracts of USDC and Safe, a Safe that can pay, a buyer who can, and from then on a block every two seconds. */
export async function openTrialChain(port: number): Promise<TrialChain> {
  const chain = await startLocalChain({ port, blocksInEpoch: BLOCKS_IN_EPOCH });
  try {
    const safe = await chain.newSafe();
    await chain.mint(safe.address, 100_000_000_000n);
    const { address } = await chain.person(BUYER, 1_000_000_000n);
    await chain.mine(2 * BLOCKS_IN_EPOCH + 1);
    await chain.rpc('evm_setIntervalMining', [BLOCK_EVERY_S]);
    return { chain, safe, buyer: { address, key: localKey(BUYER) }, env: watching(chain, safe) };
  } catch (error) {
    await chain.stop();
    throw error;
  }
}
