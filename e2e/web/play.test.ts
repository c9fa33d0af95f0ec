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
  test(`the loop's exchange is played from its own page: ${project.name}`, { timeout: 400_000 }, async () => {
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

test(
  'whatever the watch tells is brought about from the page, on the account of one position',
  { timeout: 400_000 },
  async () => {
    const context = await openContext(browser, url, PROJECTS[3]);
    const { faults } = await guard(context);
    const page = await context.newPage();
    const press = async (name: string, on = page.locator('main')): Promise<void> => {
      await on.getByRole('button', { name, exact: true }).click();
      await expect(page.locator('#said')).not.toBeEmpty();
      await expect(page.locator('#said.refused')).toHaveCount(0);
    };
    await page.goto('/');
    await page.getByLabel('合约').selectOption('ETH-USDT-SWAP');
    await page.locator('input[name=ownKey]').check();
    await press('开仓');
    const card = page.locator('article').filter({ hasText: 'Passphrase' });
    await card.getByText('守望会通知的情况').click();
    const account = [...simulator.exchange.accounts.values()].at(-1);
    assert.ok(account);
    const position = () => [...account.positions.values()][0];
    const before = position();
    const key = account.apiKey;
    const size = (): number => Number(position()?.size.n) / Number(position()?.size.d);
    const bills = (): number => account.bills.size;
    for (const name of ['追加保证金', '转出保证金', '调高杠杆']) {
      const known = bills();
      await press(name, card);
      await expect.poll(bills).toBeGreaterThan(known);
    }
    assert.notEqual(position()?.lever.n, before?.lever.n);
    const single = size();
    await press('仓位加倍', card);
    await expect.poll(size).toBeGreaterThan(single);
    const doubled = size();
    await press('价格接近强平价（2%）', card);
    await expect(card.locator('[data-live^="distance"]')).toHaveText(/^[12]\.\d\d %$/);
    await press('删除密钥并新建', card);
    await expect.poll(() => account.apiKey).not.toBe(key);
    await expect(card).toContainText(account.apiKey);
    await press('强平一半', card);
    await expect.poll(size).toBeLessThan(doubled);
    await look(page, PROJECTS[3], '61-play-triggers');

    await press('不再应答');
    await expect(page.locator('#trouble')).toHaveText('出现故障。');
    assert.equal((await fetch(`${url}/api/v5/public/time`)).status, 503);
    await press('恢复正常');
    await expect(page.locator('#trouble')).toHaveText('应答正常。');
    await press('公告维护');
    const status = await (await fetch(`${url}/api/v5/system/status`)).text();
    assert.match(status, /"state":"ongoing"/);
    await press('恢复正常');
    assert.deepEqual(faults, []);
    await context.close();
  },
);
