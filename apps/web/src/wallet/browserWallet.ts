import { defineChain, encodeFunctionData, erc20Abi, numberToHex, type Address, type Hex } from 'viem';
import { createConfig, createStorage, unstable_connector, type Config, type Connector } from 'wagmi';
import {
  connect,
  disconnect,
  getConnection,
  getConnectors,
  reconnect,
  signMessage,
  switchChain,
  watchConnection,
  watchConnectors,
} from 'wagmi/actions';
import { injected } from 'wagmi/connectors';
import { z } from 'zod';
import { BASE_SEPOLIA_CHAIN_ID, chainName, LOCAL_CHAIN_ID } from '@liqpass/kernel/chains';
import { BASE_CHAIN_ID } from '@liqpass/kernel/vocabulary';
import { safeStorage } from '../data/stored.ts';
import { fullSignature } from '@liqpass/kernel/signature';
import { OtherNetworkError } from './otherNetwork.ts';
import { isDecline, nameOfInjected, readSendAnswer } from './walletAnswers.ts';
import { setWallet, WalletError } from './walletStore.ts';

declare global {
  interface Window {
    /** Where wallets put themselves before EIP-6963. */
    ethereum?: object;
  }
}
const INJECTED = 'injected';
/** A wallet that did not switch by then will not, whatever it answers. */
const SWITCH_WITHIN_MS = 20_000;

const ether = { name: 'Ether', symbol: 'ETH', decimals: 18 };
const base = defineChain({
  id: BASE_CHAIN_ID,
  name: chainName(BASE_CHAIN_ID),
  nativeCurrency: ether,
  rpcUrls: { default: { http: ['https://mainnet.base.org'] } },
  blockExplorers: { default: { name: 'Basescan', url: 'https://basescan.org' } },
});
const sepolia = defineChain({
  id: BASE_SEPOLIA_CHAIN_ID,
  name: chainName(BASE_SEPOLIA_CHAIN_ID),
  nativeCurrency: ether,
  rpcUrls: { default: { http: ['https://sepolia.base.org'] } },
  blockExplorers: { default: { name: 'Basescan', url: 'https://sepolia.basescan.org' } },
});
const local = defineChain({
  id: LOCAL_CHAIN_ID,
  name: chainName(LOCAL_CHAIN_ID),
  nativeCurrency: ether,
  rpcUrls: { default: { http: ['http://127.0.0.1:8545'] } },
});

// Every question goes through the wallet itself: our CSP allows no other host, and no third party's project id is needed.
const through = unstable_connector(injected);
const config: Config = createConfig({
  chains: [base, sepolia, local],
  // A wallet that announces itself to nobody is offered too; whether there is one is looked at when it is asked for.
  connectors: [
    injected({
      target: {
        id: INJECTED,
        name: INJECTED,
        provider: (there) => there?.ethereum,
      },
    }),
  ],
  storage: createStorage({ storage: safeStorage }),
  multiInjectedProviderDiscovery: true,
  transports: { [base.id]: through, [sepolia.id]: through, [local.id]: through },
});

watchConnection(config, {
  onChange(connection) {
    if (connection.status === 'connected')
      setWallet({
        status: 'connected',
        address: connection.address,
        chainId: connection.chainId,
        name: connection.connector.name,
      });
    else if (connection.status === 'disconnected') setWallet({ status: 'none' });
  },
});

/** What answers (EIP-1193); of its answers nothing is believed. */
type Provider = { request(question: { method: string; params: unknown[] }): Promise<unknown> };
const provider = z.custom<Provider>((there) => typeof there === 'object' && there !== null && 'request' in there);

/** `name` is null for a wallet that does not say what it is called. */
export type FoundWallet = { id: string; name: string | null; icon: string | null };

/** The wallets of this browser as they are now: those that announced themselves (EIP-6963), and one that was only injected. */
async function foundNow(): Promise<FoundWallet[]> {
  const all = getConnectors(config);
  const announced = all.filter(({ id }) => id !== INJECTED);
  const providers = await Promise.all(announced.map((connector) => connector.getProvider().catch(() => null)));
  const found: FoundWallet[] = announced.map(({ uid, name, icon }) => ({ id: uid, name, icon: icon ?? null }));
  const old = all.find(({ id }) => id === INJECTED);
  const { ethereum } = window;
  if (!old || !ethereum || providers.includes(ethereum)) return found;
  const name = nameOfInjected(ethereum);
  return found.some((other) => other.name === name) ? found : [...found, { id: old.uid, name, icon: null }];
}

