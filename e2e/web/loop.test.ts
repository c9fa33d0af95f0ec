import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFunctionData, erc20Abi, parseTransaction } from 'viem';
import { PROJECTS, type Project } from './browser.ts';
import { expect, look, openOrder, person, signIn, type Person } from './flow.ts';
import { onStage } from './onStage.ts';
import { TREASURY } from './stage.ts';

const on = onStage();

const TX = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`;

const only = process.env['PROJECT'];
for (const [n, project] of PROJECTS.entries())
  if (only === undefined || project.name === only)
    test(`the whole loop by hand: ${project.name}`, { timeout: 400_000 }, async () => {
      const trader = await person(on.browser, on.stage, project);
      const reviewer = await person(on.browser, on.stage, project, on.stage.operators.reviewer);
      const treasurer = await person(on.browser, on.stage, project, on.stage.operators.treasurer);
      try {
        await buyWithAKey(trader, project);
        const orderId = await payFromTheWallet(trader, project);
        await confirmPayment(treasurer, project, orderId);
        await seeTheCover(trader, project, orderId);
        // A forced close that the mark never explains is held for a person; the last one is as a market makes it, and a market
        // that has just fallen that far sells no cover for an hour.
        const marked = n === PROJECTS.length - 1;
        const claimedId = await claim(trader, treasurer, project, marked);
        const claimId = await decide(reviewer, project, marked);
        await recordPayment(treasurer, project, claimId, TX(Date.now() + n));
        await seeThePayout(trader, project, claimedId);
        for (const who of [trader, reviewer, treasurer]) assert.deepEqual(who.faults, []);
      } finally {
        await Promise.all([trader, reviewer, treasurer].map((who) => who.context.close()));
      }
    });

async function buyWithAKey(trader: Person, project: Project): Promise<void> {
  const { page, say } = trader;
  const account = await on.stage.openAccount();
  await on.stage.openPosition(account.uid, { instId: 'BTC-USDT-SWAP', posSide: 'long' }, '20', '5');

  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('common:front.title'));
  await expect(page.getByText('1.00 → 50.00 USDC').filter({ visible: true }).first()).toBeVisible();
  await look(page, project, '01-front');

  await page.getByRole('link', { name: say('common:front.start') }).click();
  await signIn(trader);
  const leverage = page.getByRole('textbox', { name: say('trader:buy.leverage'), exact: true });
  await leverage.fill('900');
  await expect(page.getByText(say('trader:buy.leverage_wrong'))).toBeVisible();
  await leverage.fill('60');
  await expect(page.getByRole('alert')).toBeVisible();
  await look(page, project, '02-refused');
  await leverage.fill('5');
  await expect(page.getByTestId('premium')).toContainText('1.00');
  // What is filled in survives a reload.
  await page.reload();
  await expect(leverage).toHaveValue('5');
  await expect(page.getByTestId('premium')).toContainText('1.00');
  await look(page, project, '03-quote');

  // The chart has come: what the network is to be without is the order alone.
  if (!project.phone) await expect(page.locator('figure')).toBeVisible();
  // Without a network nothing is sent, and the page says so.
  await trader.context.setOffline(true);
  await page.getByRole('button', { name: say('trader:buy.continue') }).click();
  await expect(page.getByText(say('errors:reached.no')).first()).toBeVisible();
  await trader.context.setOffline(false);
  await page.getByRole('button', { name: say('trader:buy.continue') }).click();

  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:bind.title'));
  await page.getByLabel(say('trader:key.api_key')).fill(account.apiKey);
  await page.getByLabel(say('trader:key.secret')).fill(account.secretKey);
  await page.getByLabel(say('trader:key.passphrase')).fill('not the passphrase');
  await page.getByRole('button', { name: say('trader:key.seal_and_check') }).click();
  await expect(page.getByRole('alert')).toContainText(say('errors:code.KEY_WRONG_PASSPHRASE'));
  await look(page, project, '04-wrong-passphrase');
  await page.getByLabel(say('trader:key.passphrase')).fill(account.passphrase);
  const sealed = page.waitForRequest(
    (request) => request.url().endsWith('/api/okx-credentials') && request.method() === 'POST',
  );
  await page.getByRole('button', { name: say('trader:key.seal_and_check') }).click();
  // What leaves the browser holds nothing of the key.
  const body = (await sealed).postData() ?? '';
  for (const secret of [account.apiKey, account.secretKey, account.passphrase]) assert.ok(!body.includes(secret));
  await page.getByRole('radio', { name: /BTC/ }).check();
  await look(page, project, '05-positions');
  await page.getByRole('button', { name: say('trader:positions.bind') }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:pay.title'));
}

async function payFromTheWallet(trader: Person, project: Project): Promise<string> {
  const { page, say, wallet } = trader;
  const orderId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await expect(page.getByTestId('exact')).toContainText('1.00');
  // Folded on a phone, which can hardly scan itself.
  if (project.phone) await page.getByText(say('trader:pay.qr')).click();
  await expect(page.getByRole('img', { name: say('trader:pay.qr_label', { amount: '1.00' }) })).toBeVisible();
  // How long the price still holds, as it runs down.
  const left = page.getByText(new RegExp(`^${say('trader:quote.held')} \\d+:\\d\\d`));
  const shown = await left.textContent();
  await expect(left).not.toHaveText(shown ?? '');
  await look(page, project, '06-pay');
  const pay = page.getByRole('button', { name: say('trader:pay.from_wallet', { amount: '1.00' }) });
  wallet.declineNext('eth_sendTransaction');
  await pay.click();
  await expect(page.getByRole('alert')).toContainText(say('errors:local.wallet_declined'));
  assert.equal(wallet.sent.length, 0);
  await pay.click();
  await expect(page.getByText(say('trader:pay.reported'))).toBeVisible();
  const transaction = parseTransaction(wallet.sent[0] ?? '0x');
  const transfer = decodeFunctionData({ abi: erc20Abi, data: transaction.data ?? '0x' });
  assert.deepEqual(
    [transaction.chainId, transaction.to?.toLowerCase(), transfer.functionName, transfer.args],
    [8453, '0x833589fcd6edb6e08f4c7c32d4f71b54bda02913', 'transfer', [TREASURY, 1_000_000n]],
  );
  await page.reload();
  await expect(page.getByText(say('trader:pay.reported'))).toBeVisible();
  await look(page, project, '07-reported');
  return orderId;
}

async function confirmPayment(treasurer: Person, project: Project, orderId: string): Promise<void> {
  const { page, say } = treasurer;
  await page.goto('/admin/payments');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('admin:sign_in.title'));
  await look(page, project, '08-operators-door');
  await signIn(treasurer);
  const row = page
    .getByRole('listitem')
    .filter({ hasText: orderId.slice(0, 8) })
    .first();
  await expect(row).toBeVisible();
  await look(page, project, '09-payments');
  await row.getByRole('button', { name: say('admin:payments.confirm') }).click();
  await look(page, project, '10-confirm-payment');
  await page.getByRole('button', { name: say('admin:payments.mark_paid') }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
}

async function seeTheCover({ page, say }: Person, project: Project, orderId: string): Promise<void> {
  // The page changed by itself.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:pay.paid_title'));
  await page.getByRole('link', { name: say('trader:pay.view_policy') }).click();
  await expect(page.getByRole('timer')).toBeVisible();
  assert.ok(page.url().endsWith(`/policies/${orderId}`));
  await look(page, project, '11-policy');
}

/** A second cover, whose window is open: bound by key, paid, liquidated, claimed in one click. */
async function claim(trader: Person, treasurer: Person, project: Project, marked: boolean): Promise<string> {
  const { page, say } = trader;
  const [credential] = await page.evaluate<{ id: string }[]>(
    "fetch('/api/okx-credentials').then((r) => r.json()).then((r) => r.items)",
  );
  assert.ok(credential);
  const uid = await lastUid();
  const slot = { instId: 'ETH-USDT-SWAP', posSide: 'short' as const };
  await on.stage.openPosition(uid, slot, '200', '5');
  const orderId = await openOrder(trader);
  await page.goto(`/buy?order=${orderId}`);
  await page.getByRole('radio', { name: /ETH/ }).check();
  await page.getByRole('button', { name: say('trader:positions.bind') }).click();
  await expect(page.getByTestId('exact')).toBeVisible();
  // Paid another way: the hash by hand, and the operators confirm it.
  await page.getByLabel(say('trader:pay.hash')).fill('0x12');
  await page.getByRole('button', { name: say('trader:pay.i_have_paid') }).click();
  await expect(page.getByText(say('errors:pasted.LENGTH', { found: 2, need: 64 }))).toBeVisible();
  await page.getByLabel(say('trader:pay.hash')).fill(TX(Date.now() * 7));
  await page.getByRole('button', { name: say('trader:pay.i_have_paid') }).click();
  await expect(page.getByText(say('trader:pay.reported'))).toBeVisible();
  const row = treasurer.page
    .getByRole('listitem')
    .filter({ hasText: orderId.slice(0, 8) })
    .first();
  await row.getByRole('button', { name: say('admin:payments.confirm') }).click();
  await treasurer.page.getByRole('button', { name: say('admin:payments.mark_paid') }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:pay.paid_title'));
  await page.getByRole('link', { name: say('trader:pay.view_policy') }).click();
  await on.stage.passTheWait(orderId);
  await page.reload();
  await on.stage.control('/liquidate', { uid, ...slot, touchesMark: marked });
  await page.getByRole('button', { name: say('trader:claim.file') }).click();
  await expect(page.getByText(say('trader:claim.verified'))).toBeVisible();
  await look(page, project, '12-verified');

  await page.getByRole('link', { name: say('trader:claim.evidence') }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:evidence.title'));
  await page.getByRole('button', { name: say('checks:check.LIQUIDATED_IN_WINDOW.title') }).click();
  await expect(page.locator('[data-marked]').first()).toBeVisible();
  await page.getByRole('button', { name: say('checks:check_yourself') }).click();
  await expect(page.getByText(say('checks:recheck_ok'))).toBeVisible();
  await look(page, project, '13-evidence');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: say('checks:download'), exact: true }).click();
  assert.match((await download).suggestedFilename(), /^liqpass-evidence-[0-9a-f]{8}\.json$/);
  return orderId;
}

async function lastUid(): Promise<string> {
  const accounts = (await (await fetch(`${on.stage.simulator}/control/accounts`)).json()) as {
    accounts: { uid: string }[];
  };
  return accounts.accounts.at(-1)?.uid ?? '';
}

async function decide(reviewer: Person, project: Project, marked: boolean): Promise<string> {
  const { page, say } = reviewer;
  await page.goto('/admin/claims?status=VERIFIED_PENDING_REVIEW');
  await signIn(reviewer);
  await expect(page.locator('a[data-row]').first()).toBeVisible();
  await look(page, project, '14-queue');
  // By keyboard alone: to the row, into it, to a rule, and to the decision.
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^[0-9a-f]{8}$/);
  const claimId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await expect(page.getByRole('region', { name: say('checks:raw') })).toBeVisible();
  await page.keyboard.press('2');
  await expect(page.locator('[data-marked]').first()).toBeVisible();
  await look(page, project, '15-claim');
  if (!marked) {
    await expect(page.getByText(say('admin:claim.on_hold'))).toBeVisible();
    await page.getByRole('button', { name: say('admin:claim.release') }).click();
    await page.getByLabel(say('admin:decide.text')).fill('Seen: a short wick that the minute candles do not show.');
    await page.getByRole('button', { name: say('admin:decide.confirm') }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(page.getByText(say('admin:claim.on_hold'))).toBeHidden();
  }
  await page.keyboard.press('r');
  await expect(page.getByRole('dialog')).toBeVisible();
  await look(page, project, '16-reject');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('a');
  await expect(page.getByRole('button', { name: say('admin:decide.confirm') })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText(say('shared:claim_status.APPROVED_PENDING_MULTISIG')).first()).toBeVisible();
  return claimId;
}

async function recordPayment(treasurer: Person, project: Project, claimId: string, hash: string): Promise<void> {
  const { page, say } = treasurer;
  await page.goto('/admin/payouts');
  await expect(page.getByText(claimId.slice(0, 8)).first()).toBeVisible();
  await look(page, project, '17-payouts');
  await page.getByRole('button', { name: /^(Make a batch|编成批次)/ }).click();
  const file = page.waitForEvent('download');
  await page.getByRole('button', { name: say('admin:payouts.safe_file') }).click();
  assert.match((await file).suggestedFilename(), /^liqpass-payouts-[0-9a-f]{8}\.json$/);
  await page.getByLabel(say('admin:decide.hash')).fill(hash);
  await page.getByRole('button', { name: say('admin:payouts.record_button~one', { count: 1 }) }).click();
  const asked = page.getByRole('dialog');
  await expect(asked).toContainText(hash);
  await look(page, project, '17b-record');
  await asked.getByRole('button', { name: say('admin:decide.confirm') }).click();
  await expect(page.getByText(say('admin:payouts.none'))).toBeVisible();
  for (const [name, path] of [
    ['18-exposure', '/admin/exposure'],
    ['19-policies', '/admin/policies'],
    ['20-audit', '/admin/audit'],
    ['21-settings', '/admin/settings'],
  ] as const) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    const loading = page.getByRole('status', { name: say('common:loading') });
    // A chart comes once its place is in view.
    await expect(async () => {
      if ((await loading.count()) > 0) await loading.first().scrollIntoViewIfNeeded({ timeout: 1_000 });
      await expect(loading).toHaveCount(0, { timeout: 1_000 });
    }).toPass({ timeout: 60_000 });
    await look(page, project, name);
  }
}

async function seeThePayout({ page, say }: Person, project: Project, orderId: string): Promise<void> {
  await page.goto(`/policies/${orderId}`);
  await expect(page.getByRole('heading', { name: say('trader:claim.paid') })).toBeVisible();
  await look(page, project, '22-paid');
  await page.getByRole('link', { name: say('trader:claim.receipt') }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:receipt.payout_title'));
  await look(page, project, '23-receipt');
  await page.goto('/policies');
  await expect(page.getByText(say('shared:order_status.SETTLED'))).toBeVisible();
  await look(page, project, '24-policies');
  await page.goto('/help/okx-key');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:help.title'));
  await look(page, project, '25-key-help');
}
