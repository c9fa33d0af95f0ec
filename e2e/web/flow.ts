import { expect as plainExpect, type Browser, type BrowserContext, type Page } from '@playwright/test';
import type { Hex } from 'viem';
import { z } from 'zod';
import { guard, look, mustBeAccessible, openContext, words, type Project } from './browser.ts';
import type { Stage } from './stage.ts';
import { installWallet, type TestWallet, type WalletKind } from './wallet.ts';

/** Waits longer than usual: everything runs on two cores. */
export const expect = plainExpect.configure({ timeout: 60_000 });

export type Person = {
  context: BrowserContext;
  page: Page;
  wallet: TestWallet;
  faults: string[];
  say: (key: string, params?: Record<string, string | number>) => string;
};

/** Somebody with a browser and a wallet. */
export async function person(
  browser: Browser,
  stage: Stage,
  project: Project,
  key?: Hex,
  breaksLines = false,
  kind?: WalletKind,
): Promise<Person> {
  const context = await openContext(browser, stage.backend, project);
  context.setDefaultTimeout(60_000);
  const { faults } = await guard(context, breaksLines);
  const wallet = await installWallet(context, key, kind);
  return { context, page: await context.newPage(), wallet, faults, say: words(project.lng) };
}

/** Connects and signs in from whatever page is open. */
export async function signIn({ page, say, wallet }: Person, name = 'Test Wallet'): Promise<void> {
  await page
    .getByRole('button', { name: say('common:wallet.connect') })
    .first()
    .click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.getByRole('button', { name }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('button', { name: wallet.address.slice(-4) })).toBeVisible();
}

/** An order whose window is open already, made by the signed-in page itself: the interface sells only windows to come. */
export async function openOrder({ page }: Person): Promise<string> {
  const start = Date.now() - 60_000;
  const body = JSON.stringify({
    policyType: 'OKX_24H',
    chainId: 8453,
    premiumAmountUsdc: '1.00',
    policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
    coverageStartAt: new Date(start).toISOString(),
    coverageEndAt: new Date(start + 86_400_000).toISOString(),
  });
  const answer = await page.evaluate<unknown>(
    `fetch('/api/purchase-orders', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(body)} }).then((r) => r.json())`,
  );
  return z.object({ purchaseOrderId: z.uuid() }).parse(answer).purchaseOrderId;
}

export { look, mustBeAccessible };
