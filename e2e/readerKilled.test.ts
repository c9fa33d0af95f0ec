import { whyNoChain } from '@liqpass/testing/chain/anvil';
import { startLocalChain, type LocalChain, type LocalSafe } from '@liqpass/testing/chain/localChain';
import { meddledRpc, RawAnswer, type MeddledRpc } from '@liqpass/testing/chain/meddledRpc';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Pool } from 'pg';
import { parseAbiItem } from 'viem';
import { z } from 'zod';
import { brokenInvariants } from '../apps/liqpass-backend/test/brokenInvariants.ts';
import { ADMIN_KEY, startBackendProcess, type BackendProcess } from '../bench/support/backendProcess.ts';
import { withDatabase } from '../bench/support/checkDatabase.ts';
import { seeded } from '../bench/support/seeded.ts';

// Who reads the chain, as a process that is killed (-9) while it reads: what it has kept is whole up to its checkpoint each time,
// and whoever reads on, itself or another, ends with every transfer of the chain, each once.

const why = whyNoChain();
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const postgres = process.env['TEST_DATABASE_URL'];
/** Blocks that one question for logs spans: the backlog is some thirty ranges. */
const RANGE = 10;

type Moved = { readonly tx: string; readonly at: number; readonly block: number };
type Scene = { readonly chain: LocalChain; readonly safe: LocalSafe; readonly env: Record<string, string> };

async function openScene(t: TestContext): Promise<Scene> {
  const chain = await startLocalChain();
  t.after(() => chain.stop());
  const safe = await chain.newSafe();
  await chain.mint(safe.address, 100_000_000n);
  await chain.mine(3);
  const env = {
    WATCH_TREASURY: 'true',
    TREASURY_SAFE: safe.address,
    CHAIN_ID: String(chain.chainId),
    USDC_ADDRESS: chain.usdc,
    RPC_BLOCK_RANGE: String(RANGE),
    WATCH_FROM_BLOCK: String((await chain.client.getBlockNumber()) + 1n),
  };
  return { chain, safe, env };
}

/** Some three hundred blocks in which money comes and goes, several transfers to a block now and then. */
async function backlog({ chain, safe }: Scene, random: () => number): Promise<void> {
  const from = await chain.person('backlog', 1_000_000_000n);
  for (let at = 0; at < 40; at += 1) {
    await chain.mine(1 + Math.floor(random() * 12));
    if (at % 7 === 3)
      await safe.pay([1, 2, 3].map((each) => ({ to: chain.client.account.address, amount: BigInt(at * 10 + each) })));
    else await chain.transfer(from, safe.address, BigInt(1_000 + at));
  }
}

/** What the chain says moved, up to a block. */
async function movedUpTo({ chain, safe }: Scene, block: number): Promise<Moved[]> {
  const event = parseAbiItem('event Transfer(address indexed from, address indexed to, uint256 value)');
  const of = { address: chain.usdc, event, fromBlock: 0n, toBlock: BigInt(block) } as const;
  const logs = [
    ...(await chain.client.getLogs({ ...of, args: { to: safe.address } })),
    ...(await chain.client.getLogs({ ...of, args: { from: safe.address } })),
  ];
  return logs.map((log) => ({ tx: log.transactionHash, at: log.logIndex, block: Number(log.blockNumber) }));
}

const reader = z.object({ first_block: z.coerce.number(), last_block: z.coerce.number(), last_hash: z.string() });
const rowsOf = async <T>(pool: Pool, query: string, shape: z.ZodType<T>): Promise<T[]> =>
  z.array(shape).parse((await pool.query<Record<string, unknown>>(query)).rows);

/** The transfers that are kept are those of the chain up to the checkpoint, each once; answers where that is. */
async function assertWhole(pool: Pool, scene: Scene): Promise<number> {
  const [at] = await rowsOf(pool, 'select * from chain_readers', reader);
  assert.ok(at, 'somebody has begun to read');
  const kept = await rowsOf(
    pool,
    'select tx_hash as tx, log_index as at, block_number as block from chain_transfers',
    z.object({ tx: z.string(), at: z.coerce.number(), block: z.coerce.number() }),
  );
  const wanted = (await movedUpTo(scene, at.last_block)).filter((each) => each.block >= at.first_block);
  const listed = (all: readonly Moved[]): string[] =>
    all.map((each) => `${each.block} ${each.tx} ${each.at}`).toSorted();
  assert.deepEqual(listed(kept), listed(wanted), `up to block ${at.last_block}`);
  const [newest] = await rowsOf(
    pool,
    'select block_number as number, block_hash as hash from chain_checkpoints order by block_number desc limit 1',
    z.object({ number: z.coerce.number(), hash: z.string() }),
  );
  assert.deepEqual(newest, { number: at.last_block, hash: at.last_hash });
  const standing = await scene.chain.client.getBlock({ blockNumber: BigInt(at.last_block) });
  assert.equal(standing.hash, at.last_hash);
  assert.deepEqual(await brokenInvariants(pool), []);
  return at.last_block;
}

const standing = z.looseObject({
  last_block: z.number().nullable(),
  trouble: z.looseObject({ code: z.string() }).nullable(),
  difference_usdc: z.string().nullable(),
  books: z.looseObject({ block: z.number() }).nullable(),
});

/** Until the books of this backend balance at the final block, and nothing is in the way. */
async function untilRead(backend: BackendProcess, { chain }: Scene): Promise<void> {
  const head = Number(await chain.client.getBlockNumber());
  for (const deadline = performance.now() + 60_000; ; await pause(100)) {
    const answer = await fetch(`${backend.url}/admin/treasury`, { headers: { 'x-admin-key': ADMIN_KEY } });
    const said = standing.parse(await answer.json());
    if (said.last_block === head && said.trouble === null && (said.books?.block ?? 0) >= head - 2) {
      assert.equal(said.difference_usdc, null);
      return;
    }
    assert.ok(performance.now() < deadline, `not read to ${head} after 60 s: ${JSON.stringify(said)}`);
  }
}

