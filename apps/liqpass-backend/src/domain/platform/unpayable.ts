/** Why an address can be paid no USDC. */
export type Unpayable = 'ZERO' | 'PRECOMPILE' | 'TOKEN' | 'TREASURY';

/**
 * The last address that a chain keeps for contracts of its own: Ethereum's precompiles are counted up from 0x1 (0x11 by now),
 * those of the rollups from 0x100 (RIP-7212, which Base has) to 0x1ff. Nobody has a key of such an address; of higher ones
 * nobody can tell by looking.
 */
const LAST_PRECOMPILE = 0x1ffn;

/**
 * Whether USDC sent to an address is refused or lost, as far as the address itself tells; null where it is not. Such a transfer
 * in a Safe's batch takes the whole batch with it. The token refuses the zero address and itself; the treasury would pay itself.
 */
export function unpayable(address: string, treasury: { usdc: string; safe: string | null }): Unpayable | null {
  const same = (other: string | null): boolean => other?.toLowerCase() === address.toLowerCase();
  const number = BigInt(address);
  if (number === 0n) return 'ZERO';
  if (number <= LAST_PRECOMPILE) return 'PRECOMPILE';
  if (same(treasury.usdc)) return 'TOKEN';
  return same(treasury.safe) ? 'TREASURY' : null;
}
