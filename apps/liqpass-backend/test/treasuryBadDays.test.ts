import { whyNoChain } from '@liqpass/testing/chain/anvil';
import type { LocalChain } from '@liqpass/testing/chain/localChain';
import { RawAnswer } from '@liqpass/testing/chain/meddledRpc';
import { transferData } from '@liqpass/testing/chain/safeOwners';
import { formatIso, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { dropLease, getChainReader } from '../src/db/treasury/chainReadersRepo.ts';
import { openWatch } from '../src/services/treasury/openWatch.ts';
import { LEASE_MS, watchTreasury } from '../src/services/treasury/watchTreasury.ts';
import { chainOfTests, chainShop, type ChainShop } from './chainShop.ts';
import { ADMIN_KEY, type Reply } from './harness.ts';
import { engine } from './testDatabase.ts';

describe(`bad days of the chain (${engine})`, { skip: whyNoChain() ?? false }, () => {
  let chain: LocalChain;
  let shop: ChainShop;
  before(async () => {
    chain = await chainOfTests();
    shop = await chainShop(chain, { watch: { blockRange: 50 } });
  });
  after(async () => {
    await shop.close();
    await chain.stop();
  });
  const buyer = (name: string): ReturnType<LocalChain['person']> => chain.person(name, 100_000_000n);
  const statusOf = async (id: string): Promise<string> => (await shop.readOrder(id)).status;
  type Ready = { ready: boolean; chain?: { trouble: string | null; lag_blocks: number; last_block: number } };
  /** /readyz once it says so: its answer is kept for a moment. */
  const chainIs = (of: ChainShop, trouble: string | null): Promise<Reply<Ready>> =>
    of.until(
      () => of.call<Ready>('GET', '/readyz'),
      ({ body }) => body.chain?.trouble === trouble,
    );
  const booked = async (): Promise<number> =>
    Number(
      (await sql<{ n: string }>`select count(*) as n from chain_transfers`.execute(shop.backend.ctx.db)).rows[0]?.n,
    );

  test('a reorg of 40 blocks: what did not count was never there, what counted is told and held, and nothing counts twice', async () => {
    const [counted, seen] = [await shop.bought(), await shop.bought()];
    const [from, another] = [await buyer('deep'), await buyer('deep seen')];
    await chain.mine(5);
    const paid = await shop.pay(from, counted.due);
    const raw = await chain.rpc('eth_getRawTransactionByHash', [paid.transactionHash]);
    for (let block = 0; block < 35; block += 5) await shop.settle(5);
    assert.equal(await statusOf(counted.id), 'SCHEDULED');
    await shop.pay(another, seen.due);
    await shop.tick();
    assert.equal((await shop.readOrder(seen.id)).payment.status, 'seen');
    await chain.reorg(40);
    assert.equal((await shop.tick()).trouble, null);
    assert.deepEqual(
      [(await shop.readOrder(seen.id)).payment.status, await statusOf(seen.id)],
      ['none', 'AWAITING_PAYMENT'],
    );
    const gone = await shop.readOrder(counted.id);
    assert.deepEqual([gone.status, gone.payment.status], ['SCHEDULED', 'none']);
    assert.ok(shop.logs.some((line) => line.includes('no longer on the chain')));
    await chain.rpc('eth_sendRawTransaction', [raw]);
    await shop.pay(another, seen.due);
    await shop.settle();
    assert.equal((await shop.settle()).trouble, null, 'the books balance');
    assert.deepEqual([await statusOf(counted.id), await statusOf(seen.id)], ['SCHEDULED', 'SCHEDULED']);
    assert.equal((await shop.readOrder(counted.id)).payment.status, 'final');
    const { body } = await shop.call<{ items: { purchase_order_id: string }[] }>('GET', '/admin/payouts?limit=200', {
      headers: { 'x-admin-key': ADMIN_KEY },
    });
    assert.deepEqual(body.items, [], 'nothing is owed back');
  });

  test('an hour down, then a backlog with a limit in its middle: each payment counts at its block’s time', async () => {
    const orders = [await shop.bought(), await shop.bought(), await shop.bought()];
    shop.rpc.meddle = () => new RawAnswer(502, 'bad gateway');
    const blocks: bigint[] = [];
    for (const { due } of orders) {
      const { blockNumber } = await shop.pay(await buyer(`backlog ${due}`), due);
      blocks.push(blockNumber);
      await chain.mine(200);
      shop.clock.advance(20 * MINUTE_MS);
      await chain.setNextTime(Math.ceil(shop.clock.now() / 1_000));
      assert.equal((await shop.tick()).trouble?.code, 'RPC_UNREACHABLE');
    }
    let asked = 0;
    shop.rpc.meddle = (method) =>
      method === 'eth_getLogs' && (asked += 1) > 8 ? new RawAnswer(429, 'slow down') : null;
    const lastRead = async (): Promise<number> =>
      (await getChainReader(shop.watch.db, shop.watch.watch.readerId))?.last.number ?? 0;
    const before = await lastRead();
    assert.equal((await shop.tick()).trouble?.code, 'RPC_RATE_LIMITED');
    assert.ok((await lastRead()) > before, 'what was read is kept');
    const ready = await chainIs(shop, 'RPC_RATE_LIMITED');
    assert.deepEqual([ready.status, ready.body.ready], [200, true]);
    assert.equal(ready.body.chain?.last_block, await lastRead());
    shop.rpc.meddle = null;
    assert.equal((await shop.tick()).trouble, null);
    for (const [at, { id }] of orders.entries()) {
      const order = await shop.readOrder(id);
      const { timestamp } = await chain.client.getBlock({ blockNumber: blocks[at] ?? 0n });
      assert.deepEqual(
        [order.payment.status, order.paid_at, order.refund_reason],
        ['final', formatIso(Number(timestamp) * 1_000), null],
      );
    }
    await chainIs(shop, null);
  });

  test('a provider that stands still is told, and makes the product no less ready', async () => {
    const still = await chainShop(chain, { twin: shop, watch: { headWithinMs: MINUTE_MS } });
    try {
      const head = await chain.rpc('eth_getBlockByNumber', ['latest', false]);
      still.rpc.meddle = (method, [which]) =>
        method === 'eth_getBlockByNumber' && which === 'latest' ? { result: head } : null;
      still.clock.advance(HOUR_MS);
      assert.equal((await still.tick()).trouble?.code, 'RPC_BEHIND');
      assert.equal((await chainIs(still, 'RPC_BEHIND')).status, 200);
      const metrics = await fetch(`${still.url}/metrics`);
      const text = await metrics.text();
      assert.match(text, /^liqpass_chain_trouble 1$/m);
      assert.match(text, /^liqpass_chain_last_block \d+$/m);
      assert.match(text, /^liqpass_chain_lag_blocks \d+$/m);
      assert.match(text, /^liqpass_chain_head_age_seconds [1-9]/m);
    } finally {
      await still.close();
    }
  });

  test('1,000 transfers in one block are all booked, and those of an order behind them are found', async () => {
    const before = await booked();
    const senders: Awaited<ReturnType<typeof buyer>>[] = [];
    for (let at = 0; at < 10; at += 1) senders.push(await buyer(`crowd ${at}`));
    const { id, due } = await shop.bought();
    const payer = await buyer('in the crowd');
    await chain.rpc('evm_setBlockGasLimit', ['0x3b9aca00']);
    await chain.rpc('evm_setAutomine', [false]);
    for (const account of senders) {
      const first = await chain.client.getTransactionCount({ address: account.address });
      await Promise.all(
        Array.from({ length: 100 }, (_, at) =>
          chain.client.sendTransaction({
            account,
            to: chain.usdc,
            data: transferData(shop.safe.address, BigInt(7_000 + at)),
            gas: 90_000n,
            nonce: first + at,
          }),
        ),
      );
    }
    await chain.mine(1);
    await chain.rpc('evm_setAutomine', [true]);
    await shop.pay(payer, due);
    const block = await chain.client.getBlock({ blockNumber: (await chain.client.getBlockNumber()) - 1n });
    assert.equal(block.transactions.length, 1_000);
    await shop.settle();
    assert.equal((await booked()) - before, 1_001);
    assert.equal(await statusOf(id), 'SCHEDULED');
    assert.equal((await shop.settle()).trouble, null, 'the books balance');
  });

  test('money in the last second of the time to pay buys cover, and in the next one it is owed back', async () => {
    for (const [late, expected] of [
      [-1, null],
      [0, 'PAID_AFTER_WINDOW'],
    ] as const) {
      const start = Math.max(Math.ceil(shop.clock.now() / 1_000), await chain.now()) * 1_000;
      const end = start + 2 * HOUR_MS;
      const { id, due } = await shop.bought({ coverageStartAt: formatIso(start), coverageEndAt: formatIso(end) });
      const from = await buyer('last second');
      await chain.setNextTime(end / 1_000 + late);
      await shop.pay(from, due);
      await shop.settle();
      const order = await shop.readOrder(id);
      assert.deepEqual([order.paid_at, order.refund_reason], [formatIso(end + late * 1_000), expected]);
    }
  });

  test('an order whose money cannot be counted keeps nobody else from being paid for, and is told', async () => {
    const [broken, fine] = [await shop.bought(), await shop.bought()];
    // No such quote is kept: the room that it would take cannot be written.
    await sql`update purchase_orders set quote_hash = ${`0x${'ab'.repeat(32)}`} where id = ${broken.id}`.execute(
      shop.backend.ctx.db,
    );
    await chain.mint(shop.safe.address, 1_000_000_000_000n);
    await shop.settle();
    await shop.until(
      () => shop.call<{ capital_usdc: string }>('GET', '/admin/treasury', { headers: { 'x-admin-key': ADMIN_KEY } }),
      ({ body }) => Number(body.capital_usdc) > 100_000,
    );
    await shop.pay(await buyer('broken'), broken.due, broken.reference);
    await shop.pay(await buyer('fine'), fine.due, fine.reference);
    await shop.settle();
    assert.equal((await shop.readOrder(fine.id)).payment.status, 'final');
    assert.equal((await shop.readOrder(broken.id)).paid_at, null);
    assert.ok(shop.logs.some((line) => line.includes('could not be counted')));
    await sql`update purchase_orders set quote_hash = null where id = ${broken.id}`.execute(shop.backend.ctx.db);
    await shop.settle();
    assert.equal((await shop.readOrder(broken.id)).payment.status, 'final', 'it was tried again');
  });

  test('two readers at once: one reads at a time, each transfer is booked once, and the other goes on', async () => {
    const { watch: settings, chain: on, treasurySafe } = shop.backend.ctx.settings;
    const opened = openWatch({ watch: settings, chain: on, treasurySafe });
    assert.ok(opened);
    const other = { ...shop.watch, watch: opened };
    const before = await booked();
    for (let round = 0; round < 4; round += 1) {
      await shop.pay(await buyer('two readers'), 5_000n + BigInt(round));
      await chain.mine(1);
      shop.clock.set(Math.max((await chain.now()) * 1_000 + 500, shop.clock.now()));
      const ticks = await Promise.all([watchTreasury(shop.watch), watchTreasury(other)]);
      assert.equal(ticks.filter((each) => each.reads).length, 1, JSON.stringify(ticks));
    }
    assert.equal((await booked()) - before, 4);
    await shop.pay(await buyer('two readers'), 5_999n);
    await chain.mine(1);
    shop.clock.advance(LEASE_MS + 1);
    assert.equal((await watchTreasury(other)).reads, true, 'the first has been silent');
    assert.equal((await watchTreasury(shop.watch)).reads, false);
    assert.equal((await booked()) - before, 5);
    await dropLease(shop.watch.db, shop.watch.watch.readerId, opened.holder);
    assert.equal((await shop.settle()).trouble, null);
  });
});
