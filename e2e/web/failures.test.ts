import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '@liqpass/api/errors';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { z } from 'zod';
import { loseTheAnswer, offline } from './brokenLine.ts';
import { PROJECTS } from './browser.ts';
import { expect, look, openOrder, person, signIn, type Person } from './flow.ts';
import { onStage } from './onStage.ts';
import { pricesAreThere, type ExchangeAccount } from './stage.ts';

const on = onStage();

const project = PROJECTS[1];
const BTC = { instId: 'BTC-USDT-SWAP', posSide: 'long' } as const;
const ETH = { instId: 'ETH-USDT-SWAP', posSide: 'short' } as const;

/**
 * `act` is refused with `code`: the page says its sentence in the reader's language, and the request's number where it is our
 * fault and to be quoted.
 */
async function refused(
  { page, say }: Person,
  code: ErrorCode,
  sentence: string,
  act: () => Promise<void>,
): Promise<void> {
  const answer = page.waitForResponse(
    (response) => response.request().method() === 'POST' && response.status() >= 400,
    { timeout: 400_000 },
  );
  await act();
  const response = await answer;
  const { error, requestId } = z.object({ error: z.string(), requestId: z.string() }).parse(await response.json());
  assert.equal(error, code);
  const alert = page.locator(`[role="alert"][data-code="${code}"]`).first();
  await expect(alert).toContainText(say(sentence));
  await expect(alert.getByText(requestId)).toHaveCount(response.status() >= 500 ? 1 : 0);
  assert.equal(response.headers()['x-request-id'], requestId);
}

test('a page says what the API says when it fails, its number, and what to do next', { timeout: 400_000 }, async () => {
  const trader = await person(on.browser, on.stage, project, undefined, true);
  const stranger = await person(on.browser, on.stage, project, undefined, true);
  try {
    await killedInTheMiddle(trader);
    await bindsWhatCannotBe(trader, stranger);
    await buysTooLate(trader);
    await asksTooOften(trader);
    await entersWithAWrongKey(stranger);
    for (const who of [trader, stranger]) assert.deepEqual(who.faults, []);
  } finally {
    await endFaults();
    await Promise.all([trader, stranger].map((who) => who.context.close()));
  }
});

const endFaults = () => fetch(`${on.stage.simulator}/control/faults`, { method: 'DELETE' });
const continueButton = ({ page, say }: Person) => page.getByRole('button', { name: say('trader:buy.continue') });

