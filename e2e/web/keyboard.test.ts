import type { Page } from '@playwright/test';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROJECTS } from './browser.ts';
import { expect, openOrder, person, type Person } from './flow.ts';
import { enter, focused, mustHaveFocus, tabTo, type } from './keys.ts';
import { onStage } from './onStage.ts';

const on = onStage();

const [project] = PROJECTS;

test('buys, pays, claims, decides and pays out without a mouse', { timeout: 400_000 }, async () => {
  const trader = await person(on.browser, on.stage, project);
  const reviewer = await person(on.browser, on.stage, project, on.stage.operators.reviewer);
  const treasurer = await person(on.browser, on.stage, project, on.stage.operators.treasurer);
  try {
    await choosePosition(trader);
    const orderId = await bindAndPay(trader);
    await on.stage.admin('POST', `/admin/purchase-orders/${orderId}/mark-paid`, {});
    await fileClaim(trader, orderId);
    await approve(reviewer);
    await recordPayment(treasurer);
    for (const who of [trader, reviewer, treasurer]) assert.deepEqual(who.faults, []);
  } finally {
    await Promise.all([trader, reviewer, treasurer].map((who) => who.context.close()));
  }
});

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
/** On another page or another step the focus is at its heading, and the tab says where one is. */
async function arrivesAt(page: Page, title: string): Promise<void> {
  await expect(heading(page)).toHaveText(title);
  await expect(heading(page)).toBeFocused();
  await expect(page).toHaveTitle(`${title} · LiqPass`);
}

/** Connects from the button that has the focus. */
async function connect({ page, say }: Person): Promise<void> {
  const dialog = page.getByRole('dialog');
  const button = page.getByRole('main').getByRole('button', { name: say('common:wallet.connect') });
  // The dialog keeps the focus inside; Escape gives it back to the button.
  await enter(page, button);
  await expect(dialog.getByRole('button', { name: 'Test Wallet' })).toBeVisible();
  for (let n = 0; n < 4; n += 1) {
    await page.keyboard.press('Tab');
    const inside = await page.evaluate<boolean>(
      "document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)",
    );
    assert.ok(inside, 'the dialog lets the focus out');
  }
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(button).toBeFocused();
  await page.keyboard.press('Enter');
  await enter(page, dialog.getByRole('button', { name: 'Test Wallet' }));
  await expect(dialog).toBeHidden();
}

let uid = '';
async function choosePosition(trader: Person): Promise<void> {
  const { page, say } = trader;
  await page.goto('/');
  await expect(page.getByText('1.00 → 50.00 USDC').filter({ visible: true }).first()).toBeVisible();
  // The first stop leads past the bar.
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: say('common:skip') })).toBeFocused();
  assert.ok((await focused(page))?.seen);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: say('common:front.start') })).toBeFocused();
  await page.keyboard.press('Enter');
  await arrivesAt(page, say('trader:buy.title'));
  // In the order of reading: instrument, direction, what is known, the leverage.
  await page.keyboard.press('Tab');
  await expect(page.getByLabel(say('trader:buy.instrument'))).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('radio', { name: say('trader:side.long') })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: say('trader:side.short') })).toBeChecked();
  await page.keyboard.press('ArrowLeft');
  await type(page, page.getByRole('textbox', { name: say('trader:buy.leverage'), exact: true }), '5');
  await expect(page.getByTestId('premium')).toContainText('1.00');
  await connect(trader);
  await expect(page.getByRole('region', { name: say('trader:buy.payout_to') })).toBeFocused();
  await enter(page, page.getByRole('button', { name: say('trader:buy.continue') }));
  await arrivesAt(page, say('trader:bind.title'));
}

