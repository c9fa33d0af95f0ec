import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from '@playwright/test';
import { buildLogger } from '@liqpass/service/logger';
import { buildSimulator } from '../../apps/okx-simulator/src/app.ts';
import { guard, launch, openContext, PROJECTS } from './browser.ts';
import { expect, look } from './flow.ts';

const trial = { shop: 'http://127.0.0.1:3001', operatorKey: 'the-key-of-this-trial' };
const key = { apiKey: 'k', secretKey: 's', passphrase: 'p' };
const { app, simulator } = await buildSimulator({
  logger: buildLogger('okx-simulator', 'silent'),
  defaultKey: key,
  trial,
});
let browser: Browser;
let url = '';
before(async () => {
  [url, browser] = await Promise.all([app.listen({ port: 0, host: '127.0.0.1' }), launch()]);
});
after(async () => {
  await browser.close();
  await app.close();
});

for (const project of [PROJECTS[0], PROJECTS[3]])
  test(`the loop's exchange is played from its own page: ${project.name}`, { timeout: 60_000 }, async () => {
    const zh = project.lng === 'zh';
    const context = await openContext(browser, url, project);
    const { faults } = await guard(context);
    const page = await context.newPage();
    await page.goto('/');
    await page.getByRole('button', { name: zh ? '开仓' : 'Open', exact: true }).click();
    await expect(page.locator('article')).toHaveCount(1);
    await page.getByLabel(zh ? '合约' : 'Contract').selectOption('ETH-USDT-SWAP');
    await page.getByLabel(zh ? '方向' : 'Side').selectOption('short');
    await page.locator('input[name=ownKey]').check();
    await page.getByRole('button', { name: zh ? '开仓' : 'Open', exact: true }).click();
    await expect(page.locator('article')).toHaveCount(2);
    await expect(page.getByText('Passphrase')).toBeVisible();
    await expect(page.getByText(trial.operatorKey)).toBeVisible();
    await look(page, project, '60-play');

    await page.getByRole('button', { name: zh ? 'BTC-USDT-SWAP −1%' : 'BTC-USDT-SWAP −1 %' }).click();
    await expect(page.getByRole('status')).toHaveText(zh ? '已移动。' : 'Moved.');
    for (const left of [1, 0]) {
      await page
        .getByRole('button', { name: zh ? '让它爆仓' : 'Liquidate it' })
        .first()
        .click();
      await expect(page.locator('article')).toHaveCount(left);
    }
    const accounts = [...simulator.exchange.accounts.values()];
    assert.ok(accounts.some(({ history }) => history.size > 0));
    // What the exchange refuses is said in its words, and nothing is opened.
    await page.getByLabel(zh ? '杠杆' : 'Leverage').fill('900');
    await page.getByRole('button', { name: zh ? '开仓' : 'Open', exact: true }).click();
    await expect(page.locator('#said.refused')).not.toBeEmpty();
    await page.getByRole('button', { name: zh ? '把暴跌从历史里抹掉' : 'Take the crash out of the history' }).click();
    await expect(page.locator('#said')).toHaveText(zh ? '行情已恢复平静。' : 'The market was calm all day.');
    assert.deepEqual(faults, []);
    await context.close();
  });
