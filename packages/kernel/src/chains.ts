import { BASE_CHAIN_ID } from './vocabulary.ts';

/** Circle's faucet gives USDC on it: for trying. */
export const BASE_SEPOLIA_CHAIN_ID = 84_532;
/** A chain of one's own, on one's own machine: a signature made there is worth nothing elsewhere. */
export const LOCAL_CHAIN_ID = 31_337;

/** What people call a chain. */
export function chainName(chainId: number): string {
  switch (chainId) {
    case BASE_CHAIN_ID:
      return 'Base';
    case BASE_SEPOLIA_CHAIN_ID:
      return 'Base Sepolia';
    case LOCAL_CHAIN_ID:
      return 'Local chain';
    default:
      return `Chain ${chainId}`;
  }
}