/** The backend dies while an order is being made: nobody knows whether it was; pressed again, there is one. */
async function killedInTheMiddle(trader: Person): Promise<void> {
  const { page, say } = trader;
  await page.goto('/buy');
  await signIn(trader);
  await page.getByRole('textbox', { name: say('trader:buy.leverage'), exact: true }).fill('5');
  await expect(continueButton(trader)).toBeEnabled();
  await page.route(
    '**/api/purchase-orders',
    async (route) => {
      on.stage.killHard('liqpass-backend');
      await route.continue();
    },
    { times: 1 },
  );
  await continueButton(trader).click();
  await expect(page.getByText(say('errors:reached.unknown')).first()).toBeVisible();
  await look(page, project, '40-killed-in-the-middle');
  // It is up again when it is; until then the price that still holds stays shown, and a press would be as unknown as the first.
  await pricesAreThere(on.stage);
  await expect(page.getByTestId('premium')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(1);
  await continueButton(trader).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:bind.title'));
  const mine = await page.evaluate<{ items: unknown[] }>("fetch('/api/me/purchase-orders').then((r) => r.json())");
  assert.equal(mine.items.length, 1);
}

async function bindsWhatCannotBe(trader: Person, stranger: Person): Promise<void> {
  const { page, say } = trader;
  const account = await on.stage.openAccount();
  await on.stage.openPosition(account.uid, BTC, '20', '5');
  const position = page.getByRole('radio', { name: /BTC/ });
  await addKey(trader, account);
  await expect(position).toBeEnabled();
  // OKX does not answer: the list that is there stays, and a new one cannot be had.
  await on.stage.control('/faults', { kind: 'unavailable' });
  await page.reload();
  const alert = page.locator('[role="alert"][data-code="VERIFIER_UNAVAILABLE"]');
  await expect(alert).toContainText(say('errors:code.VERIFIER_UNAVAILABLE'));
  await look(page, project, '41-okx-does-not-answer');
  await endFaults();
  await alert.getByRole('button', { name: say('common:try_again') }).click();
  await expect(position).toBeEnabled();
  // An outage of 20 seconds stops sales until the exchange is seen to answer again, and how long this one was depends on the machine.
  await on.stage.until(
    () => on.stage.call('GET', '/api/exchange'),
    ({ body }) => body['state'] === 'UP',
    120_000,
  );
  await pricesAreThere(on.stage);
  // It is closed between looking and binding.
  await position.check();
  await on.stage.control('/close', { uid: account.uid, ...BTC });
  const bind = page.getByRole('button', { name: say('trader:positions.bind') });
  await refused(trader, 'POSITION_NOT_INSURABLE', 'errors:insurable.POSITION_NOT_OPEN', () => bind.click());
  await look(page, project, '42-not-insurable');

  // The same OKX order cannot be insured by two.
  const open = await on.stage.openPosition(account.uid, ETH, '200', '5');
  await stranger.page.goto('/');
  await byNumber(stranger, open);
  await expect(stranger.page.getByRole('heading', { level: 1 })).toHaveText(say('trader:pay.title'));
  await refused(stranger, 'ORDER_ALREADY_INSURED', 'errors:code.ORDER_ALREADY_INSURED', () => byNumber(stranger, open));
}

async function addKey(who: Person, account: ExchangeAccount): Promise<void> {
  await fillKey(who, account);
  await who.page.getByRole('button', { name: who.say('trader:key.seal_and_check') }).click();
}

async function fillKey({ page, say }: Person, account: ExchangeAccount): Promise<void> {
  await page.getByLabel(say('trader:key.api_key')).fill(account.apiKey);
  await page.getByLabel(say('trader:key.secret')).fill(account.secretKey);
  await page.getByLabel(say('trader:key.passphrase')).fill(account.passphrase);
}

/** An order without a wallet, bound by number. */
async function byNumber(who: Person, ordId: string): Promise<void> {
  const { page, say } = who;
  await page.goto(`/buy?order=${await openOrder(who)}`);
  await page.getByLabel(say('trader:bind.ord_id')).fill(ordId);
  await page.getByLabel(say('trader:buy.instrument')).fill('ETH-USDT-SWAP');
  await page.getByRole('button', { name: say('trader:bind.check') }).click();
}

/** The line is slow: what the page sent while its quote held arrives when that is over. */
async function buysTooLate(trader: Person): Promise<void> {
  const { page } = trader;
  const quote = z.object({ quote_hash: z.string(), expires_at: z.string() });
  const ends = new Map<string, number>();
  page.on('response', async (response) => {
    if (!response.url().endsWith('/api/quotes') || !response.ok()) return;
    const { quote_hash, expires_at } = quote.parse(await response.json());
    ends.set(quote_hash, Date.parse(expires_at));
  });
  await page.goto('/buy');
  await expect(continueButton(trader)).toBeEnabled();
  await page.route(
    '**/api/purchase-orders',
    async (route) => {
      const { quoteHash } = z.object({ quoteHash: z.string() }).parse(route.request().postDataJSON());
      await on.stage.until(
        async () => ends.get(quoteHash) ?? Number.POSITIVE_INFINITY,
        (endMs) => Date.now() > endMs,
      );
      await route.continue();
    },
    { times: 1 },
  );
  // A page waits 20 seconds for an answer, and asks anew in a quote's last four: between the two there is time for a slow machine.
  await on.stage.until(
    async () => Math.max(...ends.values()) - Date.now(),
    (leftMs) => leftMs > 9_000 && leftMs < 15_000,
  );
  const refusal = page.waitForResponse((response) => response.url().endsWith('/api/purchase-orders'), {
    timeout: 60_000,
  });
  await continueButton(trader).click();
  assert.equal(z.object({ error: z.string() }).parse(await (await refusal).json()).error, 'QUOTE_EXPIRED');
  // A new one was asked for by itself, and at the same price the order is made.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(trader.say('trader:bind.title'));
}

/** A wallet may enter so many keys a minute and no more. */
async function asksTooOften(trader: Person): Promise<void> {
  const { page, say } = trader;
  await page.goto(`/buy?order=${await openOrder(trader)}`);
  await page.getByRole('button', { name: say('trader:key.add_another') }).click();
  await fillKey(trader, { apiKey: 'any key', secretKey: 'any secret', passphrase: 'any', uid: '' });
  // Typed before the minute of the sixty begins: however slow the machine, the button is pressed within it.
  const last = await page.evaluate<number>(`(async () => {
    const ask = () => fetch('/api/okx-credentials', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    return Math.max(...(await Promise.all(Array.from({ length: 61 }, ask))).map((answer) => answer.status));
  })()`);
  assert.equal(last, 429);
  await refused(trader, 'TOO_MANY_REQUESTS', 'errors:code.TOO_MANY_REQUESTS', () =>
    page.getByRole('button', { name: say('trader:key.seal_and_check') }).click(),
  );
  await look(page, project, '43-too-often');
}

/** A key mistyped says so where it was typed; the right one opens the queue. */
async function entersWithAWrongKey({ page, say }: Person): Promise<void> {
  await page.goto('/admin/claims');
  await page.getByText(say('admin:sign_in.with_key')).click();
  const key = page.getByLabel(say('admin:sign_in.key'), { exact: true });
  await key.fill('not-the-admin-key-0001');
  await key.press('Enter');
  await expect(page.getByText(say('admin:sign_in.wrong_key'))).toBeVisible();
  await expect(page.locator('[role="alert"][data-code="UNAUTHORIZED"]')).toBeVisible();
  await expect(key).toHaveValue('not-the-admin-key-0001');
  await key.fill(on.stage.secrets.adminApiKey);
  await key.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('admin:queue.title'));
}

