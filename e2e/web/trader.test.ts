import assert from 'node:assert/strict';
import { test } from 'node:test';
import { privateKeyToAccount, generatePrivateKey } from 'viem/accounts';
import { PROJECTS, shiftClock } from './browser.ts';
import { expect, look, person, type Person } from './flow.ts';
import { onStage } from './onStage.ts';
import { pricesAreThere } from './stage.ts';

// A day of a trader: what a browser, a clock, a wallet and a hand do on it. One stage for all of it.
const on = onStage({}, pricesAreThere);
const [desktopEn, desktopZh, phoneEn, phoneZh] = PROJECTS;

const someAddress = (): string => privateKeyToAccount(generatePrivateKey()).address;

/** On /buy, without a wallet: a position with a price, and where a payout would go. */
async function fillIn({ page, say }: Person, leverage = '5'): Promise<void> {
  await page.goto('/buy');
  await page.getByRole('textbox', { name: say('trader:buy.leverage'), exact: true }).fill(leverage);
  await page.getByText(say('trader:buy.to_address'), { exact: true }).click();
  await page.getByLabel(say('trader:buy.address')).fill(someAddress());
  await expect(page.getByTestId('premium')).toBeVisible();
}

for (const [project, byMs] of [
  [phoneZh, -300_000],
  [desktopEn, -120_000],
  [phoneEn, 3_000],
  [desktopZh, 300_000],
] as const)
  test(`a device's clock that is ${byMs / 1000} s off changes nothing: ${project.name}`, async () => {
    const trader = await person(on.browser, on.stage, project);
    const { page, say } = trader;
    try {
      await shiftClock(trader.context, byMs);
      let quotes = 0;
      page.on('response', (response) => {
        if (response.url().endsWith('/api/quotes') && response.ok()) quotes += 1;
      });
      await fillIn(trader);
      assert.ok(Math.abs((await page.evaluate<number>('Date.now()')) - Date.now() - byMs) < 2_000);
      // A price holds for half a minute; what is left of it is shown by the server's clock, and runs down.
      const left = page.getByText(new RegExp(`^${say('trader:quote.held')} 00:(?:[0-2]\\d|30)$`)).first();
      const shown = await left.textContent();
      await expect(left).not.toHaveText(shown ?? '');
      const asked = quotes;
      await page.getByRole('button', { name: say('trader:buy.continue') }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:bind.title'));
      assert.ok(asked <= 3, `${asked} quotes were asked for`);
      assert.deepEqual(trader.faults, []);
    } finally {
      await trader.context.close();
    }
  });

test('a quote refused as it is bought is replaced by itself, and the order made', async () => {
  const trader = await person(on.browser, on.stage, phoneZh);
  const { page, say } = trader;
  try {
    await fillIn(trader);
    let refused = 0;
    // The first quote is on an order already when this one arrives.
    await page.route(
      '**/api/purchase-orders',
      async (route) => {
        refused += 1;
        const body: unknown = route.request().postDataJSON();
        const taken = await on.stage.call('POST', '/api/purchase-orders', body);
        assert.equal(taken.status, 201);
        await route.continue();
      },
      { times: 1 },
    );
    await page.getByRole('button', { name: say('trader:buy.continue') }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:bind.title'));
    assert.equal(refused, 1);
    await look(page, phoneZh, '50-bind');
  } finally {
    await trader.context.close();
  }
});
