import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { PROJECTS } from './browser.ts';
import { expect, look, person, signIn, type Person } from './flow.ts';
import { onStage } from './onStage.ts';

// What operators keep beside the loop: an order's page, notes, who looks, names of addresses, the books; and an undone record.

const on = onStage();
const ETH = { instId: 'ETH-USDT-SWAP', posSide: 'short' } as const;
const TX = `0x${'9'.repeat(64)}`;
const newAddress = (): string => privateKeyToAccount(generatePrivateKey()).address;

async function newOrder(more: Record<string, unknown> = {}): Promise<string> {
  const made = await on.stage.call('POST', '/api/purchase-orders', {
    policyType: 'OKX_24H',
    chainId: 8453,
    premiumAmountUsdc: '1.00',
    policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
    ...more,
  });
  return String(made.body['purchaseOrderId']);
}
async function bind(id: string): Promise<void> {
  const { ordId } = await on.stage.control('/orders', { ...ETH, side: 'sell', sz: '200', lever: '5' });
  await on.stage.call('POST', `/api/purchase-orders/${id}/bind-okx`, { ordId, instId: ETH.instId });
}
const markPaid = (id: string, body: Record<string, unknown> = {}) =>
  on.stage.admin('POST', `/admin/purchase-orders/${id}/mark-paid`, body);

/** A cover that was liquidated, claimed, proven and approved; its claim. */
async function paidCover(payoutAddress: string, payer: string): Promise<{ id: string; claimId: string }> {
  const startMs = Date.now() - 60_000;
  const id = await newOrder({ payoutAddress, coverageStartAt: new Date(startMs).toISOString() });
  await bind(id);
  await markPaid(id, { txHash: TX, payer, note: 'From an exchange, told by mail', premiumAmountUsdc: '1.50' });
  await on.stage.control('/liquidate', { ...ETH, touchesMark: false });
  const claimed = await on.stage.call('POST', `/api/purchase-orders/${id}/claims`, { claimant: payoutAddress });
  const claimId = String(claimed.body['claimId']);
  await on.stage.until(
    () => on.stage.admin('GET', `/admin/claims/${claimId}`),
    (claim) => claim['status'] === 'VERIFIED_PENDING_REVIEW',
  );
  return { id, claimId };
}

const sheet = ({ page, say }: Person, title: string) =>
  page.locator('section.sheet').filter({ has: page.getByRole('heading', { name: say(title), exact: true }) });

