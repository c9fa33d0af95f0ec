import { defineChain, encodeFunctionData, erc20Abi, type Address, type Hex } from 'viem';
import { createConfig, unstable_connector, type Config, type Connector } from 'wagmi';
import {
  connect,
  disconnect,
  getConnection,
  getConnectors,
  reconnect,
  sendTransaction,
  signMessage,
  switchChain,
  watchConnection,
} from 'wagmi/actions';
import { injected } from 'wagmi/connectors';
import { setWallet, WalletError } from './walletStore.ts';

const ether = { name: 'Ether', symbol: 'ETH', decimals: 18 };
const base = defineChain({
  id: 8453,
  name: 'Base',
  nativeCurrency: ether,
  rpcUrls: { default: { http: ['https://mainnet.base.org'] } },
  blockExplorers: { default: { name: 'Basescan', url: 'https://basescan.org' } },
});
const local = defineChain({
  id: 31_337,
  name: 'Local',
  nativeCurrency: ether,
  rpcUrls: { default: { http: ['http://127.0.0.1:8545'] } },
});

// Every question goes through the wallet itself: our CSP allows no other host, and no third party's project id is needed.
const through = unstable_connector(injected);
const config: Config = createConfig({
  chains: [base, local],
  connectors: [],
  multiInjectedProviderDiscovery: true,
  transports: { [base.id]: through, [local.id]: through },
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

export type FoundWallet = { id: string; name: string; icon: string | null };
/** The wallets of this browser (EIP-6963), after giving them a moment to announce themselves. */
export async function findWallets(): Promise<FoundWallet[]> {
  await new Promise((resolve) => setTimeout(resolve, 60));
  return getConnectors(config).map(({ uid, name, icon }) => ({ id: uid, name, icon: icon ?? null }));
}

/** Connects one of findWallets(); answers with the account. */
export async function connectWallet(id: string): Promise<Address> {
  const connector: Connector | undefined = getConnectors(config).find(({ uid }) => uid === id);
  if (!connector) throw new WalletError('missing');
  return asked(async () => {
    const { accounts } = await connect(config, { connector });
    return accounts[0];
  });
}

export async function reconnectWallet(): Promise<void> {
  await findWallets();
  const connections = await reconnect(config).catch(() => []);
  if (connections.length === 0) setWallet({ status: 'none' });
}

export async function disconnectWallet(): Promise<void> {
  await disconnect(config).catch(() => undefined);
  setWallet({ status: 'none' });
}

/** Signs `message` as it stands (EIP-191). */
export const signText = (message: string, account: Address): Promise<Hex> =>
  asked(() => {
    mustBe(account);
    return signMessage(config, { message, account });
  });

/** Sends `amount` (millionths) of `token` to `to` on `chainId`, switching the wallet's chain first; answers with the transaction's hash. */
export async function sendToken(transfer: {
  chainId: number;
  token: Address;
  to: Address;
  amount: bigint;
}): Promise<Hex> {
  const { chainId, token, to, amount } = transfer;
  if (chainId !== base.id && chainId !== local.id) throw new WalletError('wrong_chain');
  if (getConnection(config).chainId !== chainId) await asked(() => switchChain(config, { chainId }), 'wrong_chain');
  return asked(() =>
    sendTransaction(config, {
      chainId,
      to: token,
      data: encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, amount] }),
      // Without it our node would be asked to estimate; the wallet does that itself.
      gas: null,
    }),
  );
}

function mustBe(account: Address): void {
  const now = getConnection(config).address;
  if (now?.toLowerCase() !== account.toLowerCase()) throw new WalletError('changed');
}

/** Runs what the person must agree to; a "no" is told apart from a failure. */
async function asked<T>(run: () => Promise<T>, otherwise: 'failed' | 'wrong_chain' = 'failed'): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof WalletError) throw error;
    throw new WalletError(isDecline(error) ? 'declined' : otherwise, error);
  }
}

/** EIP-1193's 4001, however deep the libraries wrapped it. */
function isDecline(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1)
    if (at.name === 'UserRejectedRequestError' || ('code' in at && at.code === 4001)) return true;
  return false;
}
