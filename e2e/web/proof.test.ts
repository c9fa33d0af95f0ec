import { PROOF_FILE } from '@liqpass/log/proofFile';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { PROJECTS } from './browser.ts';
import { expect, look, person, type Person } from './flow.ts';
import { onStage } from './onStage.ts';

// What proves a cover: checked on its pages by the browser, taken away as one file, and checked by whoever gets that.

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'liqpass-proof-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const on = onStage();
const ETH = { instId: 'ETH-USDT-SWAP', posSide: 'short' } as const;

const published = z.object({ keys: z.array(z.object({ public_key: z.string() })), log_vkeys: z.array(z.string()) });
const fileShape = z.looseObject({
  format: z.literal(PROOF_FILE),
  evidence: z.looseObject({ root: z.string() }),
  entries: z.array(z.string()),
  liability: z.object({ path: z.looseObject({ amount: z.string() }), entry: z.string() }),
});
type File = z.infer<typeof fileShape>;

/** A cover that was sold, liquidated, proven and approved: what it pays is owed, and logged. */
async function approvedCover(): Promise<string> {
  const { ordId } = await on.stage.control('/orders', { ...ETH, side: 'sell', sz: '200', lever: '5' });
  const startMs = Date.now() - 60_000;
  const made = await on.stage.call('POST', '/api/purchase-orders', {
    policyType: 'OKX_24H',
    chainId: 8453,
    premiumAmountUsdc: '1.00',
    policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
    coverageStartAt: new Date(startMs).toISOString(),
    coverageEndAt: new Date(startMs + 86_400_000).toISOString(),
  });
  const id = String(made.body['purchaseOrderId']);
  await on.stage.call('POST', `/api/purchase-orders/${id}/bind-okx`, { ordId, instId: ETH.instId });
  await on.stage.admin('POST', `/admin/purchase-orders/${id}/mark-paid`, {});
  await on.stage.control('/liquidate', { ...ETH, touchesMark: false });
  const claimant = '0x00000000000000000000000000000000000a11ce';
  const claimed = await on.stage.call('POST', `/api/purchase-orders/${id}/claims`, { claimant });
  const claimId = String(claimed.body['claimId']);
  await on.stage.until(
    () => on.stage.admin('GET', `/admin/claims/${claimId}`),
    (claim) => claim['status'] === 'VERIFIED_PENDING_REVIEW',
  );
  await on.stage.admin('POST', `/admin/claims/${claimId}/approve`, { approvedBy: 'somebody' });
  await on.stage.until(
    () => on.stage.call('GET', `/api/purchase-orders/${id}/log`),
    ({ body }) => z.object({ items: z.array(z.unknown()) }).parse(body).items.length === 4,
  );
  // The appender may be at work at this moment: then it is asked again.
  await on.stage.until(
    () => on.stage.admin('POST', '/admin/liabilities'),
    () => true,
  );
  return id;
}

let made: Promise<string> | null = null;
/** The one cover of this file, made by the first test that asks for it. */
const coverId = (): Promise<string> => (made ??= approvedCover());

/** Presses "check it here"; what the page says of it. */
async function checkHere({ page, say }: Person) {
  await page.getByRole('button', { name: say('trader:proof.check') }).click();
  const said = page.getByRole('status').filter({ hasText: say('proof:result.holds') });
  await expect(said).toBeVisible();
  return said;
}

for (const project of PROJECTS)
  test(`what proves a cover is checked on its pages: ${project.name}`, { timeout: 400_000 }, async () => {
    const id = await coverId();
    const trader = await person(on.browser, on.stage, project);
    const { page, say } = trader;
    try {
      for (const [name, path] of [
        ['policy', `/policies/${id}`],
        ['receipt', `/receipt/${id}`],
        ['evidence', `/policies/${id}/evidence`],
      ] as const) {
        await page.goto(path);
        await checkHere(trader);
        await expect(page.getByText(say('proof:part.owed'))).toBeVisible();
        for (const text of [
          say('proof:steps~other', { count: 4 }),
          say('proof:not_shown.title'),
          say('proof:keys.title'),
        ])
          await page.getByText(text).click();
        await expect(page.getByText(say('proof:entry.sold'), { exact: true })).toBeVisible();
        await look(page, project, `70-proof-${name}`);
      }
      assert.deepEqual(trader.faults, []);
    } finally {
      await trader.context.close();
    }
  });

test('nothing is checked or taken away before the page knows of the claim', { timeout: 400_000 }, async () => {
  const id = await coverId();
  const trader = await person(on.browser, on.stage, PROJECTS[0]);
  const { page, say } = trader;
  try {
    const { promise: told, resolve: tell } = Promise.withResolvers<void>();
    await page.route(`**/api/purchase-orders/${id}/claim`, async (route) => {
      await told;
      await route.continue();
    });
    await page.goto(`/policies/${id}`);
    for (const button of ['trader:proof.check', 'trader:proof.download'])
      await expect(page.getByRole('button', { name: say(button) })).toHaveAttribute('aria-busy', 'true');
    tell();
    await checkHere(trader);
    assert.deepEqual(trader.faults, []);
  } finally {
    await trader.context.close();
  }
});

