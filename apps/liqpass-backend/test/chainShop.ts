import { paymentReference } from '@liqpass/chain/paymentReference';
import type { Hex } from '@liqpass/chain/hex';
import { startLocalChain, type LocalChain, type LocalSafe } from '@liqpass/testing/chain/localChain';
import { meddledRpc, type MeddledRpc } from '@liqpass/testing/chain/meddledRpc';
import type { PrivateKeyAccount } from 'viem/accounts';
import type { WatchContext } from '../src/services/treasury/treasuryContext.ts';
import { watchTreasury, type Tick } from '../src/services/treasury/watchTreasury.ts';
import type { WatchSettings } from '../src/services/chainSettings.ts';
import type { testDatabase } from './testDatabase.ts';
import { APPLICATION, newOrdId, testBackend, type TestBackend } from './harness.ts';

export type ChainShop = TestBackend & {
  readonly chain: LocalChain;
  readonly safe: LocalSafe;
  readonly rpc: MeddledRpc;
  readonly second: MeddledRpc | null;
  readonly watch: WatchContext;
  /** One look at the chain. */
  tick(): Promise<Tick>;
  /** So many blocks, so that what is there becomes safe or final, and a look. */
  settle(blocks?: number): Promise<Tick>;
  /** An order that is bound: its id, what is due, and its reference. */
  bought(more?: Record<string, unknown>): Promise<{ id: string; due: bigint; reference: Hex }>;
  pay(from: PrivateKeyAccount, amount: bigint, reference?: Hex): ReturnType<LocalChain['transfer']>;
};

/** A backend that watches a treasury of its own on a chain with the real contracts; a test says when it looks. */
export async function chainShop(
  chain: LocalChain,
  options: {
    twoRpcs?: boolean;
    watch?: Partial<WatchSettings>;
    twin?: ChainShop;
    database?: Awaited<ReturnType<typeof testDatabase>>;
  } = {},
): Promise<ChainShop> {
  const safe = options.twin?.safe ?? (await chain.newSafe());
  const rpc = await meddledRpc(chain.url);
  const second = options.twoRpcs === true ? await meddledRpc(chain.url) : null;
  await chain.mine(3);
  const settings: WatchSettings = {
    rpcUrls: second ? [rpc.url, second.url] : [rpc.url],
    premiumFinality: 'safe',
    payoutFinality: 'finalized',
    fromBlock: null,
    blockRange: 2_000,
    headWithinMs: null,
    genesis: null,
    // A test says when it looks.
    looksEveryMs: null,
    ...options.watch,
  };
  const on = { chainId: chain.chainId, usdc: chain.usdc, usdcName: 'USD Coin', usdcVersion: '2' };
  const backend = await testBackend(
    { role: 'all', treasurySafe: safe.address, chain: on, watch: settings },
    options.database,
  );
  const opened = backend.backend.ctx.watch;
  if (opened === null) throw new Error('it is watched');
  const watch: WatchContext = { ...backend.backend.ctx, watch: opened };
  const tick = async (): Promise<Tick> => {
    // The test's clock is the chain's.
    backend.clock.set(Math.max((await chain.now()) * 1_000 + 500, backend.clock.now()));
    opened.headsAtMs = 0;
    return watchTreasury(watch);
  };
  await tick();
  const close = backend.close.bind(backend);
  return {
    ...backend,
    chain,
    safe,
    rpc,
    second,
    watch,
    tick,
    async settle(blocks = 3) {
      await chain.mine(blocks);
      return tick();
    },
    async bought(more = {}) {
      const id = await backend.order({ ...APPLICATION, chainId: chain.chainId, ...more });
      await backend.bind(id, newOrdId());
      const order = await backend.readOrder(id);
      return {
        id,
        due: BigInt(order.amount_due_usdc.replace('.', '').padEnd(7, '0')),
        reference: paymentReference(id),
      };
    },
    pay: (from, amount, reference) => chain.transfer(from, safe.address, amount, reference),
    async close() {
      await close();
      await rpc.close();
      await second?.close();
    },
  };
}

export const chainOfTests = (): Promise<LocalChain> => startLocalChain();
