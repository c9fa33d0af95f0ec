import { MULTI_SENDS } from '@liqpass/chain/contracts';
import { parseAddress, type Hex } from '@liqpass/chain/hex';
import { invariant } from '@liqpass/kernel/invariant';
import { randomUUID } from 'node:crypto';
import type { HallContext } from '../hallContext.ts';
import { chainRpcClient } from './chainRpcClient.ts';
import type { Watch } from './treasuryContext.ts';

const lower = (address: string): Hex => {
  const parsed = parseAddress(address);
  invariant(parsed !== null, 'the settings hold addresses');
  return parsed;
};

/** What is watched, and through whom; null where the treasury is not. */
export function openWatch(settings: Pick<HallContext['settings'], 'watch' | 'chain' | 'treasurySafe'>): Watch | null {
  const { watch, chain, treasurySafe } = settings;
  if (watch === null) return null;
  const [first, second] = watch.rpcUrls;
  invariant(first !== undefined && treasurySafe !== null, 'a watch has its RPC and its Safe');
  const treasury = {
    chainId: chain.chainId,
    safe: lower(treasurySafe),
    usdc: lower(chain.usdc),
    multiSends: MULTI_SENDS,
  };
  return {
    treasury,
    settings: watch,
    rpc: chainRpcClient(first, treasury.safe, treasury.usdc),
    second: second === undefined ? null : chainRpcClient(second, treasury.safe, treasury.usdc),
    readerId: `${treasury.chainId}:${treasury.safe}:${treasury.usdc}`,
    holder: randomUUID(),
    range: watch.blockRange,
    identified: false,
    settledAt: null,
    provesNothing: new Map(),
    headsAtMs: 0,
    head: null,
  };
}
