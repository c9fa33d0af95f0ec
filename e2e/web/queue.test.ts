import { sealExchangeKey } from '@liqpass/sealing/seal';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { PROJECTS } from './browser.ts';
import { expect, look, person, signIn } from './flow.ts';
import { onStage } from './onStage.ts';
import type { Stage } from './stage.ts';

// The queue where it is long, and old: fifty rows and more by the keyboard, ages against the promised hour, clean claims together.

const on = onStage({ REVIEW_WITHIN_HOURS: '1' });
const BTC = { instId: 'BTC-USDT-SWAP', posSide: 'long' } as const;
const ETH = { instId: 'ETH-USDT-SWAP', posSide: 'short' } as const;
const MINUTE_MS = 60_000;
/** One more than a page of the queue has. */
const MANY = 51;

const windowFrom = (startMs: number) => ({
  coverageStartAt: new Date(startMs).toISOString(),
  coverageEndAt: new Date(startMs + 86_400_000).toISOString(),
});
const TERMS = {
  policyType: 'OKX_24H',
  chainId: 8453,
  premiumAmountUsdc: '1.00',
  policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
};
const markPaid = (id: string) => on.stage.admin('POST', `/admin/purchase-orders/${id}/mark-paid`, {});

/** A cover without a wallet, of a position that lives. */
async function unattested(): Promise<string> {
  const { ordId } = await on.stage.control('/orders', { ...ETH, side: 'sell', sz: '2', lever: '5' });
  const made = await on.stage.call('POST', '/api/purchase-orders', { ...TERMS, ...windowFrom(on.stage.now() - 1_000) });
  const id = String(made.body['purchaseOrderId']);
  await on.stage.call('POST', `/api/purchase-orders/${id}/bind-okx`, { ordId, instId: ETH.instId });
  await markPaid(id);
  return id;
}

/** Its claim, whatever has become of it by the time the API answers: what can be asked of the exchange in a second is limited. */
async function claimOf(order: string): Promise<string> {
  const claimant = privateKeyToAccount(generatePrivateKey()).address;
  return String((await on.stage.call('POST', `/api/purchase-orders/${order}/claims`, { claimant })).body['claimId']);
}

type Covered = { uid: string; wallet: string; order: string; claim: () => Promise<string> };

