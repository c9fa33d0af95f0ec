import type { Page } from '@playwright/test';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFunctionData, erc20Abi, parseTransaction } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { z } from 'zod';
import { PROJECTS } from './browser.ts';
import { loseTheAnswer, offline } from './brokenLine.ts';
import { expect, look, openOrder, person, signIn, type Person } from './flow.ts';
import { onStage } from './onStage.ts';
import { TREASURY, type ExchangeAccount } from './stage.ts';

const on = onStage();

const project = PROJECTS[3];
const ETH = { instId: 'ETH-USDT-SWAP', posSide: 'short' } as const;

test(
  'a trader loses nothing by reloads and broken lines, at any step, and nothing is done twice',
  {
    timeout: 400_000,
  },
  async () => {
    const trader = await person(on.browser, on.stage, project, undefined, true);
    try {
      await choosePosition(trader);
      const { account, orderId } = await enterKey(trader);
      await bind(trader);
      await signForAnotherAddress(trader);
      await pay(trader);
      await watchThePayment(trader, orderId);
      await claim(trader, account, orderId);
      assert.deepEqual(trader.faults, []);
    } finally {
      await trader.context.close();
    }
  },
);

const items = z.object({ items: z.array(z.object({ id: z.string() })) });
const count = async (page: Page, path: string): Promise<number> =>
  items.parse(await page.evaluate(`fetch('${path}').then((r) => r.json())`)).items.length;
const stored = (page: Page): Promise<string> =>
  page.evaluate('JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })');

async function choosePosition(trader: Person): Promise<void> {
  const { page, say } = trader;
  await page.goto('/buy');
  await signIn(trader);
  const leverage = page.getByRole('textbox', { name: say('trader:buy.leverage'), exact: true });
  const go = page.getByRole('button', { name: say('trader:buy.continue') });
  await leverage.fill('5');
  await page.getByLabel(say('trader:buy.payout'), { exact: true }).selectOption('25.00');
  await expect(page.getByTestId('premium')).toBeVisible();
  await offline(trader, () => go.click());
  await page.reload();
  await expect(leverage).toHaveValue('5');
  await expect(page.getByLabel(say('trader:buy.payout'), { exact: true })).toHaveValue('25.00');
  await expect(go).toBeEnabled();
  await loseTheAnswer(trader, '/api/purchase-orders', () => go.click());
  await look(page, project, '30-answer-lost');
  await go.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:bind.title'));
  assert.equal(await count(page, '/api/me/purchase-orders'), 1);
}

/** Goes on with an order whose window is open. What the key is made of is kept nowhere; the rest is. */
async function enterKey(trader: Person): Promise<{ account: ExchangeAccount; orderId: string }> {
  const { page, say } = trader;
  const account = await on.stage.openAccount();
  await on.stage.openPosition(account.uid, ETH, '200', '5');
  const orderId = await openOrder(trader);
  await page.goto(`/buy?order=${orderId}`);
  const fill = async (): Promise<void> => {
    await page.getByLabel(say('trader:key.api_key')).fill(account.apiKey);
    await page.getByLabel(say('trader:key.secret')).fill(account.secretKey);
    await page.getByLabel(say('trader:key.passphrase')).fill(account.passphrase);
  };
  const seal = page.getByRole('button', { name: say('trader:key.seal_and_check') });
  await fill();
  await page.getByLabel(say('trader:key.label')).fill('Number two');
  await page.reload();
  await expect(page.getByLabel(say('trader:key.label'))).toHaveValue('Number two');
  await expect(page.getByText(say('trader:key.sealed_note'))).toBeVisible();
  await fill();
  await offline(trader, () => seal.click());
  await expect(page.getByLabel(say('trader:key.secret'))).toHaveValue(account.secretKey);
  for (const secret of [account.apiKey, account.secretKey, account.passphrase])
    assert.ok(!(await stored(page)).includes(secret), 'the browser keeps a secret');
  await loseTheAnswer(trader, '/api/okx-credentials', () => seal.click(), false);
  // It had arrived: it is in the list, once.
  await expect(page.getByRole('radio', { name: /ETH/ })).toBeVisible();
  assert.equal(await count(page, '/api/okx-credentials'), 1);
  return { account, orderId };
}

async function bind(trader: Person): Promise<void> {
  const { page, say } = trader;
  const position = page.getByRole('radio', { name: /ETH/ });
  const bound = page.getByRole('button', { name: say('trader:positions.bind') });
  await position.check();
  await page.reload();
  await expect(position).toBeChecked();
  await offline(trader, () => bound.click());
  await expect(position).toBeChecked();
  await loseTheAnswer(trader, '/bind-okx', () => bound.click());
  await bound.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:pay.title'));
}

async function signForAnotherAddress(trader: Person): Promise<void> {
  const { page, say, wallet } = trader;
  const section = page.getByRole('region', { name: say('trader:payout.title') });
  const whole = (text: string | null): string => (text ?? '').replace(/\s/g, '');
  const shows = async (address: string): Promise<void> =>
    expect.poll(async () => whole(await section.textContent())).toContain(address);
  const sign = section.getByRole('button', { name: say('trader:payout.sign') });
  const field = section.getByLabel(say('trader:buy.address', { network: 'Base' }));
  const other = privateKeyToAccount(generatePrivateKey()).address;
  await shows(wallet.address);
  await section.getByRole('button', { name: say('trader:payout.change') }).click();
  await field.fill(other.slice(0, -1));
  await sign.click();
  await expect(section.getByText(say('errors:pasted.LENGTH', { found: 39, need: 40 }))).toBeVisible();
  // One letter in the other case: the checksum does not fit.
  const at = 2 + other.slice(2).search(/[a-f]/i);
  const letter = other[at] ?? '';
  const swapped = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
  await field.fill(`${other.slice(0, at)}${swapped}${other.slice(at + 1)}`);
  await sign.click();
  await expect(section.getByText(say('trader:payout.checksum'))).toBeVisible();
  await look(page, project, '31-checksum');
  await field.fill(other);
  await page.reload();
  await section.getByRole('button', { name: say('trader:payout.change') }).click();
  await expect(field).toHaveValue(other);
  wallet.declineNext('personal_sign');
  await sign.click();
  await expect(section.getByRole('alert')).toContainText(say('errors:local.wallet_declined'));
  await shows(wallet.address);
  await offline(trader, () => sign.click());
  await sign.click();
  await expect(section.getByText(say('trader:payout.changed'))).toBeVisible();
  await shows(other);
  await look(page, project, '32-payout-address');
}

