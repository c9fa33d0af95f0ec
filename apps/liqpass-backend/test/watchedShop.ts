import { SECOND_MS } from '@liqpass/kernel/time';
import { meddledRpc } from '@liqpass/testing/chain/meddledRpc';
import { scriptedChain } from '@liqpass/testing/chain/scriptedChain';
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { getAddress } from 'viem/utils';
import { watchTreasury } from '../src/services/treasury/watchTreasury.ts';
import { testShop } from './shop.ts';

/** A shop whose money is seen on a scripted chain, which this test alone looks at. */
export async function watchedShop(t: TestContext, more: { readonly chainId?: number } = {}) {
  const timestamp = Math.floor(Date.now() / SECOND_MS) - 100;
  const chain = scriptedChain({ opening: 1_000_000_000_000n, timestamp, ...more });
  for (let at = 1; at <= 5; at += 1) chain.mine(timestamp + at * 2);
  const rpc = await meddledRpc(chain.rpc());
  t.after(() => rpc.close());
  const shop = await testShop(t, {
    role: 'all',
    treasurySafe: getAddress(chain.safe),
    chain: { chainId: chain.chainId, usdc: getAddress(chain.usdc), usdcName: 'USD Coin', usdcVersion: '2' },
    watch: {
      rpcUrls: [rpc.url],
      premiumFinality: 'safe',
      payoutFinality: 'finalized',
      fromBlock: null,
      blockRange: 100,
      headWithinMs: null,
      genesis: null,
      looksEveryMs: null,
    },
  });
  const { watch } = shop.backend.ctx;
  assert.ok(watch);
  const look = async (): Promise<void> => {
    watch.headsAtMs = 0;
    assert.equal((await watchTreasury({ ...shop.backend.ctx, watch })).trouble, null);
  };
  await look();
  return { shop, chain, look };
}