test(
  'an operator loses nothing by reloads and broken lines, and decides and pays once',
  { timeout: 400_000 },
  async () => {
    const reviewer = await person(on.browser, on.stage, project, on.stage.operators.reviewer, true);
    const treasurer = await person(on.browser, on.stage, project, on.stage.operators.treasurer, true);
    try {
      const claimId = await claimToReview();
      await queue(reviewer, claimId);
      await decide(reviewer);
      await recordPayment(treasurer, claimId);
      const { audit } = z
        .object({ audit: z.array(z.object({ action: z.string() })) })
        .parse(await on.stage.admin('GET', `/admin/claims/${claimId}`));
      for (const once of ['approve', 'mark_paid'])
        assert.equal(audit.filter(({ action }) => action === once).length, 1, once);
      for (const who of [reviewer, treasurer]) assert.deepEqual(who.faults, []);
    } finally {
      await Promise.all([reviewer, treasurer].map((who) => who.context.close()));
    }
  },
);

/** A cover bound by number, paid, liquidated and claimed over the API, verified. */
async function claimToReview(): Promise<string> {
  const made = (path: string, body: unknown) => on.stage.call('POST', path, body);
  const { ordId } = await on.stage.control('/orders', { ...ETH, side: 'sell', sz: '200', lever: '5' });
  const startMs = Date.now() - 60_000;
  const order = await made('/api/purchase-orders', {
    policyType: 'OKX_24H',
    chainId: 8453,
    premiumAmountUsdc: '1.00',
    policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
    coverageStartAt: new Date(startMs).toISOString(),
    coverageEndAt: new Date(startMs + 86_400_000).toISOString(),
  });
  const id = String(order.body['purchaseOrderId']);
  assert.equal((await made(`/api/purchase-orders/${id}/bind-okx`, { ordId, instId: ETH.instId })).status, 200);
  await on.stage.admin('POST', `/admin/purchase-orders/${id}/mark-paid`, {});
  await on.stage.control('/liquidate', { ...ETH, touchesMark: false });
  const claimant = privateKeyToAccount(generatePrivateKey()).address;
  const claimId = String((await made(`/api/purchase-orders/${id}/claims`, { claimant })).body['claimId']);
  await on.stage.until(
    () => on.stage.admin('GET', `/admin/claims/${claimId}`),
    (claim) => claim['status'] === 'VERIFIED_PENDING_REVIEW',
  );
  return claimId;
}