/** The wallet is asked, the page reloaded before it answers; then it pays, and the report does not get through at first. */
async function pay(trader: Person): Promise<void> {
  const { page, say, wallet } = trader;
  const fromWallet = page.getByRole('button', { name: say('trader:pay.from_wallet', { amount: '1.00' }) });
  await page.getByLabel(say('trader:pay.hash')).fill('0x12');
  wallet.ignoreNext('eth_sendTransaction');
  await fromWallet.click();
  await expect.poll(() => wallet.asked.includes('eth_sendTransaction')).toBe(true);
  await page.reload();
  await expect(page.getByText(say('trader:pay.unsure'))).toBeVisible();
  await expect(fromWallet).toBeHidden();
  await expect(page.getByLabel(say('trader:pay.hash'))).toHaveValue('0x12');
  await look(page, project, '33-did-it-send');
  await page.route('**/report-payment', (route) => route.abort('connectionreset'));
  await page.getByRole('button', { name: say('trader:pay.not_sent_again', { amount: '1.00' }) }).click();
  await expect(page.getByText(say('trader:pay.sent_not_reported'))).toBeVisible();
  await expect(page.getByText(say('errors:reached.unknown'))).toBeVisible();
  await look(page, project, '34-sent-not-reported');
  await page.reload();
  await expect(page.getByText(say('trader:pay.sent_not_reported'))).toBeVisible();
  await page.unroute('**/report-payment');
  // It reports by itself what was sent, once.
  await expect(page.getByText(say('trader:pay.reported'))).toBeVisible();
  assert.equal(wallet.sent.length, 1);
  const transfer = decodeFunctionData({ abi: erc20Abi, data: parseTransaction(wallet.sent[0] ?? '0x').data ?? '0x' });
  assert.deepEqual(transfer.args, [TREASURY, 1_000_000n]);
  // Reported is not paid.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:pay.title'));
}

/** The stream is cut: the page asks instead, says so, and listens again once it can. */
async function watchThePayment({ page, say }: Person, orderId: string): Promise<void> {
  await expect(page.getByText(say('shared:live'), { exact: true })).toBeVisible();
  await page.route('**/events', (route) => route.abort('connectionreset'));
  on.stage.killHard('liqpass-backend');
  await expect(page.getByText(say('shared:live_lost'))).toBeVisible();
  await on.stage.until(
    () => on.stage.admin('POST', `/admin/purchase-orders/${orderId}/mark-paid`, {}),
    () => true,
  );
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:pay.paid_title'));
  await expect(page.getByText(say('shared:live_lost'))).toBeVisible();
  await expect(page.getByText(say('trader:payout.frozen'))).toBeVisible();
  await expect(page.getByRole('button', { name: say('trader:payout.change') })).toBeHidden();
  await page.unroute('**/events');
  await expect(page.getByText(say('shared:live'), { exact: true })).toBeVisible();
}

async function claim(trader: Person, account: ExchangeAccount, orderId: string): Promise<void> {
  const { page, say } = trader;
  await page.getByRole('link', { name: say('trader:pay.view_policy') }).click();
  await on.stage.passTheWait(orderId);
  await page.reload();
  await on.stage.control('/liquidate', { uid: account.uid, ...ETH, touchesMark: false });
  const file = page.getByRole('button', { name: say('trader:claim.file') });
  await offline(trader, () => file.click());
  // OKX answers nothing, and the page is loaded again meanwhile: the work goes on.
  await on.stage.control('/faults', { kind: 'unavailable', path: '/account/*', durationMs: 600_000 });
  await file.click();
  const verifying = page.getByText(say('trader:claim.verifying'));
  await expect(verifying).toBeVisible();
  await page.reload();
  await expect(verifying).toBeVisible();
  await look(page, project, '35-verifying');
  await fetch(`${on.stage.simulator}/control/faults`, { method: 'DELETE' });
  await expect(page.getByText(say('trader:claim.verified'))).toBeVisible({ timeout: 60_000 });
  const { body } = await on.stage.call('GET', `/admin/claims?status=VERIFIED_PENDING_REVIEW`, undefined, {
    'x-admin-key': on.stage.secrets.adminApiKey,
  });
  assert.equal(items.parse(body).items.length, 1);

  // The evidence does not come, then comes by itself.
  await page.route('**/evidence', (route) =>
    isPage(route.request().url()) ? route.continue() : route.abort('connectionreset'),
  );
  await page.getByRole('link', { name: say('trader:claim.evidence') }).click();
  await expect(page.getByRole('alert')).toContainText(say('errors:local.offline'));
  await page.unroute('**/evidence');
  await expect(page.getByRole('button', { name: say('checks:check_yourself') })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: say('checks:check_yourself') })).toBeVisible();
  assert.ok(page.url().endsWith(`/policies/${orderId}/evidence`));
}

const isPage = (url: string): boolean => new URL(url).pathname.startsWith('/policies/');
