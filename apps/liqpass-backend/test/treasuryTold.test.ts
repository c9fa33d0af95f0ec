import type { PayoutAnswer } from '@liqpass/api/payouts';
import { formatUsdc, usdc } from '@liqpass/kernel/money';
import { whyNoChain } from '@liqpass/testing/chain/anvil';
import type { LocalChain } from '@liqpass/testing/chain/localChain';
import { RawAnswer } from '@liqpass/testing/chain/meddledRpc';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { chainOfTests, chainShop, type ChainShop } from './chainShop.ts';
import { ADMIN_KEY } from './harness.ts';
import { engine } from './testDatabase.ts';

describe(
  `a premium marked by hand with its transaction, where the chain is watched (${engine})`,
  {
    skip: whyNoChain() ?? false,
  },
  () => {
    let chain: LocalChain;
    let shop: ChainShop;
    before(async () => {
      chain = await chainOfTests();
      shop = await chainShop(chain, { twoRpcs: true });
    });
    after(async () => {
      await shop.close();
      await chain.stop();
    });
    const buyer = (name: string): ReturnType<LocalChain['person']> => chain.person(name, 100_000_000n);
    const refusedAs = async (id: string, txHash: string): Promise<string> => {
      const { status, body } = await shop.markPaid(id, { txHash });
      assert.deepEqual([status, body.error], [409, 'PAYMENT_NOT_PROVEN'], JSON.stringify(body));
      assert.equal(body.message.split(':')[0], body.params?.['refusal']);
      assert.equal((await shop.readOrder(id)).paid_at, null);
      return String(body.params?.['refusal']);
    };
    const owedBack = async (orderId: string): Promise<PayoutAnswer[]> =>
      (
        await shop.call<{ items: PayoutAnswer[] }>('GET', '/admin/payouts?limit=200', {
          headers: { 'x-admin-key': ADMIN_KEY },
        })
      ).body.items.filter((each) => each.purchase_order_id === orderId);

    test('what the chain does not show is refused by the name of what was seen, and nothing is written', async () => {
      const { id, due } = await shop.bought();
      const from = await buyer('refused');
      assert.equal(await refusedAs(id, `0x${'12'.repeat(32)}`), 'NOT_FOUND');
      const elsewhere = await chain.transfer(from, from.address, due);
      assert.equal(await refusedAs(id, elsewhere.transactionHash), 'NOTHING_CAME');
      const nothing = await shop.pay(from, 0n);
      assert.equal(await refusedAs(id, nothing.transactionHash), 'NOTHING_CAME');
      const hash = await chain.client.sendTransaction({
        account: from,
        to: chain.usdc,
        data: '0x12345678',
        gas: 90_000n,
      });
      await chain.client.waitForTransactionReceipt({ hash });
      assert.equal(await refusedAs(id, hash), 'REVERTED');
      const { rows } = await sql`select 1 from told_payments where purchase_order_id = ${id}`.execute(
        shop.backend.ctx.db,
      );
      assert.equal(rows.length, 0);
    });

    test('what is not final is kept, covers nothing yet, and counts by itself at its block’s time, for what came', async () => {
      const { id, due } = await shop.bought();
      // An exchange’s wallet, and a fee less: nothing on the chain tells whose it is.
      const paid = await shop.pay(await buyer('withdrawal'), due + 3_000_000n);
      const told = await shop.markPaid(id, { txHash: paid.transactionHash, premiumAmountUsdc: '1.00' });
      assert.deepEqual([told.status, told.body.paid_at, told.body.status], [202, null, 'AWAITING_PAYMENT']);
      assert.equal((await shop.markPaid(id, { txHash: paid.transactionHash })).status, 202);
      await shop.tick();
      assert.deepEqual((await shop.readOrder(id)).payment.status, 'seen');
      await shop.settle();
      const order = await shop.readOrder(id);
      assert.deepEqual([order.status, order.payment.status], ['SCHEDULED', 'final']);
      const block = await chain.client.getBlock({ blockNumber: paid.blockNumber });
      assert.equal(Date.parse(order.paid_at ?? ''), Number(block.timestamp) * 1_000);
      assert.deepEqual(
        (await owedBack(id)).map((each) => [each.kind, each.amount_usdc]),
        [['excess', '3.00']],
      );
      assert.equal((await shop.markPaid(id, { txHash: paid.transactionHash })).status, 200);
      const { rows } = await sql<{ actor: string; action: string }>`
      select actor, action from audit_log where subject_id = ${id} and action in ('tell_payment', 'assign_transfer', 'mark_paid')
      order by id`.execute(shop.backend.ctx.db);
      assert.deepEqual(
        rows.map((each) => [each.action, each.actor]),
        [
          ['tell_payment', 'internal:ops'],
          ['assign_transfer', 'internal:ops'],
          ['mark_paid', 'chain'],
        ],
      );
    });

    test('what is final counts at once, and an amount that was told does not make a short payment a whole one', async () => {
      const { id, due } = await shop.bought();
      const paid = await shop.pay(await buyer('liar'), due - 500_000n);
      await shop.settle();
      const told = await shop.markPaid(id, { txHash: paid.transactionHash, premiumAmountUsdc: '1.00' });
      assert.deepEqual([told.status, told.body.status, told.body.refund_reason], [200, 'REFUND_DUE', 'PAID_SHORT']);
      assert.equal(told.body.paid_amount_usdc, formatUsdc(usdc(due - 500_000n)));
    });

    test('another order’s money is not taken for this one, told before or after it is seen', async () => {
      const [one, two] = [await shop.bought(), await shop.bought()];
      const paid = await shop.pay(await buyer('theirs'), one.due, one.reference);
      assert.equal((await shop.markPaid(two.id, { txHash: paid.transactionHash })).status, 202);
      await shop.settle();
      assert.equal((await shop.readOrder(one.id)).status, 'SCHEDULED');
      assert.equal((await shop.readOrder(two.id)).paid_at, null);
      const again = await shop.markPaid(two.id, { txHash: paid.transactionHash });
      assert.deepEqual([again.status, again.body.error], [409, 'TX_HASH_ALREADY_USED']);
    });

    test('a second payment that is told and never came owes nothing back', async () => {
      const { id, due } = await shop.bought();
      await shop.pay(await buyer('once'), due);
      await shop.settle();
      const invented = await shop.markPaid(id, { txHash: `0x${'77'.repeat(32)}` });
      assert.deepEqual([invented.status, invented.body.error], [409, 'PAYMENT_NOT_PROVEN']);
      assert.deepEqual(await owedBack(id), []);
    });

    test('told in the same moment for two orders, one transfer pays one of them', async () => {
      const [one, two] = [await shop.bought(), await shop.bought()];
      const paid = await shop.pay(await buyer('fought over'), one.due + two.due);
      await shop.settle();
      const note = 'the buyer sent the receipt';
      const told = await Promise.all(
        [one, two].map((each) => shop.markPaid(each.id, { txHash: paid.transactionHash, note })),
      );
      await shop.settle();
      const orders = [await shop.readOrder(one.id), await shop.readOrder(two.id)];
      assert.equal(
        orders.filter((each) => each.paid_at !== null).length,
        1,
        JSON.stringify(told.map((each) => each.body)),
      );
    });

    test('while the chain does not answer, a transaction is not believed, and by hand without one it is', async () => {
      const { id, due } = await shop.bought();
      const paid = await shop.pay(await buyer('unasked'), due);
      await shop.tick();
      shop.rpc.meddle = () => new RawAnswer(502, 'bad gateway');
      const asked = await shop.markPaid(id, { txHash: paid.transactionHash });
      assert.deepEqual([asked.status, asked.body.error], [503, 'SERVICE_UNAVAILABLE']);
      assert.equal((await shop.markPaid(id)).status, 200);
      shop.rpc.meddle = null;
      await shop.settle();
      assert.equal((await shop.readOrder(id)).payment_tx_hash, paid.transactionHash, 'the chain’s is that payment');
      assert.deepEqual(await owedBack(id), []);
    });

    test('what one RPC shows and the other does not is kept, and covers nothing', async () => {
      const { id, due } = await shop.bought();
      const paid = await shop.pay(await buyer('one sided'), due);
      await chain.mine(3);
      if (shop.second)
        shop.second.meddle = (method) => (method === 'eth_getTransactionReceipt' ? { result: null } : null);
      await shop.tick();
      assert.equal((await shop.markPaid(id, { txHash: paid.transactionHash })).status, 202);
      assert.equal((await shop.readOrder(id)).paid_at, null);
      if (shop.second) shop.second.meddle = null;
      await shop.settle();
      assert.equal((await shop.readOrder(id)).status, 'SCHEDULED');
    });
  },
);
