import { whyNoChain } from '@liqpass/testing/chain/anvil';
import { startLocalChain, type LocalChain, type LocalSafe } from '@liqpass/testing/chain/localChain';
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { z } from 'zod';
import { PROJECTS } from './browser.ts';
import { expect, look, person, signIn, type Person } from './flow.ts';
import { onStage } from './onStage.ts';

// The treasury on a chain with the real contracts: what operators see of it and do about it, and what anybody sees.

const why = whyNoChain();
if (why !== null) console.log(`NOT RUN: e2e/web/treasury.test.ts, ${why}`);

const made: { chain: LocalChain; safe: LocalSafe } | null = why === null ? await openChain() : null;
after(() => made?.chain.stop());
const on =
  made === null
    ? null
    : onStage({
        WATCH_TREASURY: 'true',
        RPC_URL: made.chain.url,
        TREASURY_SAFE: made.safe.address,
        CHAIN_ID: String(made.chain.chainId),
        USDC_ADDRESS: made.chain.usdc,
      });

async function openChain(): Promise<{ chain: LocalChain; safe: LocalSafe }> {
  const chain = await startLocalChain();
  const safe = await chain.newSafe();
  await chain.mint(safe.address, 1_000_000_000n);
  await chain.mine(3);
  return { chain, safe };
}

const ordered = z.looseObject({
  amount_due_usdc: z.string(),
  payment_reference: z.templateLiteral(['0x', z.string()]),
});
const reserves = z.looseObject({ balance: z.string().nullable(), liabilities: z.looseObject({}).nullable() });
const millionths = (usdc: string): bigint => {
  const [whole = '0', fraction = ''] = usdc.split('.');
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
};

/** A bound order that waits for its money; of the person who is signed in, where there is one. */
async function order(
  owner?: Person,
  more: Record<string, unknown> = {},
): Promise<{ id: string; due: bigint; shown: string; reference: `0x${string}` }> {
  assert.ok(on && made);
  const { stage } = on;
  const { chain } = made;
  const instId = 'ETH-USDT-SWAP';
  const { ordId } = await stage.control('/orders', {
    instId,
    posSide: 'short',
    side: 'sell',
    sz: '200',
    lever: '5',
  });
  const startMs = Date.now() - 60_000;
  const terms = {
    policyType: 'OKX_24H',
    chainId: chain.chainId,
    premiumAmountUsdc: '1.00',
    policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
    coverageStartAt: new Date(startMs).toISOString(),
    coverageEndAt: new Date(startMs + 86_400_000).toISOString(),
    ...more,
  };
  const post = async (path: string, body: unknown): Promise<unknown> =>
    owner === undefined
      ? (await stage.call('POST', path, body)).body
      : owner.page.evaluate(
          `fetch('${path}', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(JSON.stringify(body))} }).then((answer) => answer.json())`,
        );
  const { purchaseOrderId: id } = z
    .object({ purchaseOrderId: z.uuid() })
    .parse(await post('/api/purchase-orders', terms));
  const bound = await post(`/api/purchase-orders/${id}/bind-okx`, { ordId, instId });
  const { amount_due_usdc: due, payment_reference: reference } = ordered.parse(bound);
  return { id, due: millionths(due), shown: due, reference };
}

