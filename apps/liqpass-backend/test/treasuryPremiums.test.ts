import { whyNoChain } from '@liqpass/testing/chain/anvil';
import { safeAddress } from '@liqpass/testing/chain/genesis';
import type { LocalChain } from '@liqpass/testing/chain/localChain';
import { RawAnswer } from '@liqpass/testing/chain/meddledRpc';
import { multiSendData } from '@liqpass/testing/chain/safeOwners';
import { formatUsdc, usdc } from '@liqpass/kernel/money';
import { DAY_MS, formatIso, HOUR_MS } from '@liqpass/kernel/time';
import type { PayoutAnswer } from '@liqpass/api/payouts';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { encodeFunctionData, parseAbi } from 'viem';
import { chainShop, chainOfTests, type ChainShop } from './chainShop.ts';
import { ADMIN_KEY, APPLICATION } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';

describe(`premiums that the chain shows (${engine})`, { skip: whyNoChain() ?? false }, () => {
  let chain: LocalChain;
  let shop: ChainShop;
  before(async () => {
    chain = await chainOfTests();
    shop = await chainShop(chain);
  });
  after(async () => {
    await shop.close();
    await chain.stop();
  });
  const buyer = (name: string): ReturnType<LocalChain['person']> => chain.person(name, 100_000_000n);
  const owedBack = async (orderId: string): Promise<PayoutAnswer[]> => {
    const { body } = await shop.call<{ items: PayoutAnswer[] }>('GET', '/admin/payouts?limit=200', {
      headers: { 'x-admin-key': ADMIN_KEY },
    });
    return body.items.filter((each) => each.purchase_order_id === orderId);
  };

  test('a payment of the amount due is seen at once, and covers once it is safe, at the time of its block', async () => {
    const { id, due, reference } = await shop.bought();
    const fresh = await shop.readOrder(id);
    assert.equal(fresh.premium_amount_usdc, '1.00');
    assert.ok(due < 1_000_000n && due > 990_000n && due % 100n === 0n, String(due));
    assert.equal(fresh.payment_reference, reference);
    assert.deepEqual(fresh.payment, { status: 'none', tx_hash: null, block_number: null });
    const paid = await shop.pay(await buyer('exact'), due);
    await shop.tick();
    const seen = await shop.readOrder(id);
    assert.deepEqual(seen.payment, {
      status: 'seen',
      tx_hash: paid.transactionHash,
      block_number: Number(paid.blockNumber),
    });
    assert.equal(seen.paid_at, null);
    await shop.settle();
    const order = await shop.readOrder(id);
    assert.equal(order.payment.status, 'final');
    const block = await chain.client.getBlock({ blockNumber: paid.blockNumber });
    assert.equal(Date.parse(order.paid_at ?? ''), Number(block.timestamp) * 1_000);
    assert.equal(order.status, 'SCHEDULED');
    assert.equal(order.payment_tx_hash, paid.transactionHash);
    assert.deepEqual(await owedBack(id), []);
  });

  test('the reference tells an order whatever the amount, and what is too much is owed back', async () => {
    const { id, due, reference } = await shop.bought();
    await shop.pay(await buyer('over'), due + 2_000_000n, reference);
    await shop.settle();
    assert.equal((await shop.readOrder(id)).status, 'SCHEDULED');
    const owed = await owedBack(id);
    assert.deepEqual(
      owed.map((each) => [each.kind, each.amount_usdc]),
      [['excess', '2.00']],
    );
  });

  test('a short payment is due back, until what is missing comes before the deadline', async () => {
    const { id, due, reference } = await shop.bought();
    const from = await buyer('short');
    await shop.pay(from, due - 400_000n, reference);
    await shop.settle();
    const short = await shop.readOrder(id);
    assert.deepEqual([short.status, short.refund_reason], ['REFUND_DUE', 'PAID_SHORT']);
    assert.deepEqual(
      (await owedBack(id)).map((each) => each.kind),
      ['refund'],
    );
    await shop.pay(from, 400_000n, reference);
    await shop.settle();
    const order = await shop.readOrder(id);
    assert.deepEqual([order.status, order.refund_reason], ['SCHEDULED', null]);
    assert.equal(order.paid_amount_usdc, formatUsdc(usdc(due)));
    assert.deepEqual(await owedBack(id), []);
  });

  test('a top-up of a short payment whose refund is approved comes too late, and is owed back too', async () => {
    const { id, due, reference } = await shop.bought({ payoutAddress: (await buyer('late top-up')).address });
    const from = await buyer('late top-up');
    await shop.pay(from, due - 1n, reference);
    await shop.settle();
    const [refund] = await owedBack(id);
    const approved = await shop.admin(`/admin/payouts/${refund?.id}/approve`);
    assert.equal(approved.status, 200);
    await shop.pay(from, 1n, reference);
    await shop.settle();
    assert.equal((await shop.readOrder(id)).status, 'REFUND_DUE');
    const owed = Object.fromEntries((await owedBack(id)).map((each) => [each.kind, each.amount_usdc]));
    assert.deepEqual(owed, { excess: '0.000001', refund: formatUsdc(usdc(due - 1n)) });
  });

  test('a top-up of a short payment whose OKX order went to another is owed back, and so is what was short', async () => {
    const payoutAddress = (await buyer('released')).address;
    const { id, due, reference } = await shop.bought({ payoutAddress });
    const from = await buyer('released');
    await shop.pay(from, due - 400_000n, reference);
    await shop.settle();
    const { okx_meta_json: okx } = await shop.readOrder(id);
    const other = await shop.order({ ...APPLICATION, chainId: chain.chainId });
    assert.equal((await shop.bind(other, okx?.ordId ?? '')).status, 200);
    await shop.pay(from, 400_000n, reference);
    await shop.settle();
    assert.equal((await shop.readOrder(id)).refund_reason, 'PAID_SHORT');
    const owed = Object.fromEntries((await owedBack(id)).map((each) => [each.kind, each.amount_usdc]));
    assert.deepEqual(owed, { excess: '0.40', refund: formatUsdc(usdc(due - 400_000n)) });
  });

  test('a payment marked short by hand is the transfer of that amount, and is owed back once', async () => {
    const { id, due, reference } = await shop.bought({ payoutAddress: (await buyer('short by hand')).address });
    const premiumAmountUsdc = formatUsdc(usdc(due - 400_000n));
    assert.equal((await shop.markPaid(id, { premiumAmountUsdc })).status, 200);
    const paid = await shop.pay(await buyer('short by hand'), due - 400_000n, reference);
    await shop.settle();
    assert.equal((await shop.readOrder(id)).payment_tx_hash, paid.transactionHash);
    const owed = (await owedBack(id)).map((each) => [each.kind, each.amount_usdc]);
    assert.deepEqual(owed, [['refund', premiumAmountUsdc]]);
  });

  test('a second full payment is owed back whole, also when both come in one block', async () => {
    const { id, due, reference } = await shop.bought();
    const from = await buyer('double');
    await shop.pay(from, due, reference);
    await shop.pay(from, due, reference);
    await shop.settle();
    assert.equal((await shop.readOrder(id)).status, 'SCHEDULED');
    assert.deepEqual(
      (await owedBack(id)).map((each) => [each.kind, each.amount_usdc]),
      [['excess', formatUsdc(usdc(due))]],
    );
    await shop.pay(from, due, reference);
    await shop.settle();
    assert.equal((await owedBack(id)).length, 2);
  });

  test('one transaction of an exchange pays several orders, each by its own log', async () => {
    const orders = [await shop.bought(), await shop.bought()];
    const exchange = await buyer('exchange');
    const multiSend = safeAddress('1.4.1', 'MultiSendCallOnly');
    const abi = parseAbi([
      'function approve(address,uint256) returns (bool)',
      'function transferFrom(address,address,uint256) returns (bool)',
    ]);
    const sent = async (to: `0x${string}`, data: `0x${string}`): Promise<void> => {
      const hash = await chain.client.sendTransaction({ account: exchange, to, data, gas: 500_000n });
      assert.equal((await chain.client.waitForTransactionReceipt({ hash })).status, 'success');
    };
    await sent(chain.usdc, encodeFunctionData({ abi, functionName: 'approve', args: [multiSend, 10n ** 12n] }));
    const pulls = orders.map(({ due }) => ({
      to: chain.usdc,
      data: encodeFunctionData({ abi, functionName: 'transferFrom', args: [exchange.address, shop.safe.address, due] }),
    }));
    await sent(multiSend, multiSendData(pulls));
    await shop.settle();
    for (const { id } of orders) {
      const order = await shop.readOrder(id);
      assert.deepEqual([order.status, order.payment.status], ['SCHEDULED', 'final']);
    }
  });

  test('a payment of nothing, and one of another token, is no payment', async () => {
    const { id, reference } = await shop.bought();
    await shop.pay(await buyer('poisoner'), 0n, reference);
    await shop.settle();
    assert.equal((await shop.readOrder(id)).payment.status, 'none');
  });

  test('money that nothing tells is nobody’s, and changes no order', async () => {
    const { id } = await shop.bought();
    await shop.pay(await buyer('stranger'), 123_456n);
    await shop.settle();
    assert.equal((await shop.readOrder(id)).payment.status, 'none');
  });

  test('what is not safe yet is undone by a reorg, and comes again under another log', async () => {
    for (const depth of [1, 2]) {
      const { id, due } = await shop.bought();
      const from = await buyer(`reorg ${depth}`);
      await chain.rpc('anvil_mine', ['0x1']);
      const paid = await shop.pay(from, due);
      await shop.tick();
      assert.equal((await shop.readOrder(id)).payment.status, 'seen');
      if (depth === 2) await chain.mine(1);
      await chain.reorg(depth);
      await shop.tick();
      assert.deepEqual((await shop.readOrder(id)).payment, { status: 'none', tx_hash: null, block_number: null });
      const again = await shop.pay(from, due);
      assert.notEqual(again.transactionHash, undefined);
      await shop.settle();
      const order = await shop.readOrder(id);
      assert.deepEqual([order.status, order.payment.tx_hash], ['SCHEDULED', again.transactionHash]);
      assert.ok(paid.blockNumber < again.blockNumber);
    }
  });

  test('a premium that vanishes after it counted is told and held, and healed when it is there again', async () => {
    const { id, due } = await shop.bought();
    const { transactionHash } = await shop.pay(await buyer('vanished'), due);
    const raw = await chain.rpc('eth_getRawTransactionByHash', [transactionHash]);
    await shop.settle(3);
    assert.equal((await shop.readOrder(id)).payment.status, 'final');
    await chain.reorg(4);
    const looked = await shop.tick();
    assert.equal(looked.trouble, null);
    const order = await shop.readOrder(id);
    assert.equal(order.status, 'SCHEDULED', 'what was acknowledged is not taken back by a reorg');
    assert.equal(order.payment.status, 'none');
    assert.ok(shop.logs.some((line) => line.includes('no longer on the chain')));
    // Its sender sends it again: the very same transaction, in another block.
    await chain.rpc('eth_sendRawTransaction', [raw]);
    await shop.settle();
    assert.deepEqual((await shop.readOrder(id)).payment.status, 'final');
    assert.deepEqual(await owedBack(id), []);
  });

  test('a claim whose premium vanished is on hold, and cannot be approved until somebody has looked at it', async () => {
    const start = shop.clock.now() - HOUR_MS;
    const { id, due } = await shop.bought({
      coverageStartAt: formatIso(start),
      coverageEndAt: formatIso(start + DAY_MS),
    });
    await shop.pay(await buyer('vanished under a claim'), due);
    await shop.settle(3);
    shop.verifier.script(() => liquidated(shop.clock.now() - 1));
    const { body: filed } = await shop.claim(id);
    assert.equal(filed.status, 'VERIFIED_PENDING_REVIEW');
    assert.ok(filed.claimId);
    assert.deepEqual((await shop.readClaim(filed.claimId)).hold_reasons, []);
    await chain.reorg(4);
    assert.equal((await shop.tick()).trouble, null);
    assert.deepEqual((await shop.readClaim(filed.claimId)).hold_reasons, ['PREMIUM_VANISHED']);
    const refused = await shop.admin(`/admin/claims/${filed.claimId}/approve`);
    assert.deepEqual([refused.status, refused.body.error], [409, 'CLAIM_ON_HOLD']);
    await shop.tick();
    const held = (await shop.readClaim(filed.claimId)).audit.filter((row) => row.action === 'hold');
    assert.deepEqual(
      held.map((row) => [row.actor, row.why]),
      [['chain', 'the premium is no longer on the chain']],
    );
  });

  test('an operator who marks by hand in the moment of the reader makes one payment with it', async () => {
    const { id, due } = await shop.bought();
    const paid = await shop.pay(await buyer('both'), due);
    await chain.mine(3);
    const [marked] = await Promise.all([shop.markPaid(id, { txHash: paid.transactionHash }), shop.tick()]);
    assert.ok([200, 202, 409].includes(marked.status), JSON.stringify(marked.body));
    await shop.settle();
    assert.equal((await shop.readOrder(id)).status, 'SCHEDULED');
    assert.deepEqual(await owedBack(id), []);
  });

  test('marked by hand without a hash, the chain’s transfer is that payment and no second one', async () => {
    const { id, due } = await shop.bought();
    const paid = await shop.pay(await buyer('by hand'), due);
    await shop.tick();
    assert.equal((await shop.markPaid(id)).status, 200);
    await shop.settle();
    assert.equal((await shop.readOrder(id)).payment_tx_hash, paid.transactionHash);
    assert.deepEqual(await owedBack(id), []);
  });

  test('the books balance after all of it', async () => {
    const tick = await shop.settle();
    assert.equal(tick.trouble, null);
  });
});

