import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { PROJECTS } from './browser.ts';
import { expect, look, person, signIn, type Person } from './flow.ts';
import { onStage } from './onStage.ts';

// A day at the desk: the queue, a search, refunds, a batch, and a record that was a mistake.

const on = onStage();
const ETH = { instId: 'ETH-USDT-SWAP', posSide: 'short' } as const;
const TERMS = {
  policyType: 'OKX_24H',
  chainId: 8453,
  premiumAmountUsdc: '1.00',
  policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
};
const newAddress = (): string => privateKeyToAccount(generatePrivateKey()).address;
const short = (hex: string): string => `${hex.slice(0, 6)}…${hex.slice(-4)}`;
const row = ({ page }: Person, id: string) => page.locator('a[data-row]').filter({ hasText: id.slice(0, 8) });

async function newOrder(): Promise<string> {
  const startMs = Date.now() - 60_000;
  const window = {
    coverageStartAt: new Date(startMs).toISOString(),
    coverageEndAt: new Date(startMs + 86_400_000).toISOString(),
  };
  const made = await on.stage.call('POST', '/api/purchase-orders', { ...TERMS, ...window });
  return String(made.body['purchaseOrderId']);
}
const markPaid = (id: string, body: Record<string, unknown> = {}) =>
  on.stage.admin('POST', `/admin/purchase-orders/${id}/mark-paid`, body);

/** A cover bound by number, paid, liquidated and claimed, proven: it waits for a person. */
async function claimToReview(claimant: string): Promise<string> {
  const { ordId } = await on.stage.control('/orders', { ...ETH, side: 'sell', sz: '200', lever: '5' });
  const id = await newOrder();
  await on.stage.call('POST', `/api/purchase-orders/${id}/bind-okx`, { ordId, instId: ETH.instId });
  await markPaid(id);
  await on.stage.control('/liquidate', { ...ETH, touchesMark: false });
  const claimed = await on.stage.call('POST', `/api/purchase-orders/${id}/claims`, { claimant });
  const claimId = String(claimed.body['claimId']);
  await on.stage.until(
    () => on.stage.admin('GET', `/admin/claims/${claimId}`),
    (claim) => claim['status'] === 'VERIFIED_PENDING_REVIEW',
  );
  return claimId;
}