/** Another order, whose window is open already. */
async function bindAndPay(trader: Person): Promise<string> {
  const { page, say, wallet } = trader;
  const account = await on.stage.openAccount();
  uid = account.uid;
  await on.stage.openPosition(uid, { instId: 'ETH-USDT-SWAP', posSide: 'short' }, '200', '5');
  const orderId = await openOrder(trader);
  await page.goto(`/buy?order=${orderId}`);
  await type(page, page.getByLabel(say('trader:key.api_key')), account.apiKey);
  await type(page, page.getByLabel(say('trader:key.secret')), account.secretKey);
  await type(page, page.getByLabel(say('trader:key.passphrase')), account.passphrase);
  await page.keyboard.press('Enter');
  const position = page.getByRole('radio', { name: /ETH/ });
  await expect(position).toBeVisible();
  await mustHaveFocus(page);
  await tabTo(page, position);
  await page.keyboard.press('Space');
  await expect(position).toBeChecked();
  await enter(page, page.getByRole('button', { name: say('trader:positions.bind') }));
  await arrivesAt(page, say('trader:pay.title'));
  await enter(page, page.getByRole('button', { name: say('trader:pay.from_wallet', { amount: '1.00' }) }));
  await expect(page.getByText(say('trader:pay.reported'))).toBeVisible();
  await mustHaveFocus(page);
  assert.equal(wallet.sent.length, 1);
  return orderId;
}

async function fileClaim(trader: Person, orderId: string): Promise<void> {
  const { page, say } = trader;
  // What is announced by itself takes nobody's place away.
  await expect(heading(page)).toHaveText(say('trader:pay.paid_title'));
  await mustHaveFocus(page);
  await enter(page, page.getByRole('link', { name: say('trader:pay.view_policy') }));
  await expect(page).toHaveURL(new RegExp(`/policies/${orderId}$`));
  await expect(heading(page)).toBeFocused();
  await on.stage.passTheWait(orderId);
  await page.reload();
  await on.stage.control('/liquidate', { uid, instId: 'ETH-USDT-SWAP', posSide: 'short', touchesMark: true });
  await enter(page, page.getByRole('button', { name: say('trader:claim.file') }));
  await expect(page.getByText(say('trader:claim.verified'))).toBeVisible();
  await mustHaveFocus(page);
  await enter(page, page.getByRole('link', { name: say('trader:claim.evidence') }));
  await arrivesAt(page, say('trader:evidence.title'));
  await enter(page, page.getByRole('button', { name: say('checks:check_yourself') }));
  await expect(page.getByText(say('checks:recheck_ok'))).toBeVisible();
  await enter(page, page.getByRole('button', { name: say('checks:check.LIQUIDATED_IN_WINDOW.title') }));
  await expect(page.locator('[data-marked]').first()).toBeVisible();
  await tabTo(page, page.getByRole('region', { name: say('checks:raw') }));
}

async function approve(reviewer: Person): Promise<void> {
  const { page, say } = reviewer;
  await page.goto('/admin/claims?status=VERIFIED_PENDING_REVIEW');
  await expect(heading(page)).toHaveText(say('admin:sign_in.title'));
  await connect(reviewer);
  await expect(page.locator('a[data-row]').first()).toBeVisible();
  await mustHaveFocus(page);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(heading(page)).toHaveText(/^[0-9a-f]{8}$/);
  await expect(heading(page)).toBeFocused();
  await page.keyboard.press('r');
  await expect(page.getByLabel(say('admin:decide.code'))).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(heading(page)).toBeFocused();
  await page.keyboard.press('a');
  await expect(page.getByRole('button', { name: say('admin:decide.confirm') })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText(say('shared:claim_status.APPROVED_PENDING_MULTISIG')).first()).toBeVisible();
  await expect(page.getByRole('dialog')).toBeHidden();
  await mustHaveFocus(page);
}

async function recordPayment(treasurer: Person): Promise<void> {
  const { page, say } = treasurer;
  await page.goto('/admin/payouts');
  await expect(heading(page)).toHaveText(say('admin:sign_in.title'));
  await connect(treasurer);
  await expect(heading(page)).toHaveText(say('admin:payouts.title'));
  await type(page, page.getByLabel(say('admin:decide.hash')), `0x${Date.now().toString(16).padStart(64, '0')}`);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: say('admin:decide.confirm') })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText(say('admin:payouts.none'))).toBeVisible();
  await mustHaveFocus(page);
}
