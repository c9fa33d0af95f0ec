import { parseAddress, type Hex } from '@liqpass/chain/hex';
import { MINUTE_MS } from '@liqpass/kernel/time';
import type { PayeeDoubt } from '@liqpass/kernel/vocabulary';
import type { Payees } from '../hallContext.ts';
import { chainRpcClient, RpcError, type ChainRpc } from './chainRpcClient.ts';

/** A page does not wait for longer. */
const WITHIN_MS = 1_500;
/** What was said of an address is good for so long. */
const KEPT_MS = MINUTE_MS;
const MOST_KEPT = 1_000;
/** The code of a key's own account that lends itself a contract's (EIP-7702): a wallet all the same. */
const DELEGATED = /^0xef0100[0-9a-f]{40}$/;
const NOBODYS: Hex = '0x0000000000000000000000000000000000000000';

/** Asks the first RPC about payees; nobody where there is none. A warning and no more: who answers could say anything. */
export function payeeChecks(rpcUrls: readonly string[], usdc: string): Payees {
  const [url] = rpcUrls;
  const token = parseAddress(usdc.toLowerCase());
  if (url === undefined || token === null) return { doubts: async () => null };
  const rpc = chainRpcClient(url, NOBODYS, token);
  const kept = new Map<string, { readonly said: Promise<readonly PayeeDoubt[] | null>; readonly untilMs: number }>();
  return {
    doubts(text) {
      const address = parseAddress(text.toLowerCase());
      if (address === null) return Promise.resolve(null);
      const known = kept.get(address);
      if (known && performance.now() < known.untilMs) return known.said;
      if (kept.size >= MOST_KEPT) kept.clear();
      const said = within(ask(rpc, address));
      kept.set(address, { said, untilMs: performance.now() + KEPT_MS });
      void said.then((answer) => answer ?? kept.delete(address));
      return said;
    },
  };
}

async function ask(rpc: ChainRpc, address: Hex): Promise<readonly PayeeDoubt[] | null> {
  try {
    const [blacklisted, code] = await Promise.all([rpc.isBlacklisted(address), rpc.code(address)]);
    return [
      ...(blacklisted ? (['PAYEE_BLACKLISTED'] as const) : []),
      ...(code !== '0x' && !DELEGATED.test(code) ? (['PAYEE_IS_CONTRACT'] as const) : []),
    ];
  } catch (error) {
    if (error instanceof RpcError) return null;
    throw error;
  }
}

function within<T>(answer: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => resolve(null), WITHIN_MS);
    answer.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
