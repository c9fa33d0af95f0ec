import {
  concat,
  encodeFunctionData,
  parseAbi,
  parseEther,
  toHex,
  type Address,
  type Hex,
  type TransactionReceipt,
} from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { askChain, startAnvil } from './anvil.ts';
import type { SafeVersion } from './artifacts.ts';
import { chainClient, localAccount, type ChainClient } from './chainClient.ts';
import { deploySafe, done, genesis, safeAddress, USDC_ABI } from './genesis.ts';
import { multiSendData, ownersTransaction, safeAbi, signedExecution, transferData } from './safeOwners.ts';
import type { OwnersTransaction } from './safeOwners.ts';

/** A Safe with its owners, whose keys we hold. */
export type LocalSafe = {
  readonly address: Address;
  readonly version: SafeVersion;
  /** Two of them sign. */
  readonly owners: readonly PrivateKeyAccount[];
  nonce(): Promise<bigint>;
  /** The calldata that executes this, signed by two owners. */
  sign(tx: OwnersTransaction): Promise<Hex>;
  /** Signs and executes, whatever comes of it inside. */
  execute(to: Address, data: Hex, more?: Partial<OwnersTransaction> & { gas?: bigint }): Promise<TransactionReceipt>;
  /** What Safe's Transaction Builder makes of our batch file: one transfer each, through MultiSendCallOnly. */
  pay(payments: readonly { to: Address; amount: bigint }[]): Promise<TransactionReceipt>;
};

export type LocalChain = {
  readonly url: string;
  readonly chainId: number;
  readonly client: ChainClient;
  readonly usdc: Address;
  newSafe(options?: { version?: SafeVersion; singleton?: 'SafeL2' | 'Safe' }): Promise<LocalSafe>;
  /** Somebody with gas, and this much USDC (millionths). */
  person(name: string, amount?: bigint): Promise<PrivateKeyAccount>;
  mint(to: Address, amount: bigint): Promise<TransactionReceipt>;
  /** USDC.transfer from a wallet; `reference` goes behind the arguments. */
  transfer(from: PrivateKeyAccount, to: Address, amount: bigint, reference?: Hex): Promise<TransactionReceipt>;
  /** What the issuer of USDC may do: pause, unpause, blacklist, unBlacklist. */
  issuer(functionName: string, args?: readonly unknown[]): Promise<TransactionReceipt>;
  balanceOf(address: Address): Promise<bigint>;
  mine(blocks: number): Promise<void>;
  /** Seconds since 1970 of the latest block. */
  now(): Promise<number>;
  /** The next block has this time. */
  setNextTime(seconds: number): Promise<void>;
  /**
   * Replaces the last blocks by as many empty ones; the transactions that were in them are gone. `again` sends them once
   * more, so that they come into a later block.
   */
  reorg(depth: number, options?: { again?: boolean }): Promise<void>;
  rpc(method: string, params?: readonly unknown[]): Promise<unknown>;
  stop(): Promise<void>;
};

/** A chain with the real contracts of USDC and Safe on it, and nobody else. */
export async function startLocalChain(
  options: { chainId?: number; port?: number; blocksInEpoch?: number; versions?: readonly SafeVersion[] } = {},
): Promise<LocalChain> {
  const { chainId = 31_337, versions = ['1.4.1'], port, blocksInEpoch = 1 } = options;
  const anvil = await startAnvil({ chainId, blocksInEpoch, ...(port === undefined ? {} : { port }) });
  try {
    const client = chainClient(anvil.url, chainId);
    const { usdc } = await genesis(client, versions);
    return aroundChain(anvil.url, chainId, client, usdc, () => anvil.stop());
  } catch (error) {
    await anvil.stop();
    throw error;
  }
}

function aroundChain(
  url: string,
  chainId: number,
  client: ChainClient,
  usdc: Address,
  stop: () => Promise<void>,
): LocalChain {
  let safes = 0n;
  const rpc = (method: string, params: readonly unknown[] = []): Promise<unknown> => askChain(url, method, params);
  const mint = (to: Address, amount: bigint): Promise<TransactionReceipt> =>
    done(client, client.writeContract({ address: usdc, abi: USDC_ABI, functionName: 'mint', args: [to, amount] }));
  const mine = async (blocks: number): Promise<void> => void (await rpc('anvil_mine', [toHex(blocks)]));

  async function newSafe(chosen: { version?: SafeVersion; singleton?: 'SafeL2' | 'Safe' } = {}): Promise<LocalSafe> {
    const { version = '1.4.1', singleton = 'SafeL2' } = chosen;
    const owners = ['owner 1', 'owner 2', 'owner 3'].map(localAccount);
    const salt = (safes += 1n);
    const address = await deploySafe(
      client,
      owners.map((owner) => owner.address),
      2,
      { version, singleton, salt },
    );
    const nonce = (): Promise<bigint> => client.readContract({ address, abi: safeAbi, functionName: 'nonce' });
    const sign = (tx: OwnersTransaction): Promise<Hex> => signedExecution(chainId, address, tx, owners.slice(0, 2));
    const execute: LocalSafe['execute'] = async (to, data, { gas = 3_000_000n, ...more } = {}) => {
      const signed = await sign(ownersTransaction(to, data, await nonce(), more));
      return client.waitForTransactionReceipt({
        hash: await client.sendTransaction({ to: address, data: signed, gas }),
      });
    };
    const pay: LocalSafe['pay'] = (payments) =>
      execute(
        safeAddress(version, 'MultiSendCallOnly'),
        multiSendData(payments.map(({ to, amount }) => ({ to: usdc, data: transferData(to, amount) }))),
        { operation: 1, gas: 200_000n + 80_000n * BigInt(payments.length) },
      );
    return { address, version, owners, nonce, sign, execute, pay };
  }

  async function reorg(depth: number, { again = false }: { again?: boolean } = {}): Promise<void> {
    const latest = await client.getBlockNumber();
    const raw: Hex[] = [];
    if (again)
      for (let number = latest - BigInt(depth) + 1n; number <= latest; number += 1n) {
        const { transactions } = await client.getBlock({ blockNumber: number });
        for (const hash of transactions) raw.push((await rpc('eth_getRawTransactionByHash', [hash])) as Hex);
      }
    await rpc('anvil_reorg', [depth, []]);
    for (const serializedTransaction of raw) await done(client, client.sendRawTransaction({ serializedTransaction }));
  }

  return {
    url,
    chainId,
    client,
    usdc,
    newSafe,
    async person(name, amount = 0n) {
      const account = localAccount(name);
      await client.setBalance({ address: account.address, value: parseEther('100') });
      if (amount > 0n) await mint(account.address, amount);
      return account;
    },
    mint,
    transfer: (from, to, amount, reference = '0x') =>
      done(
        client,
        client.sendTransaction({
          account: from,
          to: usdc,
          data: concat([transferData(to, amount), reference]),
          gas: 120_000n,
        }),
      ),
    issuer: (functionName, args = []) =>
      done(
        client,
        client.sendTransaction({ to: usdc, data: encodeFunctionData({ abi: USDC_ABI, functionName, args }) }),
      ),
    balanceOf: (address) =>
      client.readContract({
        address: usdc,
        abi: parseAbi(['function balanceOf(address) view returns (uint256)']),
        functionName: 'balanceOf',
        args: [address],
      }),
    mine,
    now: async () => Number((await client.getBlock()).timestamp),
    setNextTime: async (seconds) => void (await rpc('evm_setNextBlockTimestamp', [seconds])),
    reorg,
    rpc,
    stop,
  };
}