/** Kills the backend, as it stands, at the n-th question that it asks from now on, or a moment behind it. */
function killAt(rpc: MeddledRpc, backend: BackendProcess, question: number, behindMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let asked = 0;
    rpc.meddle = () => {
      asked += 1;
      if (asked === question)
        void pause(behindMs)
          .then(() => backend.kill())
          .then(resolve, reject);
      return null;
    };
  });
}

async function databaseFor(t: TestContext): Promise<string | null> {
  if (postgres === undefined) return null;
  const name = `liqpass_reader_${Date.now()}_${Math.floor(performance.now() * 1_000)}`;
  const onServer = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: postgres });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await onServer(`create database ${name}`);
  t.after(() => onServer(`drop database if exists ${name} with (force)`));
  return Object.assign(new URL(postgres), { pathname: `/${name}` }).href;
}

async function killedAgainAndAgain(t: TestContext, databaseUrl: string | null): Promise<void> {
  const random = seeded(seed);
  t.diagnostic(`SEED=${seed}`);
  const scene = await openScene(t);
  const rpc = await meddledRpc(scene.chain.url);
  t.after(() => rpc.close());
  // Nothing is read before the backlog is there.
  const silent = (): RawAnswer => new RawAnswer(502, 'bad gateway');
  rpc.meddle = silent;
  const env = { ...scene.env, RPC_URL: rpc.url };
  const backend = await startBackendProcess({ databaseUrl, verifierUrl: 'http://127.0.0.1:9', env });
  t.after(() => backend.kill());
  await backlog(scene, random);
  await backend.kill();

  const look = <T>(at: (pool: Pool) => Promise<T>): Promise<T> =>
    withDatabase(databaseUrl ?? `embedded:${join(backend.directory, 'data/database')}`, at);
  const reached: number[] = [];
  for (let kill = 0; kill < 5; kill += 1) {
    // A range is some five to fifteen questions: it dies before, in and behind the third to eighth of them, or as it settles.
    const killed = killAt(rpc, backend, 20 + Math.floor(random() * 60), random() < 0.5 ? 0 : random() * 25);
    await backend.start().catch((error: unknown) => {
      if (backend.isRunning()) throw error;
    });
    await killed;
    reached.push(
      await look(async (pool) => {
        const at = await assertWhole(pool, scene);
        // As if the time of the lease had passed.
        await pool.query('update chain_readers set lease_holder = null, lease_until = null');
        return at;
      }),
    );
  }
  t.diagnostic(`killed with the checkpoint at ${reached.join(', ')}`);
  assert.ok(new Set(reached).size > 1, 'it read on between the kills');
  rpc.meddle = null;
  await backend.start();
  await untilRead(backend, scene);
  await backend.kill();
  await look((pool) => assertWhole(pool, scene));
}

async function anotherTakesOver(t: TestContext, databaseUrl: string): Promise<void> {
  const scene = await openScene(t);
  const rpcs = [await meddledRpc(scene.chain.url), await meddledRpc(scene.chain.url)] as const;
  for (const rpc of rpcs) t.after(() => rpc.close());
  const start = async (rpc: MeddledRpc): Promise<BackendProcess> => {
    const env = { ...scene.env, RPC_URL: rpc.url };
    const backend = await startBackendProcess({ databaseUrl, verifierUrl: 'http://127.0.0.1:9', env });
    t.after(() => backend.kill());
    return backend;
  };
  const first = await start(rpcs[0]);
  await scene.chain.mine(4);
  await untilRead(first, scene);
  const second = await start(rpcs[1]);
  const random = seeded(seed + 1);
  t.diagnostic(`SEED=${seed}`);
  let atOnce = 0;
  const taken = new Promise<number>((resolve) => {
    rpcs[1].meddle = (method) => {
      // Whoever is not the reader asks who the chain is, and no more.
      if (method === 'eth_getLogs') {
        if (first.isRunning()) atOnce += 1;
        resolve(performance.now());
      }
      return null;
    };
  });
  // It falls behind, and dies in the middle of what it catches up with.
  rpcs[0].meddle = () => new RawAnswer(502, 'bad gateway');
  await backlog(scene, random);
  await killAt(rpcs[0], first, 30, 0);
  const killedAt = performance.now();
  const seconds = ((await taken) - killedAt) / 1_000;
  t.diagnostic(`taken over after ${seconds.toFixed(1)} s`);
  assert.equal(atOnce, 0, 'two read at once');
  assert.ok(seconds < 30, `taken over after ${seconds} s`);
  await untilRead(second, scene);
  await withDatabase(databaseUrl, (pool) => assertWhole(pool, scene));
}

test(
  'kill -9 of the reader in mid-range: what is kept is whole up to its checkpoint, and no transfer is lost or there twice',
  { skip: why ?? false, timeout: 240_000 },
  (t) => killedAgainAndAgain(t, null),
);

if (postgres !== undefined) {
  test('the same on PostgreSQL', { skip: why ?? false, timeout: 240_000 }, async (t) =>
    killedAgainAndAgain(t, await databaseFor(t)),
  );
  test(
    'another backend reads on within 30 seconds of the kill, and not before',
    { skip: why ?? false, timeout: 240_000 },
    async (t) => {
      const databaseUrl = await databaseFor(t);
      assert.ok(databaseUrl !== null);
      await anotherTakesOver(t, databaseUrl);
    },
  );
}