/** A wallet whose position is covered, seen with its own key; all over the API, the key sealed as a browser seals it. */
async function covered(stage: Stage): Promise<Covered> {
  const wallet = privateKeyToAccount(generatePrivateKey());
  const asked = await stage.call('POST', '/api/auth/nonce', { address: wallet.address, chainId: 8453 });
  const message = String(asked.body['message']);
  const signed = await fetch(`${stage.backend}/api/auth/verify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: stage.backend },
    body: JSON.stringify({ message, signature: await wallet.signMessage({ message }) }),
  });
  assert.equal(signed.status, 200);
  const [cookie = ''] = (signed.headers.getSetCookie()[0] ?? '').split(';');
  const call = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await stage.call(method, path, body, { cookie, origin: stage.backend });
    assert.ok(answer.status < 300, `${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const { uid, ...key } = await stage.openAccount();
  const ordId = await stage.openPosition(uid, BTC, '20', '5');
  const target = await call('GET', '/api/sealing-key');
  const sealed = await sealExchangeKey(String(target['public_key']), wallet.address, { ...key, region: 'global' });
  const { id: credentialId } = await call('POST', '/api/okx-credentials', { sealed, region: 'global', label: 'mine' });
  const made = await call('POST', '/api/purchase-orders', { ...TERMS, ...windowFrom(stage.now() - 1_000) });
  const order = String(made['purchaseOrderId']);
  await call('POST', `/api/purchase-orders/${order}/bind-okx`, { ordId, instId: BTC.instId, credentialId });
  await markPaid(order);
  return {
    uid,
    wallet: wallet.address,
    order,
    async claim() {
      const claimed = await call('POST', `/api/purchase-orders/${order}/claims`, { claimant: wallet.address });
      const id = String(claimed['claimId']);
      await stage.until(
        () => stage.admin('GET', `/admin/claims/${id}`),
        (claim) => claim['status'] === 'VERIFIED_PENDING_REVIEW',
      );
      return id;
    },
  };
}

test('the keyboard goes beyond the fiftieth row, and the mark stays where it went', { timeout: 400_000 }, async () => {
  const orders: string[] = [];
  for (let n = 0; n < MANY; n += 1) orders.push(await unattested());
  const [last = '', ...others] = orders;
  await Promise.all(others.map(claimOf));
  const youngest = await claimOf(last);
  const project = PROJECTS[0];
  const reviewer = await person(on.browser, on.stage, project, on.stage.operators.reviewer);
  const { page } = reviewer;
  try {
    await page.goto('/admin/claims?status=all&sort=oldest');
    await signIn(reviewer);
    const rows = page.locator('a[data-row]');
    await expect(rows).toHaveCount(50);
    for (let n = 1; n < 50; n += 1) await page.keyboard.press('j');
    await expect(rows.nth(49)).toBeFocused();
    await page.keyboard.press('j');
    await expect(rows).toHaveCount(MANY);
    await expect(rows.nth(50)).toBeFocused();
    // There is no row after the last: the focus comes back to it, wherever it was.
    await page.getByRole('button', { name: reviewer.wallet.address.slice(-4) }).focus();
    await page.keyboard.press('j');
    await expect(rows.nth(50)).toBeFocused();
    await page.keyboard.press('k');
    await expect(rows.nth(49)).toBeFocused();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(youngest.slice(0, 8));
    assert.deepEqual(reviewer.faults, []);
  } finally {
    await reviewer.context.close();
  }
});

test(
  'clean claims are approved together, each for itself, the list with its names first; their age is told against the hour promised',
  { timeout: 400_000 },
  async () => {
    const traders = [await covered(on.stage), await covered(on.stage), await covered(on.stage)];
    const [first, , third] = traders;
    assert.ok(first && third);
    // One clock for all of them.
    await on.stage.passTheWait(third.order);
    const claims: string[] = [];
    for (const { uid, claim } of traders) {
      // The first one's wick may have taken the others with it.
      await on.stage.control('/liquidate', { uid, ...BTC }).catch(() => undefined);
      claims.push(await claim());
    }
    await on.stage.admin('PUT', `/admin/addresses/${first.wallet}`, { name: 'Big whale 7' });
    const desk = privateKeyToAccount(on.stage.operators.reviewer).address;
    await on.stage.admin('PUT', `/admin/addresses/${desk}`, { name: 'Night desk' });
    const project = PROJECTS[1];
    const reviewer = await person(on.browser, on.stage, project, on.stage.operators.reviewer);
    const { page, say } = reviewer;
    const rowOf = (n: number) => page.locator('a[data-row]').filter({ hasText: String(claims[n]).slice(0, 8) });
    try {
      await page.goto('/admin/claims');
      await signIn(reviewer);
      await expect(page.locator('a[data-row]')).toHaveCount(3);
      await expect(rowOf(0)).not.toContainText(say('admin:queue.soon'));
      // Half of the promised hour, and all of it: in words beside the colour.
      for (const [minutes, word, tone] of [
        [31, 'admin:queue.soon', /text-wait/],
        [31, 'admin:queue.overdue', /text-liq/],
      ] as const) {
        await on.stage.letPass(minutes * MINUTE_MS);
        await page.reload();
        await expect(rowOf(0)).toContainText(say(word));
        await expect(
          rowOf(0)
            .locator('span')
            .filter({ hasText: say(word) })
            .last(),
        ).toHaveClass(tone);
      }
      await look(page, project, '110-overdue');

      await page.getByRole('button', { name: say('admin:queue.approve_clean', { count: 3 }) }).click();
      const dialog = page.getByRole('dialog');
      await expect(dialog.getByRole('checkbox')).toHaveCount(3);
      await expect(dialog).toContainText('Big whale 7');
      await dialog.getByRole('checkbox', { name: new RegExp(String(claims[2]).slice(0, 8)) }).uncheck();
      await look(page, project, '111-approve-together');
      await dialog.getByRole('button', { name: say('admin:queue.together_button', { count: 2 }) }).click();
      await expect(dialog).toBeHidden();
      await expect(page.locator('a[data-row]')).toHaveCount(1);
      await expect(rowOf(2)).toBeVisible();
      for (const [n, status] of [
        'APPROVED_PENDING_MULTISIG',
        'APPROVED_PENDING_MULTISIG',
        'VERIFIED_PENDING_REVIEW',
      ].entries())
        assert.equal((await on.stage.admin('GET', `/admin/claims/${String(claims[n])}`))['status'], status);
      // The trail names who was approved, and the addresses it is about.
      await page.goto('/admin/audit');
      for (const name of ['Big whale 7', 'Night desk'])
        await expect(page.getByRole('button', { name }).first()).toBeVisible();
      await page.goto('/admin/settings');
      await expect(page.getByRole('listitem').filter({ hasText: 'Test reviewer' })).toContainText('Night desk');
      await look(page, project, '112-operators-with-names');
      assert.deepEqual(reviewer.faults, []);
    } finally {
      await reviewer.context.close();
    }
  },
);