test(
  'the file is taken by whoever checks, here and elsewhere, and a forged one is said to be false',
  { timeout: 400_000 },
  async () => {
    const id = await coverId();
    const keys = published.parse((await on.stage.call('GET', '/attestation-keys')).body);
    const [vkey = ''] = keys.log_vkeys;
    const verdictKey = keys.keys[0]?.public_key ?? '';
    for (const project of [PROJECTS[0], PROJECTS[3]]) {
      const stranger = await person(on.browser, on.stage, project);
      const { page, say } = stranger;
      const give = (name: string, file: unknown): Promise<void> =>
        page.getByLabel(say('proof:check.file')).setInputFiles({
          name,
          mimeType: 'application/json',
          buffer: Buffer.from(JSON.stringify(file)),
        });
      const answer = (name: string, key: string) =>
        page
          .getByRole('region', { name })
          .getByRole('status')
          .filter({ hasText: say(key) });
      try {
        await page.goto(`/policies/${id}`);
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: say('trader:proof.download') }).click(),
        ]);
        assert.equal(download.suggestedFilename(), `liqpass-proof-${id.slice(0, 8)}.json`);
        const path = join(folder, `${project.name}.json`);
        await download.saveAs(path);
        const file = fileShape.parse(JSON.parse(readFileSync(path, 'utf8')));
        for (const [script, ...words] of [
          ['packages/proof/scripts/evidence.ts', 'check', path, '--key', verdictKey],
          ['packages/log/scripts/log.ts', 'check', path, '--key', vkey],
          ['packages/verify-cli/src/verify.ts', path, '--key', verdictKey, '--log', vkey],
        ] as const) {
          const ran = spawnSync(process.execPath, ['--no-warnings', join(root, script), ...words], {
            encoding: 'utf8',
          });
          assert.equal(ran.status, 0, `${script}\n${ran.stdout}${ran.stderr}`);
        }

        await page.goto('/check');
        await give('good.json', file);
        await expect(answer('good.json', 'proof:result.holds')).toBeVisible();
        const changed = (change: (copy: File) => unknown): unknown => change(structuredClone(file));
        const forgeries: Record<string, unknown> = {
          'verdict.json': JSON.parse(
            JSON.stringify(file).replace('"verdict":"LIQUIDATED"', '"verdict":"NOT_LIQUIDATED"'),
          ),
          'amount.json': changed((copy) => {
            copy.liability.path.amount = '5000.00';
            return copy;
          }),
          'order.json': changed((copy) => ({ ...copy, order_id: crypto.randomUUID() })),
          'entry.json': changed((copy) => ({
            ...copy,
            entries: copy.entries.map((each) => each.replace(/^index \d+$/m, 'index 0')),
          })),
          'picture.json': { a: 'picture' },
        };
        for (const [name, forged] of Object.entries(forgeries)) {
          await give(name, forged);
          await expect(answer(name, 'proof:result.false')).toBeVisible();
        }
        await give('verdict.json', forgeries['verdict.json']);
        await expect(answer('verdict.json', 'proof:problem.SIGNATURE_WRONG')).toBeVisible();
        await look(page, project, '71-forged');
        // A key from elsewhere that is another one: the file is not believed, though this server says that it holds.
        await page.getByText(say('proof:check.own_keys'), { exact: true }).click();
        await page.getByLabel(say('proof:keys.verdict'), { exact: true }).fill('A'.repeat(43));
        await give('good.json', file);
        await expect(answer('good.json', 'proof:problem.SIGNATURE_WRONG')).toBeVisible();
        assert.deepEqual(stranger.faults, []);
      } finally {
        await stranger.context.close();
      }
    }
  },
);

for (const project of PROJECTS)
  test(
    `the money behind it is not said to be proven where nobody reads a chain: ${project.name}`,
    { timeout: 400_000 },
    async () => {
      const stranger = await person(on.browser, on.stage, project);
      const { page, say } = stranger;
      try {
        await page.goto('/');
        await page.getByRole('link', { name: say('common:front.reserves') }).click();
        await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('proof:reserves.title'));
        await expect(page.getByText(say('proof:reserves.not_proven'))).toBeVisible();
        await expect(page.getByText(say('proof:reserves.no_equation'))).toBeVisible();
        await page.getByRole('button', { name: say('proof:reserves.check'), exact: true }).click();
        await expect(page.getByRole('status').filter({ hasText: say('proof:reserves.check_ok') })).toBeVisible();
        await look(page, project, '72-reserves-by-hand');
        assert.deepEqual(stranger.faults, []);
      } finally {
        await stranger.context.close();
      }
    },
  );
