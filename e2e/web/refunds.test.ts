import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { generatePrivateKey } from 'viem/accounts';
import { z } from 'zod';
import { PROJECTS, type Project } from './browser.ts';
import { expect, look, person, signIn, type Person } from './flow.ts';
import { onStage } from './onStage.ts';
import type { ExchangeAccount } from './stage.ts';

const MINUTE_MS = 60_000;
const BTC = { instId: 'BTC-USDT-SWAP', posSide: 'long' } as const;
const ETH = { instId: 'ETH-USDT-SWAP', posSide: 'short' } as const;
const TX = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`;

const folder = mkdtempSync(join(tmpdir(), 'liqpass-clock-'));
const clock = join(folder, 'ahead');
/** Time passes for every process of the product at once. */
const passTo = (aheadMs: number): void => writeFileSync(clock, String(aheadMs));
passTo(0);
const on = onStage({
  NODE_OPTIONS: `--import=${join(import.meta.dirname, '../shiftedClock.ts')}`,
  CLOCK_AHEAD: clock,
});
after(() => rmSync(folder, { recursive: true, force: true }));

const key = generatePrivateKey();

test(
  'a cover that was touched before it began, and a price paid too late: both see why, how much goes back, and to whom',
  { timeout: 400_000 },
  async () => {
    const project = PROJECTS[3];
    const trader = await person(on.browser, on.stage, project, key);
    const treasurer = await person(on.browser, on.stage, project, on.stage.operators.treasurer);
    try {
      const account = await on.stage.openAccount();
      await on.stage.openPosition(account.uid, BTC, '20', '5');
      await on.stage.openPosition(account.uid, ETH, '200', '5');
      const late = await buyAtAQuote(trader, account);
      const touched = await buyAtTheCatalogue(trader);
      await touchWhileItWaits(trader, touched);
      await payTooLate(trader, treasurer, late);
      for (const who of [trader, treasurer]) assert.deepEqual(who.faults, []);
      for (const each of PROJECTS) {
        await seeAsTrader(each, { touched, late }, trader.wallet.address);
        await seeAsOperator(each, { touched, late }, trader.wallet.address);
      }
    } finally {
      await Promise.all([trader, treasurer].map((who) => who.context.close()));
    }
  },
);

const idIn = (url: string): string => new URL(url).pathname.split('/').at(-1) ?? '';

/** A quoted price, bound with a key, and left unpaid. */
async function buyAtAQuote({ page, say, ...rest }: Person, account: ExchangeAccount): Promise<string> {
  await page.goto('/buy');
  await signIn({ page, say, ...rest });
  await page.getByRole('textbox', { name: say('trader:buy.leverage'), exact: true }).fill('5');
  await expect(page.getByTestId('premium')).toBeVisible();
  await page.getByRole('button', { name: say('trader:buy.continue') }).click();
  await page.getByLabel(say('trader:key.api_key')).fill(account.apiKey);
  await page.getByLabel(say('trader:key.secret')).fill(account.secretKey);
  await page.getByLabel(say('trader:key.passphrase')).fill(account.passphrase);
  await page.getByRole('button', { name: say('trader:key.seal_and_check') }).click();
  await page.getByRole('radio', { name: /BTC/ }).check();
  await page.getByRole('button', { name: say('trader:positions.bind') }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:pay.title'));
  await expect(page.getByText(say('trader:pay.pay_by'), { exact: true })).toBeVisible();
  return idIn(page.url());
}

/** At the catalogue's price, with the key that is there, paid at once: its cover begins in ten minutes. */
async function buyAtTheCatalogue({ page, say }: Person): Promise<string> {
  const made = await page.evaluate(`fetch('/api/purchase-orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ policyType: 'OKX_24H', chainId: 8453, premiumAmountUsdc: '1.00', policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' } }),
  }).then((answer) => answer.json())`);
  const id = z.object({ purchaseOrderId: z.uuid() }).parse(made).purchaseOrderId;
  await page.goto(`/buy?order=${id}`);
  await page.getByRole('radio', { name: /ETH/ }).check();
  await page.getByRole('button', { name: say('trader:positions.bind') }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:pay.title'));
  const paid = await on.stage.admin('POST', `/admin/purchase-orders/${id}/mark-paid`, { txHash: TX(1) });
  assert.equal(paid['status'], 'SCHEDULED');
  return id;
}

const refund = async (id: string) => {
  const { items } = z
    .object({ items: z.array(z.looseObject({ id: z.string(), refund_reason: z.string().nullable() })) })
    .parse(await on.stage.admin('GET', '/admin/purchase-orders?status=REFUND_DUE'));
  return items.find((order) => order.id === id)?.refund_reason;
};

/** The mark comes within a hair of the liquidation price, nothing is liquidated, and then cover would begin. */
async function touchWhileItWaits({ page, say }: Person, id: string): Promise<void> {
  await page.goto(`/policies/${id}`);
  await expect(page.getByText(say('trader:policy.starts_in'))).toBeVisible();
  const { position } = z
    .looseObject({ position: z.looseObject({ liq_px: z.string() }) })
    .parse(await page.evaluate(`fetch('/api/purchase-orders/${id}').then((answer) => answer.json())`));
  const px = (Number(position.liq_px) * 0.9995).toFixed(2);
  await on.stage.control('/marks', { instId: ETH.instId, px });
  const marks = z.object({ items: z.array(z.object({ inst_id: z.string(), mark_px: z.string() })) });
  await on.stage.until(
    async () => marks.parse((await on.stage.call('GET', '/api/market/marks')).body).items,
    (items) => items.some((mark) => mark.inst_id === ETH.instId && Number(mark.mark_px) === Number(px)),
  );
  passTo(11 * MINUTE_MS);
  // The page changes by itself.
  await expect(page.getByText(say('trader:refund.TOUCHED_BEFORE_COVER'))).toBeVisible({ timeout: 60_000 });
  assert.equal(await refund(id), 'TOUCHED_BEFORE_COVER');
}

/** The deadline passes; the money comes all the same, is reported, and confirmed for what it is. */
async function payTooLate(trader: Person, treasurer: Person, id: string): Promise<void> {
  const { page, say } = trader;
  passTo(45 * MINUTE_MS);
  await on.stage.until(
    () => on.stage.admin('GET', '/admin/purchase-orders?status=LAPSED'),
    (answer) => JSON.stringify(answer).includes(id),
  );
  await page.goto(`/pay/${id}`);
  await expect(page.getByText(say('trader:pay.lapsed'))).toBeVisible();
  await look(page, PROJECTS[3], '50-lapsed');
  await page.getByLabel(say('trader:pay.hash')).fill(TX(2));
  await page.getByRole('button', { name: say('trader:pay.i_have_paid') }).click();
  await expect(page.getByText(say('trader:pay.late_next'))).toBeVisible();

  const { page: desk, say: word } = treasurer;
  await desk.goto('/admin/payments');
  await signIn(treasurer);
  const row = desk
    .getByRole('listitem')
    .filter({ hasText: id.slice(0, 8) })
    .first();
  await row.getByRole('button', { name: word('admin:payments.confirm') }).click();
  const dialog = desk.getByRole('dialog');
  await expect(dialog.getByText(word('admin:payments.pay_by'))).toBeVisible();
  await look(desk, PROJECTS[3], '51-confirm-late');
  await dialog.getByRole('button', { name: word('admin:payments.mark_paid') }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(say('trader:refund.PAID_AFTER_DEADLINE'))).toBeVisible();
  assert.equal(await refund(id), 'PAID_AFTER_DEADLINE');
}

const REASONS = { touched: 'TOUCHED_BEFORE_COVER', late: 'PAID_AFTER_DEADLINE' } as const;
type Orders = Readonly<Record<keyof typeof REASONS, string>>;
const short = (hex: string): string => `${hex.slice(0, 6)}…${hex.slice(-4)}`;

async function seeAsTrader(project: Project, orders: Orders, wallet: string): Promise<void> {
  const trader = await person(on.browser, on.stage, project, key);
  const { page, say } = trader;
  try {
    await page.goto('/policies');
    await signIn(trader);
    await expect(page.getByText(say('shared:order_status.REFUND_DUE'))).toHaveCount(2);
    for (const which of ['touched', 'late'] as const) {
      const id = orders[which];
      await page.goto(`/policies/${id}`);
      const note = page.getByRole('status').filter({ hasText: say('trader:refund.title') });
      await expect(note).toContainText(say(`trader:refund.${REASONS[which]}`));
      const back = { amount: '1.00', to: short(wallet), id: id.slice(0, 8) };
      await expect(note).toContainText(say('trader:refund.back_to', back));
      await expect(note.getByRole('link', { name: say('trader:refund.buy_again') })).toBeVisible();
      // What comes next is the refund; no cover is promised any more, and none can be claimed.
      const steps = page.getByRole('list', { name: say('trader:history.title') });
      await expect(steps.locator('[aria-current="step"]')).toHaveText(say('trader:history.refund'));
      await expect(steps).toContainText(say(which === 'touched' ? 'trader:history.void' : 'trader:history.no_cover'));
      await expect(steps.getByText(say('trader:history.start'))).toHaveCount(0);
      await expect(page.getByRole('button', { name: say('trader:claim.file') })).toHaveCount(0);
      await look(page, project, `52-refund-${which}`);
    }
    assert.deepEqual(trader.faults, []);
  } finally {
    await trader.context.close();
  }
}

async function seeAsOperator(project: Project, orders: Orders, wallet: string): Promise<void> {
  const operator = await person(on.browser, on.stage, project, on.stage.operators.treasurer);
  const { page, say } = operator;
  try {
    await page.goto('/admin/payments');
    await signIn(operator);
    for (const which of ['touched', 'late'] as const) {
      const row = page.getByRole('listitem').filter({ hasText: orders[which].slice(0, 8) });
      await expect(row).toHaveCount(1);
      await expect(row).toContainText(say('shared:order_status.REFUND_DUE'));
      await expect(row).toContainText(say(`admin:refund.${REASONS[which]}`));
      await expect(row).toContainText(`${say('admin:refund.send')} 1.00 USDC`);
      await expect(row).toContainText(short(wallet));
      await expect(row.getByRole('button', { name: say('admin:payments.confirm') })).toHaveCount(0);
    }
    await expect(page.getByText(say('admin:payments.refunds_next'))).toBeVisible();
    await look(page, project, '53-refunds');
    assert.deepEqual(operator.faults, []);
  } finally {
    await operator.context.close();
  }
}