/** Tells of the wallets of this browser, and again whenever one more comes. Answers with what ends it. */
export function watchWallets(onFound: (wallets: FoundWallet[]) => void): () => void {
  const tell = (): void => void foundNow().then(onFound);
  const stop = watchConnectors(config, { onChange: tell });
  addEventListener('ethereum#initialized', tell);
  // Some inject themselves late and say nothing.
  const timers = [60, 500, 1_500, 3_000].map((ms) => setTimeout(tell, ms));
  dispatchEvent(new Event('eip6963:requestProvider'));
  return () => {
    stop();
    removeEventListener('ethereum#initialized', tell);
    timers.forEach(clearTimeout);
  };
}

/** Connects one of those found; answers with the account. */
export async function connectWallet(id: string): Promise<Address> {
  const connector: Connector | undefined = getConnectors(config).find(({ uid }) => uid === id);
  if (!connector) throw new WalletError('missing');
  return asked(async () => {
    const { accounts } = await connect(config, { connector });
    return accounts[0];
  });
}

/** Takes up the wallet of the last visit. Some announce themselves late: it is waited for, for three seconds. */
export async function reconnectWallet(): Promise<void> {
  const last = await config.storage?.getItem('recentConnectorId');
  const isThere = (): boolean =>
    getConnectors(config).some(({ id }) => id === last && (id !== INJECTED || window.ethereum !== undefined));
  for (const ms of [60, 200, 500, 1_000, 1_240]) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (isThere()) break;
  }
  const connections = await reconnect(config).catch(() => []);
  if (connections.length === 0) setWallet({ status: 'none' });
}

export async function disconnectWallet(): Promise<void> {
  await disconnect(config).catch(() => undefined);
  setWallet({ status: 'none' });
}

/** Signs `message` as it stands (EIP-191). */
export const signText = (message: string, account: Address): Promise<Hex> =>
  asked(async () => {
    mustBe(account);
    return fullSignature(await signMessage(config, { message, account }));
  });

/** Sends `amount` (millionths) of `token` to `to` on `chainId`, switching the wallet's chain first; answers with the transaction's hash. */
export async function sendToken(transfer: {
  chainId: number;
  token: Address;
  to: Address;
  amount: bigint;
  /** 32 bytes behind the arguments, which the token ignores; null for none. */
  reference?: Hex | null;
}): Promise<Hex> {
  const { chainId, token, to, amount } = transfer;
  if (!config.chains.some((chain) => chain.id === chainId)) throw new OtherNetworkError('wrong_chain', chainId);
  await switchTo(chainId);
  const { connector, address: from } = getConnection(config);
  if (!connector) throw new WalletError('missing');
  const call = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, amount] });
  const data: Hex = `${call}${(transfer.reference ?? '0x').slice(2)}`;
  // Asked once and by this one name: libraries ask again by another where a wallet declines with an unusual code.
  const answer = await asked(async () =>
    provider.parse(await connector.getProvider()).request({
      method: 'eth_sendTransaction',
      params: [{ from, to: token, data, value: '0x0', chainId: numberToHex(chainId) }],
    }),
  );
  const read = readSendAnswer(answer);
  if (read.txHash === null) throw new WalletError('perhaps_sent', answer, read.perhaps);
  return read.txHash;
}

/** Which chain the wallet is on: asked anew, for some change it and tell nobody. */
const chainNow = async (): Promise<number | undefined> => getConnection(config).connector?.getChainId();

async function switchTo(chainId: number): Promise<void> {
  if ((await chainNow().catch(() => undefined)) === chainId) return;
  const ended = new AbortController();
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new OtherNetworkError('no_switch', chainId)), SWITCH_WITHIN_MS);
    ended.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  try {
    await asked(
      () => Promise.race([switchChain(config, { chainId }), late]),
      (cause) => new OtherNetworkError('wrong_chain', chainId, cause),
    );
    if ((await chainNow()) !== chainId) throw new OtherNetworkError('no_switch', chainId);
  } finally {
    ended.abort();
  }
}

function mustBe(account: Address): void {
  const now = getConnection(config).address;
  if (now?.toLowerCase() !== account.toLowerCase()) throw new WalletError('changed');
}

/** Runs what the person must agree to; a "no" is told apart from a failure. */
async function asked<T>(
  run: () => Promise<T>,
  failure = (cause: unknown): WalletError => new WalletError('failed', cause),
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof WalletError) throw error;
    throw isDecline(error) ? new WalletError('declined', error) : failure(error);
  }
}
