import { paymentReference } from '@liqpass/chain/paymentReference';
import type { Hex } from '@liqpass/chain/hex';
import { startLocalChain, type LocalChain, type LocalSafe } from '@liqpass/testing/chain/localChain';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PrivateKeyAccount } from 'viem/accounts';
import type { WatchContext } from '../src/services/treasury/treasuryContext.ts';
import { watchTreasury, type Tick } from '../src/services/treasury/watchTreasury.ts';
import type { WatchSettings } from '../src/services/chainSettings.ts';
import type { testDatabase } from './testDatabase.ts';
import { APPLICATION, newOrdId, testBackend, type TestBackend } from './harness.ts';

/** What an RPC does to a question instead of passing it on; null: it passes it on. */
export type Meddle = (method: string, params: unknown[]) => unknown;
export type MeddledRpc = { readonly url: string; meddle: Meddle | null; close(): Promise<void> };
/** Answers with this HTTP status and text. */
export class RawAnswer {
  readonly status: number;
  readonly text: string;
  constructor(status: number, text: string) {
    this.status = status;
    this.text = text;
  }
}

/** An RPC in front of the chain that a test can make lag, lie or fail. */
export async function meddledRpc(chain: LocalChain): Promise<MeddledRpc> {
  const rpc: { meddle: Meddle | null } = { meddle: null };
  const body = async (request: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    return text;
  };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await body(request);
    const { id, method, params } = JSON.parse(text) as { id: number; method: string; params: unknown[] };
    let said: unknown;
    try {
      said = (await rpc.meddle?.(method, params)) ?? null;
    } catch (error) {
      said = { error: { code: -32_000, message: String(error) } };
    }
    if (said instanceof RawAnswer) {
      response.statusCode = said.status;
      response.end(said.text);
    } else if (said !== null) {
      response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(said as object) }));
    } else {
      const passed = await fetch(chain.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: text,
      });
      response.end(await passed.text());
    }
  }
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get meddle() {
      return rpc.meddle;
    },
    set meddle(meddle) {
      rpc.meddle = meddle;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

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
  const rpc = await meddledRpc(chain);
  const second = options.twoRpcs === true ? await meddledRpc(chain) : null;
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