describe(`a provider that is not to be believed (${engine})`, { skip: whyNoChain() ?? false }, () => {
  let chain: LocalChain;
  let shop: ChainShop;
  before(async () => {
    chain = await chainOfTests();
    shop = await chainShop(chain, { twoRpcs: true, watch: { blockRange: 50 } });
  });
  after(async () => {
    await shop.close();
    await chain.stop();
  });

  async function ordered(): Promise<{ id: string; due: bigint }> {
    return shop.bought();
  }
  const paidBy = async (name: string, due: bigint): Promise<void> =>
    void (await shop.pay(await chain.person(name, 10_000_000n), due));
  const statusOf = async (id: string): Promise<string> => (await shop.readOrder(id)).status;

  test('down, rate-limited, or HTML: nothing is believed, nothing is lost', async () => {
    const { id, due } = await ordered();
    await paidBy('a', due);
    await chain.mine(120);
    for (const [answer, trouble] of [
      [new RawAnswer(429, 'slow down'), 'RPC_RATE_LIMITED'],
      [new RawAnswer(200, '<html>sign in</html>'), 'RPC_ANSWERS_NONSENSE'],
      [new RawAnswer(502, 'bad gateway'), 'RPC_UNREACHABLE'],
    ] as const) {
      shop.rpc.meddle = () => answer;
      assert.equal((await shop.tick()).trouble?.code, trouble);
    }
    shop.rpc.meddle = null;
    assert.equal((await shop.tick()).trouble, null);
    assert.equal(await statusOf(id), 'SCHEDULED');
  });

  test('another chain in mid-course undoes nothing', async () => {
    const { id, due } = await ordered();
    await paidBy('b', due);
    await shop.settle();
    shop.rpc.meddle = (method) => (method === 'eth_chainId' ? { result: '0x1' } : null);
    shop.watch.watch.identified = false;
    assert.equal((await shop.tick()).trouble?.code, 'WRONG_CHAIN');
    shop.rpc.meddle = null;
    assert.equal((await shop.tick()).trouble, null);
    assert.equal(await statusOf(id), 'SCHEDULED');
  });

  test('a member that is behind stops the reader where it is', async () => {
    const behind = await chain.rpc('eth_getBlockByNumber', ['latest', false]);
    const { id, due } = await ordered();
    await paidBy('c', due);
    await shop.settle();
    shop.rpc.meddle = (method, [which]) =>
      method === 'eth_getBlockByNumber' && which === 'latest' ? { result: behind } : null;
    assert.equal((await shop.tick()).trouble?.code, 'RPC_BEHIND');
    shop.rpc.meddle = null;
    assert.equal((await shop.tick()).trouble, null);
    assert.equal(await statusOf(id), 'SCHEDULED');
  });

  test('a range that is refused is asked for in smaller pieces', async () => {
    const { id, due } = await ordered();
    await paidBy('d', due);
    await chain.mine(60);
    shop.rpc.meddle = (method, [filter]) => {
      if (method !== 'eth_getLogs') return null;
      const { fromBlock, toBlock } = filter as { fromBlock: string; toBlock: string };
      return Number(toBlock) - Number(fromBlock) > 4
        ? { error: { code: -32_005, message: 'query returned more than 10000 results' } }
        : null;
    };
    assert.equal((await shop.tick()).trouble, null);
    shop.rpc.meddle = null;
    assert.equal(await statusOf(id), 'SCHEDULED');
  });

  test('a log list that is empty though it should not be is found by the balance, and read from the second RPC', async () => {
    const { id, due } = await ordered();
    await paidBy('e', due);
    shop.rpc.meddle = (method) => (method === 'eth_getLogs' ? { result: [] } : null);
    await shop.settle();
    shop.rpc.meddle = null;
    await shop.settle();
    assert.equal((await shop.settle()).trouble, null);
    assert.equal(await statusOf(id), 'SCHEDULED');
  });

  test('a log that the second RPC does not show makes no cover', async () => {
    const { id, due } = await ordered();
    await paidBy('f', due);
    if (shop.second)
      shop.second.meddle = (method) => (method === 'eth_getTransactionReceipt' ? { result: null } : null);
    assert.equal((await shop.settle()).trouble?.code, 'RPCS_DISAGREE');
    assert.equal(await statusOf(id), 'AWAITING_PAYMENT');
    if (shop.second) shop.second.meddle = null;
    assert.equal((await shop.tick()).trouble, null);
    assert.equal(await statusOf(id), 'SCHEDULED');
  });

  test('a log of a block that is not the one at its number stops the reader', async () => {
    const { id, due } = await ordered();
    await paidBy('g', due);
    let lies = true;
    shop.rpc.meddle = async (method, params) => {
      if (!lies || method !== 'eth_getLogs') return null;
      const logs = (await chain.rpc(method, params)) as { blockHash: string }[];
      return { result: logs.map((log) => ({ ...log, blockHash: `0x${'12'.repeat(32)}` })) };
    };
    assert.equal((await shop.settle()).trouble?.code, 'CHAIN_MOVED');
    lies = false;
    assert.equal((await shop.tick()).trouble, null);
    assert.equal(await statusOf(id), 'SCHEDULED');
  });

  for (const whose of ['an order', 'nobody'] as const)
    test(`a transfer that only the first RPC ever showed, of ${whose}, is dropped once both deny it`, async () => {
      const [invented, real] = [await ordered(), await ordered()];
      const paid = await shop.pay(await chain.person(`real ${whose}`, 10_000_000n), real.due);
      const fake = `0x${(whose === 'nobody' ? 'fa' : 'fe').repeat(32)}`;
      const amount = whose === 'nobody' ? 77_000_000n : invented.due;
      const ofFake = (value: object): object => ({ ...value, hash: fake, transactionHash: fake });
      const logOf = (log: object): object => ({
        ...log,
        transactionHash: fake,
        logIndex: '0x63',
        data: `0x${amount.toString(16).padStart(64, '0')}`,
      });
      shop.rpc.meddle = async (method, params) => {
        if (method === 'eth_getLogs') {
          const logs = (await chain.rpc(method, params)) as { transactionHash: string }[];
          return {
            result: logs.flatMap((log) => (log.transactionHash === paid.transactionHash ? [log, logOf(log)] : [log])),
          };
        }
        if (params[0] !== fake) return null;
        const said = (await chain.rpc(method, [paid.transactionHash])) as { logs?: object[] };
        return { result: said.logs ? { ...ofFake(said), logs: said.logs.map(logOf) } : ofFake(said) };
      };
      const lied = (await shop.settle()).trouble?.code;
      if (whose === 'an order') assert.equal(lied, 'RPCS_DISAGREE');
      // As long as one of them shows it, it is not for us to say who lies.
      assert.notEqual((await shop.settle()).trouble, null);
      assert.equal(await statusOf(invented.id), 'AWAITING_PAYMENT');
      shop.rpc.meddle = null;
      await shop.settle();
      assert.equal((await shop.settle()).trouble, null);
      assert.deepEqual([await statusOf(invented.id), await statusOf(real.id)], ['AWAITING_PAYMENT', 'SCHEDULED']);
      assert.equal((await shop.readOrder(invented.id)).payment.status, 'none');
      const { rows } = await shop.backend.ctx.database.pool.query<{ kept: string; noted: string }>(
        `select (select count(*) from chain_transfers where tx_hash = $1) as kept,
          (select count(*) from audit_log where action = 'drop_transfer' and subject_id = $2) as noted`,
        [fake, invented.id],
      );
      assert.deepEqual(rows, [{ kept: '0', noted: whose === 'nobody' ? '0' : '1' }]);
    });

  test('an idle look asks at most two questions', async () => {
    await shop.settle();
    shop.watch.watch.headsAtMs = shop.watch.clock.now();
    const { watchTreasury } = await import('../src/services/treasury/watchTreasury.ts');
    await watchTreasury(shop.watch);
    const before = shop.watch.watch.rpc.calls;
    shop.watch.watch.headsAtMs = shop.watch.clock.now();
    await watchTreasury(shop.watch);
    assert.ok(shop.watch.watch.rpc.calls - before <= 2, String(shop.watch.watch.rpc.calls - before));
  });
});