test('the queue goes from claim to claim, and a search finds what is printed', { timeout: 400_000 }, async () => {
  const wallets = [newAddress(), newAddress(), newAddress()];
  const claims: string[] = [];
  for (const wallet of wallets) claims.push(await claimToReview(wallet));
  const [first = '', second = '', third = ''] = claims;
  const project = PROJECTS[0];
  const reviewer = await person(on.browser, on.stage, project, on.stage.operators.reviewer);
  const { page, say } = reviewer;
  try {
    await page.goto('/admin/claims');
    await signIn(reviewer);
    await expect(page.locator('a[data-row]')).toHaveCount(3);
    await page.reload();
    // It opens on what waits for a person, the longest first.
    await expect(page.locator('a[data-row]')).toHaveCount(3);
    await expect(page.locator('a[data-row]').first()).toContainText(first.slice(0, 8));
    await expect(row(reviewer, first)).toContainText(say('admin:queue.unattested'));
    await look(page, project, '60-queue');
    // Enter opens the marked row, whoever has the focus; what is decided makes room for the next.
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(first.slice(0, 8));
    await page.keyboard.press('a');
    await expect(page.getByRole('button', { name: say('admin:decide.confirm') })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(second.slice(0, 8));
    await expect(page.getByRole('dialog')).toBeHidden();
    await page.goto('/admin/claims');
    await expect(page.locator('a[data-row]')).toHaveCount(2);

    const search = page.getByPlaceholder(say('admin:queue.search'));
    for (const q of [
      short(wallets[2] ?? ''),
      `https://basescan.org/address/${wallets[2]}`,
      third.slice(0, 8).toUpperCase(),
    ]) {
      await search.fill(q);
      await expect(page.locator('a[data-row]')).toHaveCount(1);
      await expect(row(reviewer, third)).toBeVisible();
    }
    // A search looks everywhere: what was approved is found too, and a key does nothing to it.
    await search.fill(short(wallets[0] ?? ''));
    await expect(row(reviewer, first)).toBeVisible();
    await page.locator('h1').click();
    await page.keyboard.press('a');
    await page.keyboard.press('r');
    await expect(page).toHaveURL(/\/admin\/claims\?/);
    assert.deepEqual(reviewer.faults, []);
  } finally {
    await reviewer.context.close();
  }
});

test(
  'a refund is asked about, approved by another, paid in a batch with a claim, and a wrong record undone',
  { timeout: 400_000 },
  async () => {
    const claimId = await claimToReview(newAddress());
    await on.stage.admin('POST', `/admin/claims/${claimId}/approve`, { approvedBy: 'somebody else' });
    const refund = await newOrder();
    await markPaid(refund, { txHash: `0x${'6'.repeat(64)}` });
    const payee = newAddress();
    const project = PROJECTS[3];
    const [reviewer, admin, treasurer] = await Promise.all(
      (['reviewer', 'admin', 'treasurer'] as const).map((role) =>
        person(on.browser, on.stage, project, on.stage.operators[role]),
      ),
    );
    assert.ok(reviewer && admin && treasurer);
    const { say } = reviewer;
    const ask = async ({ page }: Person, step: string): Promise<void> => {
      await page.getByRole('button', { name: step }).first().click();
      await expect(page.getByRole('dialog')).toBeVisible();
    };
    const confirm = async ({ page }: Person): Promise<void> => {
      await page
        .getByRole('dialog')
        .getByRole('button', { name: say('admin:decide.confirm') })
        .click();
      await expect(page.getByRole('dialog')).toBeHidden();
    };
    try {
      for (const who of [reviewer, admin, treasurer]) {
        await who.page.goto('/admin/payouts');
        await signIn(who);
        await expect(who.page.getByText(say('admin:payouts.to_approve'))).toBeVisible();
      }
      await look(reviewer.page, project, '61-to-approve');
      await ask(reviewer, say('admin:payouts.enter_address'));
      await reviewer.page.getByLabel(say('admin:payouts.payee')).fill(`https://basescan.org/address/${payee}`);
      await reviewer.page.getByLabel(say('admin:decide.text')).fill('Told from the mail address of the order');
      await confirm(reviewer);
      await expect(reviewer.page.getByText(/Told from the mail/)).toBeVisible();
      await expect(reviewer.page.getByRole('button', { name: say('admin:payouts.approve'), exact: true })).toHaveCount(
        0,
      );

      await admin.page.reload();
      await ask(admin, say('admin:payouts.approve'));
      await expect(admin.page.getByRole('dialog')).toContainText(payee);
      await look(admin.page, project, '62-approve-refund');
      await confirm(admin);

      const { page } = treasurer;
      await page.reload();
      await page.getByRole('button', { name: /^(Make a batch|编成批次)/ }).click();
      await expect(page.getByRole('button', { name: say('admin:payouts.drop') })).toBeVisible();
      await page.getByLabel(say('admin:decide.hash')).fill(`0x${'7'.repeat(64)}`);
      const record = page.getByRole('button', { name: /^(Record|登记) \d/ });
      const count = Number(/\d+/.exec((await record.textContent()) ?? '')?.[0]);
      assert.ok(count >= 2, 'the claim and the refund');
      await record.click();
      await confirm(treasurer);
      // It says what it did.
      const said = page.getByRole('status').filter({ hasText: `0x${'7'.repeat(64)}` });
      await expect(said).toContainText(say('admin:payouts.recorded~other', { count }));
      await expect(said).toContainText('USDC');
      await look(page, project, '63-recorded');
      assert.equal((await on.stage.call('GET', `/api/purchase-orders/${refund}`)).body['status'], 'REFUNDED');
      assert.equal((await on.stage.admin('GET', `/admin/claims/${claimId}`))['status'], 'PAID');

      await ask(treasurer, say('admin:payouts.undo'));
      await page.getByLabel(say('admin:decide.text')).fill('Another hash');
      await confirm(treasurer);
      await page.getByLabel(say('admin:decide.hash')).fill(`0x${'8'.repeat(64)}`);
      await page.getByRole('button', { name: say('admin:payouts.record_button~one', { count: 1 }) }).click();
      await confirm(treasurer);
      await expect(page.getByText(say('admin:payouts.none'))).toBeVisible();
      for (const who of [reviewer, admin, treasurer]) assert.deepEqual(who.faults, []);
    } finally {
      await Promise.all([reviewer, admin, treasurer].map((who) => who.context.close()));
    }
  },
);

test(
  'what follows from a payment is seen while it is typed, before anything is recorded',
  { timeout: 400_000 },
  async () => {
    const { ordId } = await on.stage.control('/orders', { ...ETH, side: 'sell', sz: '200', lever: '5' });
    const id = await newOrder();
    await on.stage.call('POST', `/api/purchase-orders/${id}/bind-okx`, { ordId, instId: ETH.instId });
    const project = PROJECTS[1];
    const treasurer = await person(on.browser, on.stage, project, on.stage.operators.treasurer);
    const { page, say } = treasurer;
    try {
      await page.goto('/admin/payments');
      await signIn(treasurer);
      const item = page.getByRole('listitem').filter({ hasText: id.slice(0, 8) });
      await item.getByRole('button', { name: say('admin:payments.confirm') }).click();
      const dialog = page.getByRole('dialog');
      await expect(dialog.getByText(say('admin:preview.COVERED'))).toBeVisible();
      await look(page, project, '64-preview');
      await dialog.getByLabel(say('admin:payments.amount')).fill('0.50');
      await expect(dialog.getByText(say('admin:preview.REFUND'))).toBeVisible();
      await expect(dialog.getByText(say('admin:refund.PAID_SHORT'))).toBeVisible();
      assert.equal((await on.stage.call('GET', `/api/purchase-orders/${id}`)).body['status'], 'AWAITING_PAYMENT');
      assert.deepEqual(treasurer.faults, []);
    } finally {
      await treasurer.context.close();
    }
  },
);
