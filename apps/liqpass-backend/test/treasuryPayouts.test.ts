import type { BatchSummary, PayoutAnswer } from '@liqpass/api/payouts';
import type { Reserves, TreasuryStanding } from '@liqpass/api/treasury';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { whyNoChain } from '@liqpass/testing/chain/anvil';
import type { LocalChain } from '@liqpass/testing/chain/localChain';
import { logEntry } from '@liqpass/log/entry';
import { NOTE_KEY, signerKey } from '@liqpass/log/note';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { Address, Hex } from 'viem';
import { getLastClear } from '../src/db/log/logRepo.ts';
import { logLiabilities } from '../src/services/log/appendLog.ts';
import type { LogSettings } from '../src/services/log/logContext.ts';
import { chainOfTests, chainShop, type ChainShop } from './chainShop.ts';
import { ADMIN_KEY } from './harness.ts';
import { engine } from './testDatabase.ts';

const admin = { 'x-admin-key': ADMIN_KEY };

describe(`payouts that the chain proves (${engine})`, { skip: whyNoChain() ?? false }, () => {
  let chain: LocalChain;
  let shop: ChainShop;
  before(async () => {
    chain = await chainOfTests();
    shop = await chainShop(chain);
    await chain.mint(shop.safe.address, 1_000_000_000n);
    await shop.settle();
  });
  after(async () => {
    await shop.close();
    await chain.stop();
  });

  const payouts = async (): Promise<PayoutAnswer[]> =>
    (await shop.call<{ items: PayoutAnswer[] }>('GET', '/admin/payouts?limit=200', { headers: admin })).body.items;
  const payout = async (id: string): Promise<PayoutAnswer> => {
    const found = (await payouts()).find((each) => each.id === id);
    assert.ok(found);
    return found;
  };
  /** An approved refund: what was paid short for an order that pays to this address. */
  async function refund(
    payee: Address,
    short = 900_000n,
  ): Promise<{ id: string; to: Address; amount: bigint; orderId: string }> {
    const { id: orderId, reference } = await shop.bought({ payoutAddress: payee });
    await shop.pay(await chain.person('short payer', 10_000_000n), short, reference);
    await shop.settle();
    const owed = (await payouts()).find((each) => each.purchase_order_id === orderId);
    assert.ok(owed);
    assert.equal((await shop.admin(`/admin/payouts/${owed.id}/approve`)).status, 200);
    // What is sent after the approval is in a later block than it.
    await chain.setNextTime(Math.max(await chain.now(), Math.ceil(shop.clock.now() / 1_000)) + 1);
    return { id: owed.id, to: payee, amount: short, orderId };
  }
  const tell = (
    id: string,
    txHash: string,
    more: Record<string, unknown> = {},
  ): Promise<{ status: number; body: PayoutAnswer & ErrorAnswer }> =>
    shop.call('POST', `/admin/payouts/${id}/mark-paid`, { headers: admin, body: { txHash, ...more } });
  const someone = async (name: string): Promise<Address> => (await chain.person(name)).address;

  test('a payout is found by itself once it is final, and its order is refunded', async () => {
    const owed = await refund(await someone('found'));
    const { transactionHash } = await shop.safe.pay([owed]);
    await shop.tick();
    assert.equal((await payout(owed.id)).status, 'DUE');
    await shop.settle();
    const paid = await payout(owed.id);
    assert.deepEqual([paid.status, paid.tx_hash, paid.recorded_by], ['PAID', transactionHash, 'chain']);
    assert.equal((await shop.readOrder(owed.orderId)).status, 'REFUNDED');
  });

  test('two equal payouts of one batch take a log each', async () => {
    const to = await someone('twice');
    const [one, two] = [await refund(to), await refund(to)];
    await shop.safe.pay([one]);
    await shop.settle();
    const after = [await payout(one.id), await payout(two.id)].map((each) => each.status);
    assert.deepEqual(
      after.toSorted((a, b) => (a < b ? -1 : 1)),
      ['DUE', 'PAID'],
      'one transfer pays one of them',
    );
    await shop.safe.pay([two]);
    await shop.settle();
    const [three, four] = [await refund(to), await refund(to)];
    await shop.safe.pay([three, four]);
    await shop.settle();
    for (const each of [one, two, three, four]) assert.equal((await payout(each.id)).status, 'PAID');
  });

  test('a hash that is told is believed only as far as the chain shows it', async () => {
    const owed = await refund(await someone('told'));
    const unknown = await tell(owed.id, `0x${'12'.repeat(32)}`);
    assert.deepEqual([unknown.status, unknown.body.error], [409, 'PAYOUT_NOT_PROVEN']);
    assert.match(unknown.body.message, /^NOT_FOUND/);
    const operator = await chain.person('operator of the shop', 10_000_000n);
    const plain = await chain.transfer(operator, owed.to, owed.amount);
    await chain.mine(3);
    await shop.tick();
    assert.match((await tell(owed.id, plain.transactionHash)).body.message, /^NOT_A_SAFE_EXECUTION/);
    const less = await shop.safe.pay([{ to: owed.to, amount: owed.amount - 1n }]);
    await shop.settle();
    assert.match((await tell(owed.id, less.transactionHash)).body.message, /^AMOUNT_MISMATCH/);
    const right = await shop.safe.pay([owed]);
    await shop.tick();
    const kept = await tell(owed.id, right.transactionHash);
    assert.deepEqual([kept.status, kept.body.status, kept.body.told?.tx_hash], [202, 'DUE', right.transactionHash]);
    await shop.tick();
    // What it waits for: the block it is in, beyond the last that is final.
    const { told: waits } = await payout(owed.id);
    assert.equal(waits?.block_number, Number(right.blockNumber));
    assert.ok(waits.final_block !== null && waits.final_block < Number(right.blockNumber));
    assert.equal((await tell(owed.id, right.transactionHash)).status, 202, 'told again, it is the same word');
    await shop.settle();
    assert.deepEqual([(await payout(owed.id)).status, (await payout(owed.id)).told], ['PAID', null]);
    const told = await tell(owed.id, right.transactionHash);
    assert.deepEqual([told.status, told.body.status], [200, 'PAID']);
    assert.match(
      (await shop.admin(`/admin/payouts/${owed.id}/undo-paid`, { reason: 'a mistake?' })).body.error,
      /INVALID_STATUS_TRANSITION/,
    );
  });

  test('a transaction that was named and is undone is let go of, with its reason in the trail', async () => {
    const owed = await refund(await someone('undone'));
    const { transactionHash } = await shop.safe.pay([owed]);
    assert.equal((await tell(owed.id, transactionHash)).status, 202);
    await chain.reorg(1);
    await shop.settle();
    const waiting = await payout(owed.id);
    assert.deepEqual([waiting.status, waiting.told?.tx_hash], ['DUE', transactionHash], 'it may come again');
    shop.clock.advance(25 * 3_600_000);
    await chain.setNextTime(Math.ceil(shop.clock.now() / 1_000));
    await shop.settle();
    assert.deepEqual([(await payout(owed.id)).status, (await payout(owed.id)).told], ['DUE', null]);
    const { rows } = await sql<{ why: string }>`
      select why from audit_log where subject_id = ${owed.id} and action = 'told_payment_refused'`.execute(
      shop.backend.ctx.db,
    );
    assert.deepEqual(rows, [{ why: 'NOT_FOUND' }]);
    await shop.safe.pay([owed]);
    await shop.settle();
    assert.equal((await payout(owed.id)).status, 'PAID', 'paid anew, it is found');
  });

  test('what the chain does not show is recorded by hand with a reason alone', async () => {
    const owed = await refund(await someone('by hand'));
    const txHash: Hex = `0x${'34'.repeat(32)}`;
    assert.equal((await tell(owed.id, txHash)).status, 409);
    const byHand = await tell(owed.id, txHash, { byHand: 'paid from another Safe, see the minutes' });
    assert.deepEqual([byHand.status, byHand.body.status], [200, 'PAID']);
    const { rows } = await sql<{
      why: string | null;
    }>`select distinct why from audit_log where why like 'paid from another Safe%'`.execute(shop.backend.ctx.db);
    assert.deepEqual(rows, [{ why: 'paid from another Safe, see the minutes' }], 'shown for ever');
  });

  test('by hand or by the chain, one transfer pays one of two equal payouts', async () => {
    const to = await someone('equal, by hand');
    const byHand = { byHand: 'the reader is behind' };
    const [one, two, three] = [await refund(to), await refund(to), await refund(to)];
    const { transactionHash: first } = await shop.safe.pay([one]);
    // Before the chain has shown it.
    assert.equal((await tell(one.id, first, byHand)).body.status, 'PAID');
    await shop.settle();
    assert.deepEqual([(await payout(two.id)).status, (await payout(three.id)).status], ['DUE', 'DUE']);
    const { transactionHash: second } = await shop.safe.pay([two]);
    await shop.settle();
    const paid = (await payout(two.id)).status === 'PAID' ? two : three;
    const unpaid = paid === two ? three : two;
    assert.equal((await payout(paid.id)).status, 'PAID');
    // What the chain shows to have paid another is nobody's by word either; two words at once are one.
    for (const txHash of [first, second]) {
      const refused = await tell(unpaid.id, txHash, byHand);
      assert.deepEqual([refused.status, refused.body.error], [409, 'PAYOUT_NOT_PROVEN']);
      assert.match(refused.body.message, /^ALREADY_USED/);
    }
    const four = await refund(to);
    const { transactionHash: last } = await shop.safe.pay([unpaid]);
    await shop.tick();
    const words = await Promise.all([unpaid, four].map((each) => tell(each.id, last, byHand)));
    assert.deepEqual(
      words.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 409],
    );
    await shop.settle();
    const after = [await payout(unpaid.id), await payout(four.id)].map((each) => each.status);
    assert.deepEqual(after.toSorted(), ['DUE', 'PAID']);
    await shop.safe.pay([four]);
    await shop.settle();
    assert.deepEqual([(await payout(unpaid.id)).status, (await payout(four.id)).status], ['PAID', 'PAID']);
  });

  test('a batch in which one transfer fails pays nobody, and nothing is recorded', async () => {
    const [one, two] = [await refund(await someone('fine')), await refund(await someone('blocked'))];
    await chain.issuer('blacklist', [two.to]);
    const failed = await shop.safe.pay([one, two]);
    assert.equal(failed.status, 'reverted');
    await shop.settle();
    assert.deepEqual([(await payout(one.id)).status, (await payout(two.id)).status], ['DUE', 'DUE']);
    const refused = await shop.admin('/admin/payouts/batches');
    assert.deepEqual([refused.status, refused.body.error], [409, 'PAYEE_BLACKLISTED']);
    const fileOf = async (path: string): Promise<unknown[]> => {
      const { status, body } = await shop.call<{ error?: string }>('GET', `/admin/payouts/${path}`, { headers: admin });
      return [status, body.error];
    };
    assert.deepEqual(await fileOf('safe-batch'), [409, 'PAYEE_BLACKLISTED']);
    await chain.issuer('unBlacklist', [two.to]);
    const made = await shop.call<BatchSummary>('POST', '/admin/payouts/batches', { headers: admin, body: {} });
    assert.deepEqual([made.status, made.body.count], [200, 2]);
    assert.deepEqual(await fileOf(`batches/${made.body.id}/safe-batch`), [200, undefined]);
    // Blacklisted since it was frozen: what is signed is judged when it is handed out.
    await chain.issuer('blacklist', [two.to]);
    assert.deepEqual(await fileOf(`batches/${made.body.id}/safe-batch`), [409, 'PAYEE_BLACKLISTED']);
    await chain.issuer('unBlacklist', [two.to]);
    await chain.issuer('pause');
    assert.equal((await shop.safe.pay([one, two])).status, 'reverted');
    await chain.issuer('unpause');
    await shop.safe.pay([one, two]);
    await shop.settle();
    assert.deepEqual([(await payout(one.id)).status, (await payout(two.id)).status], ['PAID', 'PAID']);
  });

  test('money that is nobody’s is shown with its candidates, assigned once, and counts like any other', async () => {
    const { id, due } = await shop.bought();
    await shop.pay(await chain.person('typo', 10_000_000n), due - 5n);
    await shop.settle();
    const list = (): Promise<{ body: { items: { id: string; amount_usdc: string; candidates: string[] }[] } }> =>
      shop.call('GET', '/admin/treasury/transfers?kind=unmatched', { headers: admin });
    const [stray] = (await list()).body.items;
    assert.ok(stray);
    const assign = (purchaseOrderId: string): ReturnType<ChainShop['admin']> =>
      shop.admin(`/admin/treasury/transfers/${stray.id}/assign`, {
        purchaseOrderId,
        reason: 'the buyer sent the receipt',
      });
    const taken = await assign(id);
    assert.equal(taken.status, 200, JSON.stringify(taken.body));
    assert.equal((await shop.readOrder(id)).refund_reason, 'PAID_SHORT');
    const { id: other } = await shop.bought();
    assert.equal((await assign(other)).body.error, 'INVALID_STATUS_TRANSITION');
  });

  test('the books balance, and anybody sees the reserves', async () => {
    await shop.settle();
    const { body: standing } = await shop.call<TreasuryStanding>('GET', '/admin/treasury', { headers: admin });
    assert.equal(standing.trouble, null);
    assert.equal(standing.difference_usdc, null);
    const { body: reserves } = await shop.call<Reserves>('GET', '/api/reserves');
    assert.equal(reserves.balance, standing.books?.balance_usdc);
    const { opening_usdc: opening, in_usdc: moneyIn, out_usdc: moneyOut } = standing.books ?? {};
    assert.deepEqual(reserves.books, { opening, in: moneyIn, out: moneyOut });
    assert.equal(reserves.difference, null);
    assert.equal(reserves.chainId, chain.chainId);
    assert.equal(reserves.liabilities, null, 'there is no log here');
  });

  test('what is owed is logged beside the balance at the final block it is of', async () => {
    await shop.settle();
    const folder = mkdtempSync(join(tmpdir(), 'liqpass-log-'));
    try {
      const signer = signerKey('localhost/log', NOTE_KEY, new Uint8Array(32).fill(3));
      const publicLog: LogSettings = { signers: [signer], statePath: join(folder, 'state'), witnesses: [] };
      assert.equal(await logLiabilities({ ...shop.watch, settings: { publicLog } }, publicLog), true);
      const { body: reserves } = await shop.call<Reserves>('GET', '/api/reserves');
      const logged = await getLastClear(shop.watch.db, 'liabilities');
      const entry = logEntry.parse(JSON.parse(logged?.entry ?? ''));
      assert.ok(entry.type === 'liabilities' && entry.block !== null);
      assert.deepEqual([entry.block, entry.balance], [reserves.block, reserves.balance]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('money that left and proves nothing is judged once, and again when there is something else for it to prove', async () => {
    const to = await someone('judged once');
    // Older than the approval: it can never prove it.
    const early = await shop.safe.pay([{ to, amount: 700_000n }]);
    await chain.setNextTime((await chain.now()) + 100);
    await shop.settle();
    let asked = 0;
    shop.rpc.meddle = (method, params) => {
      if (method === 'eth_getTransactionReceipt' && params[0] === early.transactionHash) asked += 1;
      return null;
    };
    const owed = await refund(to, 700_000n);
    for (let look = 0; look < 5; look += 1) await shop.settle();
    assert.equal((await payout(owed.id)).status, 'DUE');
    assert.equal(asked, 1);
    await refund(to, 700_000n);
    await shop.settle();
    await shop.settle();
    shop.rpc.meddle = null;
    assert.equal(asked, 2);
  });
});
