import { createTestClient, defineChain, http, keccak256, publicActions, toHex, walletActions, type Hex } from 'viem';
import { privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts';

/** The key of a person of the local chain: the hash of their name, so it is nobody's secret. */
export const localKey = (name: string): Hex => keccak256(toHex(`liqpass local chain: ${name}`));
/** A person of the local chain, the same in every run. */
export const localAccount = (name: string): PrivateKeyAccount => privateKeyToAccount(localKey(name));

/** Who deploys, pays for gas, issues USDC and executes what the owners of a Safe have signed. */
export const ISSUER = localAccount('issuer');

export const chainClient = (url: string, chainId: number) =>
  createTestClient({
    account: ISSUER,
    chain: defineChain({
      id: chainId,
      name: 'local chain',
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [url] } },
    }),
    mode: 'anvil',
    transport: http(url, { retryCount: 0, timeout: 60_000 }),
    pollingInterval: 10,
    cacheTime: 0,
  })
    .extend(publicActions)
    .extend(walletActions);
export type ChainClient = ReturnType<typeof chainClient>;