async function queue(reviewer: Person, claimId: string): Promise<void> {
  const { page, say, context } = reviewer;
  await page.goto('/admin/claims?status=VERIFIED_PENDING_REVIEW&sort=oldest');
  await signIn(reviewer);
  const row = page.locator('a[data-row]').filter({ hasText: claimId.slice(0, 8) });
  await expect(row).toBeVisible();
  await page.reload();
  await expect(row).toBeVisible();
  await expect(page).toHaveURL(/sort=oldest/);
  // What is there stays while the line is down.
  await context.setOffline(true);
  await expect(page.getByText(say('common:offline'))).toBeVisible();
  await expect(row).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText(say('common:offline'))).toBeHidden();
  await row.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(claimId.slice(0, 8));
}

async function decide(reviewer: Person): Promise<void> {
  const { page, say } = reviewer;
  const dialog = page.getByRole('dialog');
  const reject = page.getByRole('button', { name: say('admin:claim.reject') });
  const confirm = dialog.getByRole('button', { name: say('admin:decide.confirm') });
  const code = dialog.getByLabel(say('admin:decide.code'));
  const text = dialog.getByLabel(say('admin:decide.text_seen'));
  await reject.click();
  await code.selectOption('OTHER');
  await text.fill('Half a sentence');
  await page.reload();
  await reject.click();
  await expect(code).toHaveValue('OTHER');
  await expect(text).toHaveValue('Half a sentence');
  await offline(reviewer, () => confirm.click());
  await expect(text).toHaveValue('Half a sentence');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await page.keyboard.press('a');
  // It was done, and nobody was told: the claim itself tells, and the question goes away.
  await loseTheAnswer(reviewer, '/approve', () => confirm.click(), false);
  await expect(dialog).toBeHidden();
  await expect(page.getByText(say('shared:claim_status.APPROVED_PENDING_MULTISIG')).first()).toBeVisible();
}

async function recordPayment(treasurer: Person, claimId: string): Promise<void> {
  const { page, say } = treasurer;
  const hash = `0x${Date.now().toString(16).padStart(64, '0')}`;
  const record = page.getByRole('button', { name: say('admin:payouts.record_button~one', { count: 1 }) });
  await page.goto('/admin/payouts');
  await signIn(treasurer);
  await page.getByLabel(say('admin:decide.hash')).fill(hash);
  await page.reload();
  await expect(page.getByLabel(say('admin:decide.hash'))).toHaveValue(hash);
  await record.click();
  const confirm = page.getByRole('dialog').getByRole('button', { name: say('admin:decide.confirm') });
  await offline(treasurer, () => confirm.click());
  // It was done, and nobody was told: the list itself tells, and a hash that has paid is not kept for the next.
  await loseTheAnswer(treasurer, '/mark-paid', () => confirm.click(), false);
  const recorded = page.getByRole('status').filter({ hasText: say('admin:payouts.recorded~one', { count: 1 }) });
  await expect(recorded).toContainText(hash);
  await expect(page.getByText(say('admin:payouts.none'))).toBeVisible();
  await look(page, project, '44-payout-recorded');
  await page.reload();
  await expect(page.getByText(say('admin:payouts.none'))).toBeVisible();
  await expect(record).toBeHidden();
  assert.ok(!(await page.evaluate<string>('JSON.stringify({ ...localStorage })')).includes(hash));
  assert.equal((await on.stage.admin('GET', `/admin/claims/${claimId}`))['status'], 'PAID');
}