test(
  'two operators see each other on a claim, read one note, and an address by its name on every page',
  { timeout: 400_000 },
  async () => {
    const payee = newAddress();
    const payer = newAddress();
    const { id, claimId } = await paidCover(payee, payer);
    const reviewer = await person(on.browser, on.stage, PROJECTS[0], on.stage.operators.reviewer);
    const admin = await person(on.browser, on.stage, PROJECTS[1], on.stage.operators.admin);
    try {
      for (const who of [reviewer, admin]) {
        await who.page.goto(`/admin/claims/${claimId}`);
        await signIn(who);
        await expect(sheet(who, 'admin:notes.title')).toBeVisible();
      }
      // Who came second sees who is there; who came first does within ten seconds.
      await expect(admin.page.getByRole('status').filter({ hasText: 'Test reviewer' })).toBeVisible();
      const notes = sheet(admin, 'admin:notes.title');
      await notes.getByLabel(admin.say('admin:notes.write')).fill('Looked at the account: 正常。');
      await notes.getByRole('button', { name: admin.say('admin:notes.keep') }).click();
      await expect(notes.getByText('Looked at the account: 正常。')).toBeVisible();
      await expect(notes.getByLabel(admin.say('admin:notes.write'))).toHaveValue('');
      await expect(sheet(reviewer, 'admin:notes.title').getByText('Looked at the account: 正常。')).toBeVisible();
      await expect(reviewer.page.getByRole('status').filter({ hasText: 'Test admin' })).toBeVisible();
      await look(reviewer.page, PROJECTS[0], '80-claim-with-notes');

      const { page, say } = reviewer;
      await page
        .getByRole('button', { name: say('admin:address.name_it') })
        .first()
        .click();
      await page.getByRole('dialog').getByLabel(say('admin:settings.name')).fill('Big whale 7');
      await page
        .getByRole('dialog')
        .getByRole('button', { name: say('admin:address.save') })
        .click();
      await expect(page.getByRole('button', { name: 'Big whale 7' })).toBeVisible();

      await page.goto('/admin/claims');
      const row = page.locator('a[data-row]').filter({ hasText: claimId.slice(0, 8) });
      await expect(row).toContainText('Big whale 7');
      await expect(row).toContainText(say('admin:queue.open_by', { names: 'Test admin' }));
      await expect(row).toContainText(say('admin:queue.notes', { count: 1 }));
      await look(page, PROJECTS[0], '81-queue-with-notes');
      await on.stage.admin('POST', `/admin/claims/${claimId}/approve`, { approvedBy: 'somebody else' });
      await page.goto('/admin/payouts');
      await expect(page.getByText('Big whale 7').first()).toBeVisible();
      for (const who of [reviewer, admin]) assert.deepEqual(who.faults, []);
    } finally {
      await Promise.all([reviewer, admin].map((who) => who.context.close()));
    }
    for (const project of PROJECTS) {
      const treasurer = await person(on.browser, on.stage, project, on.stage.operators.treasurer);
      try {
        const { page, say } = treasurer;
        await page.goto(`/admin/policies/${id}`);
        await signIn(treasurer);
        const premium = sheet(treasurer, 'admin:order.premium');
        await expect(premium).toContainText('From an exchange, told by mail');
        await expect(sheet(treasurer, 'admin:order.cover')).toContainText('Big whale 7');
        await expect(sheet(treasurer, 'admin:notes.title')).toContainText('正常');
        await expect(sheet(treasurer, 'admin:order.out')).toContainText(claimId.slice(0, 8));
        await expect(sheet(treasurer, 'admin:claim.audit')).toContainText(say('admin:action.note'));
        // A claim rests on it: no record is undone here.
        await expect(premium.getByRole('button', { name: say('admin:payouts.undo') })).toHaveCount(0);
        await look(page, project, '82-order');
        await page.goto('/admin/settings');
        await expect(sheet(treasurer, 'admin:address.book')).toContainText('Big whale 7');
        await look(page, project, '83-settings');
        await page.goto('/admin/audit');
        const accounts = sheet(treasurer, 'admin:accounts.title');
        await expect(accounts.getByLabel(say('admin:accounts.zone'))).toHaveValue(
          project.lng === 'zh' ? 'Asia/Shanghai' : 'America/New_York',
        );
        await look(page, project, '84-audit');
        const saved = page.waitForEvent('download');
        await accounts.getByRole('button', { name: say('admin:accounts.get') }).click();
        const file = await saved;
        const text = readFileSync(await file.path(), 'utf8');
        assert.ok(text.startsWith('\u{FEFF}day,time,'), text.slice(0, 40));
        assert.match(text, new RegExp(`premium,1.50,,${payer},,${TX},${id}`));
        assert.deepEqual(treasurer.faults, []);
      } finally {
        await treasurer.context.close();
      }
    }
  },
);

test(
  'a premium that was recorded on the wrong order is undone on its page, with a reason',
  { timeout: 400_000 },
  async () => {
    const id = await newOrder();
    await bind(id);
    await markPaid(id, { txHash: `0x${'a'.repeat(64)}` });
    const project = PROJECTS[3];
    const treasurer = await person(on.browser, on.stage, project, on.stage.operators.treasurer);
    const { page, say } = treasurer;
    try {
      await page.goto(`/admin/policies/${id}`);
      await signIn(treasurer);
      const premium = sheet(treasurer, 'admin:order.premium');
      await premium.getByRole('button', { name: say('admin:payouts.undo') }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: say('admin:decide.confirm') }).click();
      await expect(dialog.getByText(say('admin:decide.text_needed'))).toBeVisible();
      await dialog.getByLabel(say('admin:decide.text')).fill('It was for another order');
      await look(page, project, '85-undo-premium');
      await dialog.getByRole('button', { name: say('admin:decide.confirm') }).click();
      await expect(dialog).toBeHidden();
      await expect(premium).toContainText(say('admin:order.unpaid'));
      await expect(premium.getByRole('button', { name: say('admin:payments.confirm') })).toBeVisible();
      await expect(sheet(treasurer, 'admin:claim.audit')).toContainText('It was for another order');
      assert.equal((await on.stage.call('GET', `/api/purchase-orders/${id}`)).body['status'], 'AWAITING_PAYMENT');
      assert.deepEqual(treasurer.faults, []);
    } finally {
      await treasurer.context.close();
    }
  },
);