test(
  'the treasury on a chain: what is seen, assigned and proven',
  { skip: why ?? false, timeout: 400_000 },
  async () => {
    assert.ok(on && made);
    const { chain, safe } = made;
    const { stage } = on;
    const final = async (): Promise<void> => {
      await chain.mine(4);
      const balance = await chain.balanceOf(safe.address);
      await stage.until(
        async () => reserves.parse((await stage.call('GET', '/api/reserves')).body).balance,
        (seen) => seen !== null && millionths(seen) === balance,
      );
    };

    const buyer = await chain.person('buyer', 5_000_000n);
    const stranger = await chain.person('stranger', 1_000_000_000n);
    const paid = await order();
    await chain.transfer(buyer, safe.address, paid.due, paid.reference);
    // Two open orders of one wallet, which sends an amount that is due from neither.
    const key = generatePrivateKey();
    const wallet = privateKeyToAccount(key);
    await chain.client.setBalance({ address: wallet.address, value: 10n ** 18n });
    await chain.mint(wallet.address, 5_000_000n);
    const [desktop, , , phone] = PROJECTS;
    const trader = await person(on.browser, stage, desktop, key);
    await trader.page.goto('/buy');
    await signIn(trader);
    const open = await order(trader);
    await order(trader);
    await trader.context.close();
    await chain.transfer(wallet, safe.address, open.due - 5n);
    await chain.transfer(stranger, safe.address, 150_000_000n);
    await final();
    await stage.until(
      () => stage.admin('POST', '/admin/liabilities'),
      () => true,
    );

    const treasurer = await person(on.browser, stage, phone, stage.operators.treasurer);
    const admin = await person(on.browser, stage, desktop, stage.operators.admin);
    try {
      for (const { page, ...who } of [treasurer, admin]) {
        await page.goto('/admin/treasury');
        await signIn({ page, ...who });
        await expect(page.getByText(who.say('treasury:no_alarm'))).toBeVisible();
      }
      await look(admin.page, desktop, '80-treasury');
      await look(treasurer.page, phone, '80-treasury');

      // A large one is for a second person, and the treasurer is told so before anything is sent.
      const line = ({ page }: Person, amount: string) => page.getByRole('listitem').filter({ hasText: amount }).first();
      await line(treasurer, '150.00')
        .getByRole('button', { name: treasurer.say('treasury:another_order') })
        .click();
      const dialog = treasurer.page.getByRole('dialog');
      await dialog.getByLabel(treasurer.say('treasury:order'), { exact: true }).fill(open.id);
      await dialog.getByLabel(treasurer.say('admin:decide.text')).fill('They wrote to us');
      await expect(dialog.getByText(treasurer.say('treasury:admin_from', { amount: '100.00' }))).toBeVisible();
      await expect(dialog.getByRole('button', { name: treasurer.say('treasury:assign') })).toBeDisabled();
      await look(treasurer.page, phone, '81-second-person');
      await dialog.getByRole('button', { name: treasurer.say('admin:decide.cancel') }).click();

      // One press on a candidate, one to confirm: it is decided as any other payment.
      const { say, page } = admin;
      await page
        .getByRole('button', { name: say('treasury:assign_to', { id: open.id.slice(0, 8) }) })
        .first()
        .click();
      await look(page, desktop, '82-assign');
      await page
        .getByRole('dialog')
        .getByRole('button', { name: say('treasury:assign') })
        .click();
      await expect(page.getByRole('dialog')).toBeHidden();
      await expect(page.getByText(say('treasury:by.operator')).first()).toBeVisible();

      // What leaves for nothing that is recorded is an alarm; so is an RPC that is gone, while what was proven stays.
      await safe.pay([{ to: stranger.address, amount: 7_000_000n }]);
      await final();
      await expect(page.getByText(say('treasury:unproven', { amount: '7.00' }))).toBeVisible();
      await page.getByRole('radio', { name: say('treasury:kind.out') }).check();
      await expect(page.getByText(say('treasury:meaning.unproven'), { exact: true })).toBeVisible();
      await look(page, desktop, '83-alarm');
      await page.goto('/admin/settings');
      const { body } = await stage.call('GET', '/attestation-keys');
      await expect(
        page.getByText(z.looseObject({ log_vkeys: z.array(z.string()) }).parse(body).log_vkeys[0] ?? '-'),
      ).toBeVisible();
      await look(page, desktop, '84-settings');
      for (const { faults } of [treasurer, admin]) assert.deepEqual(faults, []);
    } finally {
      await Promise.all([treasurer, admin].map((who) => who.context.close()));
    }

    await stage.until(
      () => stage.admin('POST', '/admin/liabilities'),
      () => true,
    );
    for (const project of PROJECTS) {
      const anybody = await person(on.browser, stage, project);
      const { page, say } = anybody;
      try {
        await page.goto('/reserves');
        await expect(page.getByText(say('proof:reserves.covers'))).toBeVisible();
        for (const row of ['opening', 'in', 'out'])
          await expect(page.getByRole('rowheader', { name: say(`proof:reserves.${row}`) })).toBeVisible();
        await page.getByRole('button', { name: say('proof:reserves.check'), exact: true }).click();
        const said = page.getByRole('status').filter({ hasText: say('proof:reserves.check_ok') });
        // The log has the balance beside the total, at the block it is of.
        await expect(said).toContainText(/[\d,]+\.\d+ USDC/);
        await look(page, project, '85-reserves');
        assert.deepEqual(anybody.faults, []);
      } finally {
        await anybody.context.close();
      }
    }
  },
);

test(
  'a wallet of the browser pays on the chain: waiting, seen, final; and what the chain says against a refund’s payee is shown',
  { skip: why ?? false, timeout: 400_000 },
  async () => {
    assert.ok(on && made);
    const { chain, safe } = made;
    const { stage } = on;
    const [desktop] = PROJECTS;
    const key = generatePrivateKey();
    const { address } = privateKeyToAccount(key);
    await chain.client.setBalance({ address, value: 10n ** 18n });
    await chain.mint(address, 5_000_000n);
    const trader = await person(on.browser, stage, desktop, key);
    try {
      const { page, say, wallet } = trader;
      await page.goto('/buy');
      await signIn(trader);
      const { id, shown, due } = await order(trader);
      await page.goto(`/pay/${id}`);
      await expect(page.getByText(`Local chain (${chain.chainId})`)).toBeVisible();
      await page.getByRole('button', { name: say('trader:pay.from_wallet', { amount: shown }) }).click();
      await expect(page.getByText(say('trader:pay.reported'))).toBeVisible();
      assert.equal(wallet.sent.length, 1);
      const before = await chain.balanceOf(safe.address);
      await chain.rpc('eth_sendRawTransaction', [wallet.sent[0]]);
      await stage.until(
        () => chain.balanceOf(safe.address),
        (now) => now === before + due,
      );
      const block = await chain.client.getBlockNumber();
      await expect(page.getByText(say('trader:pay.seen', { block: String(block) }))).toBeVisible();
      await look(page, desktop, '86-seen');
      await chain.mine(4);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:pay.paid_title'));
      assert.deepEqual(trader.faults, []);
    } finally {
      await trader.context.close();
    }

    const contract = await chain.newSafe();
    const short = await order(undefined, { payoutAddress: contract.address });
    const payer = await chain.person('short payer', 5_000_000n);
    await chain.transfer(payer, safe.address, short.due - 500_000n, short.reference);
    await chain.mine(4);
    const reviewer = await person(on.browser, stage, desktop, stage.operators.admin);
    try {
      const { page, say } = reviewer;
      await page.goto('/admin/payouts');
      await signIn(reviewer);
      const row = page.getByRole('listitem').filter({ hasText: short.id.slice(0, 8) });
      await expect(row.getByText(say('checks:payee.PAYEE_IS_CONTRACT'))).toBeVisible();
      await row.getByRole('button', { name: say('admin:payouts.approve') }).click();
      await expect(page.getByRole('dialog').getByText(say('checks:payee.PAYEE_IS_CONTRACT'))).toBeVisible();
      await look(page, desktop, '87-doubted-payee');
      assert.deepEqual(reviewer.faults, []);
    } finally {
      await reviewer.context.close();
    }
  },
);
