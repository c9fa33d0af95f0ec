import assert from 'node:assert/strict';
import { test } from 'node:test';
import { privateKeyToAccount, generatePrivateKey } from 'viem/accounts';
import { openContext, PROJECTS, shiftClock } from './browser.ts';
import { expect, look, openOrder, person, signIn, type Person } from './flow.ts';
import { onStage } from './onStage.ts';

// A day of a trader: what a browser, a clock, a wallet and a hand do on it. One stage for all of it.
const CONTACT = 'help@liqpass.example';
const on = onStage({ CONTACT_EMAIL: CONTACT });
const [desktopEn, desktopZh, phoneEn, phoneZh] = PROJECTS;

/** What a browser's translation does to a page: each text that is not marked gives way to an element of its own. */
const TRANSLATE = `(() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const all = [];
  while (texts.nextNode())
    if (texts.currentNode.textContent.trim() && !texts.currentNode.parentElement.closest('[translate="no"], option, script'))
      all.push(texts.currentNode);
  for (const text of all) {
    const font = document.createElement('font');
    font.textContent = 'xx ' + text.textContent;
    text.replaceWith(font);
  }
})()`;

const someAddress = (): string => privateKeyToAccount(generatePrivateKey()).address;

/** On /buy, without a wallet: a position with a price, and where a payout would go. */
async function fillIn({ page, say }: Person, leverage = '5'): Promise<void> {
  await page.goto('/buy');
  await page.getByRole('textbox', { name: say('trader:buy.leverage'), exact: true }).fill(leverage);
  await page.getByText(say('trader:buy.to_address'), { exact: true }).click();
  await page.getByLabel(say('trader:buy.address', { network: 'Base' })).fill(someAddress());
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
      const beforeMs = Date.now();
      const deviceMs = (await page.evaluate<number>('Date.now()')) - byMs;
      assert.ok(beforeMs - 1_000 < deviceMs && deviceMs < Date.now() + 1_000, 'the device has the clock of this case');
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

/** An order bound by number: what is left is to pay it. Its page is open. */
async function toBePaid(who: Person): Promise<string> {
  const { ordId } = await on.stage.control('/orders', { ...ETH, side: 'sell', sz: '200', lever: '5' });
  const { page } = who;
  const order = await openOrder(who);
  const status = await page.evaluate<number>(
    `fetch('/api/purchase-orders/${order}/bind-okx', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ordId: '${String(ordId)}', instId: '${ETH.instId}' }) }).then((r) => r.status)`,
  );
  assert.equal(status, 200);
  await page.goto(`/pay/${order}`);
  await expect(page.getByTestId('exact')).toBeVisible();
  return order;
}
const ETH = { instId: 'ETH-USDT-SWAP', posSide: 'short' } as const;
const payButton = ({ page, say }: Person) =>
  page.getByRole('button', { name: say('trader:pay.from_wallet', { amount: '1.00' }) });

test('a wallet that is only injected is offered by its name, and pays; odd answers never ask for a second payment', async () => {
  const trader = await person(on.browser, on.stage, phoneZh, undefined, false, 'injected');
  const { page, say, wallet } = trader;
  try {
    await page.goto('/policies');
    await signIn(trader, 'TokenPocket');
    const hash = `ab${Date.now().toString(16).padStart(62, '0')}`;
    for (const answer of [{ hash: `0x${hash}` }, hash, `0x${hash}${hash}`, null]) {
      await toBePaid(trader);
      wallet.answerNext('eth_sendTransaction', answer);
      await payButton(trader).click();
      await expect(page.getByRole('alert')).toContainText(say('errors:local.wallet_perhaps_sent'));
      await expect(payButton(trader)).toBeHidden();
      // What may be its hash waits to be looked up.
      const found = answer !== null && JSON.stringify(answer).length < 100;
      await expect(page.getByLabel(say('trader:pay.hash'))).toHaveValue(found ? `0x${hash}` : '');
      await page.reload();
      await expect(page.getByText(say('trader:pay.unsure'))).toBeVisible();
      await expect(payButton(trader)).toBeHidden();
    }
    await look(page, phoneZh, '51-perhaps-sent');
    // A "no" without a code is a no.
    await toBePaid(trader);
    for (const no of [{ code: -32000, message: 'User rejected the request' }, 'cancelled', { message: '用户取消' }]) {
      const failed = wallet.failNext('eth_sendTransaction', no);
      await payButton(trader).click();
      await failed;
      await expect(page.getByRole('alert')).toContainText(say('errors:local.wallet_declined'));
      await expect(payButton(trader)).toBeVisible();
    }
    assert.equal(wallet.sent.length, 0);
    await payButton(trader).click();
    await expect(page.getByText(say('trader:pay.reported'))).toBeVisible();
    assert.equal(wallet.sent.length, 1);
    // Nothing here asks to be paid once more.
    await expect(page.getByTestId('exact')).toBeHidden();
    await page.goto('/policies');
    await expect(page.getByText(say('trader:pay.reported')).first()).toBeVisible();
    assert.deepEqual(trader.faults, []);
  } finally {
    await trader.context.close();
  }
});

test('a wallet that comes late joins the open dialog, signs in 64 bytes, and one that never switches is told so', async () => {
  const trader = await person(on.browser, on.stage, desktopEn, undefined, false, 'late');
  const { page, say, wallet } = trader;
  try {
    await page.goto('/policies');
    await page
      .getByRole('button', { name: say('common:wallet.connect') })
      .first()
      .click();
    await expect(page.getByText(say('shared:wallet.none'))).toBeVisible();
    await look(page, desktopEn, '52-no-wallet');
    await page.evaluate('announceLate()');
    await page.getByRole('button', { name: 'Test Wallet' }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(page.getByRole('button', { name: wallet.address.slice(-4) })).toBeVisible();
    // From now on it comes a second after it was first wanted: a wallet's own browser takes its time.
    await page.addInitScript(
      'addEventListener("pointerdown", () => setTimeout(announceLate, 1_000), { once: true, capture: true })',
    );
    await toBePaid(trader);
    await page.clock.install();
    wallet.answerNext('wallet_switchEthereumChain', null);
    await payButton(trader).click();
    await expect.poll(() => wallet.asked.includes('wallet_switchEthereumChain')).toBe(true);
    await page.clock.fastForward(21_000);
    await expect(page.getByRole('alert')).toContainText(say('errors:local.wallet_no_switch', { network: 'Base' }));
    assert.equal(wallet.sent.length, 0);
    assert.deepEqual(trader.faults, []);
  } finally {
    await trader.context.close();
  }
});

test('seven tabs load and act, know who is signed in, and ask a wallet once', async () => {
  const trader = await person(on.browser, on.stage, desktopZh);
  const { page, say, wallet, context } = trader;
  try {
    await page.goto('/policies');
    const other = await context.newPage();
    await other.goto('/policies');
    await expect(other.getByText(say('trader:policies.sign_in'))).toBeVisible();
    await signIn(trader);
    // The other tab knows at once.
    await expect(other.getByRole('button', { name: wallet.address.slice(-4) })).toBeVisible();
    const order = await toBePaid(trader);
    const tabs = [page, other];
    for (let n = 2; n < 7; n += 1) tabs.push(await context.newPage());
    for (const tab of tabs.slice(1)) {
      await tab.goto(`/pay/${order}`);
      await expect(tab.getByTestId('exact')).toBeVisible();
    }
    // While one waits in the wallet, no other tab asks for it.
    wallet.ignoreNext('eth_sendTransaction');
    await payButton(trader).click();
    await expect.poll(() => wallet.asked.filter((method) => method === 'eth_sendTransaction').length).toBe(1);
    const seventh = { ...trader, page: tabs.at(-1) ?? page };
    await expect(seventh.page.getByText(say('trader:pay.unsure'))).toBeVisible();
    await seventh.page.getByRole('button', { name: say('trader:pay.not_sent_again', { amount: '1.00' }) }).click();
    await expect(seventh.page.getByRole('alert')).toContainText(say('errors:local.wallet_waiting'));
    assert.equal(wallet.asked.filter((method) => method === 'eth_sendTransaction').length, 1);
    await look(seventh.page, desktopZh, '53-waits-in-the-wallet');
    // What one reports all see, by the one stream or by asking.
    await page.reload();
    await page.getByRole('button', { name: say('trader:pay.not_sent_again', { amount: '1.00' }) }).click();
    await expect(page.getByText(say('trader:pay.reported'))).toBeVisible();
    for (const tab of tabs.slice(1)) await expect(tab.getByText(say('trader:pay.reported'))).toBeVisible();
    assert.deepEqual(trader.faults, []);
  } finally {
    await context.close();
  }
});

test('where storage is blocked, AbortSignal is old and the browser calls itself offline, everything still works', async () => {
  const trader = await person(on.browser, on.stage, phoneEn);
  const { page, say } = trader;
  try {
    await trader.context.addInitScript({
      content: `
        for (const name of ['localStorage', 'sessionStorage'])
          Object.defineProperty(window, name, { get() { throw new DOMException('The operation is insecure.', 'SecurityError'); } });
        Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false });
        delete AbortSignal.any;
        delete AbortSignal.timeout;
        delete window.BroadcastChannel;`,
    });
    await fillIn(trader);
    await expect(page.getByText(say('common:offline'))).toBeHidden();
    await page.getByRole('button', { name: say('trader:buy.continue') }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:bind.title'));
    await signIn(trader);
    await expect(page.getByText(say('errors:reached.no'))).toBeHidden();
    assert.deepEqual(trader.faults, []);
  } finally {
    await trader.context.close();
  }
});

test('what is pasted counts as it was meant, what is wrong is told by what is there, and nonsense is neither drawn nor priced', async () => {
  const stranger = await person(on.browser, on.stage, phoneZh);
  const { page, say } = stranger;
  try {
    await fillIn(stranger, '１０x');
    const leverage = page.getByRole('textbox', { name: say('trader:buy.leverage'), exact: true });
    await leverage.blur();
    await expect(leverage).toHaveValue('10');
    const address = page.getByLabel(say('trader:buy.address', { network: 'Base' }));
    await address.fill('vitalik.eth');
    await expect(page.getByText(say('errors:pasted.IS_A_NAME', { found: 'vitalik.eth' }))).toBeVisible();
    await address.fill(`\u200Bhttps://basescan.org/address/${someAddress()}`);
    await expect(page.getByText(say('errors:pasted.IS_A_NAME', { found: 'vitalik.eth' }))).toBeHidden();
    // One sentence, one number, one button that works.
    await leverage.fill('100');
    const alert = page.getByRole('main').getByRole('alert');
    await expect(alert).toBeVisible();
    const use = page.getByRole('button', { name: /^改用 \d+×$/ });
    const [offered] = /\d+/.exec((await use.textContent()) ?? '') ?? [];
    await expect(alert).toContainText(say('errors:help.max_leverage', { max_leverage: offered ?? '' }));
    assert.equal((await alert.textContent())?.match(/\d+(?=×)/g)?.length, 1);
    await look(page, phoneZh, '54-refused');
    await use.click();
    await expect(page.getByTestId('premium')).toBeVisible();
    // A price of another instrument.
    await page.getByText(say('trader:buy.by_liq'), { exact: true }).click();
    const liq = page.getByRole('textbox', { name: say('trader:buy.liq') });
    await liq.fill('3,000');
    await expect(page.getByText(/这不是该合约的强平价格/)).toBeVisible();
    await expect(page.getByTestId('premium')).toBeHidden();
    await expect(page.getByRole('complementary').getByRole('img')).toHaveCount(0);
    await liq.fill('82,000.5');
    await expect(page.getByTestId('premium')).toBeVisible();
    // Translated as it stands, the page goes on, and the price shown is the price charged.
    await page.evaluate(TRANSLATE);
    await page.getByRole('combobox').last().selectOption({ index: 2 });
    await expect(page.getByTestId('premium')).toHaveText(/^\d+\.\d\d+ USDC$/);
    await liq.fill('97,000.5');
    await expect(page.locator('aside [aria-busy]').first()).toHaveAttribute('aria-busy', 'false');
    const charged = await page.getByTestId('premium').textContent();
    await page.getByRole('button', { name: say('trader:buy.continue') }).click();
    // A number a digit short is questioned; with fewer than ten it is refused.
    const number = page.getByLabel(say('trader:bind.ord_id'));
    await number.fill('12345');
    await page.getByRole('button', { name: say('trader:bind.check') }).click();
    await expect(page.getByText(say('errors:pasted.TOO_FEW_DIGITS', { found: 5 }))).toBeVisible();
    await number.fill('2939942264028');
    await page.getByRole('button', { name: say('trader:bind.check') }).click();
    await expect(page.getByText(say('trader:bind.doubt.TOO_FEW_DIGITS'))).toBeVisible();
    await look(page, phoneZh, '55-doubted');
    await page.getByRole('button', { name: say('trader:bind.check_all_the_same') }).click();
    await expect(page.getByTestId('exact')).toHaveText(charged ?? '');
    // The way back to the binding, and a link out of a chat with its full stop.
    await expect(page.getByRole('link', { name: say('trader:pay.rebind') })).toBeVisible();
    // Where it says "ask", it says whom.
    await expect(page.getByRole('link', { name: CONTACT })).toHaveAttribute('href', `mailto:${CONTACT}`);
    const { pathname } = new URL(page.url());
    await page.goto(`${pathname}%E3%80%82?from=singlemessage`);
    await page.goto(`${pathname}?from=singlemessage&isappinstalled=0%E3%80%82`);
    await expect(page.getByTestId('exact')).toBeVisible();
    assert.deepEqual(stranger.faults, []);
  } finally {
    await stranger.context.close();
  }
});

test('with a key stored, positions come first: one tap to be paid; cancelled, and the same position again', async () => {
  const trader = await person(on.browser, on.stage, desktopEn, undefined, true);
  const stranger = await person(on.browser, on.stage, phoneZh);
  const { page, say, wallet } = trader;
  try {
    const account = await on.stage.openAccount();
    await on.stage.openPosition(account.uid, { instId: 'BTC-USDT-SWAP', posSide: 'long' }, '20', '5');
    await page.goto('/buy');
    await signIn(trader);
    await expect.poll(() => wallet.asked.includes('personal_sign')).toBe(true);
    await page.goto(`/buy?order=${await openOrder(trader)}`);
    await page.getByLabel(say('trader:key.api_key')).fill(account.apiKey);
    await page.getByLabel(say('trader:key.secret')).fill(account.secretKey);
    await page.getByLabel(say('trader:key.passphrase')).fill(account.passphrase);
    await page.getByRole('button', { name: say('trader:key.seal_and_check') }).click();
    await expect(page.getByRole('radio', { name: /BTC/ })).toBeVisible();
    await page.goto('/buy');
    const cover = page.getByRole('button', { name: /^Cover it: 1\.00 → 50\.00 USDC$/ });
    await expect(cover).toBeVisible();
    await look(page, desktopEn, '56-positions-first');
    // The line breaks between order and binding: the next tap binds the order that is there, and makes no second one.
    await page.route('**/bind-okx', (route) => route.abort('connectionreset'), { times: 1 });
    await cover.click();
    await expect(page.getByText(say('errors:reached.unknown')).first()).toBeVisible();
    await cover.click();
    await expect(page.getByTestId('exact')).toContainText('1.00');
    assert.equal(
      await page.evaluate(
        `fetch('/api/me/purchase-orders').then((r) => r.json()).then((r) => r.items.filter((order) => order.quote_hash).length)`,
      ),
      1,
    );
    const path = new URL(page.url()).pathname;
    // Its link, opened by nobody in particular, leads to the way in.
    await stranger.page.goto(path);
    await expect(stranger.page.getByRole('heading', { level: 1 })).toHaveText(stranger.say('trader:order.sign_in'));
    await expect(stranger.page.getByRole('main').getByRole('button').first()).toBeVisible();
    await look(stranger.page, phoneZh, '57-signed-out');
    // Taken back: the position is free, and offered again.
    await page.getByRole('button', { name: say('trader:cancel.cancel') }).click();
    await page.getByRole('button', { name: say('trader:cancel.yes') }).click();
    await page.goto('/policies');
    await expect(page.getByText(say('trader:cancel.done')).first()).toBeVisible();
    await page.goto('/buy');
    await expect(cover).toBeVisible();
    await page.goto('/keys');
    await expect(page.getByText(say('trader:key.label_default'))).toBeVisible();
    await look(page, desktopEn, '58-keys');
    await stranger.page.goto('/how');
    await expect(stranger.page.getByRole('heading', { level: 1 })).toHaveText(stranger.say('trader:how.title'));
    await look(stranger.page, phoneZh, '59-how');
    for (const who of [trader, stranger]) assert.deepEqual(who.faults, []);
  } finally {
    await Promise.all([trader, stranger].map((who) => who.context.close()));
  }
});

test('the front page answers whoever looks whether it is there', async () => {
  for (const [method, accept] of [
    ['GET', '*/*'],
    ['HEAD', '*/*'],
    ['GET', 'application/json'],
  ] as const) {
    const answer = await fetch(`${on.stage.backend}/`, { method, headers: { accept } });
    assert.equal(answer.status, 200);
    if (method === 'GET') assert.match(await answer.text(), /og:image/);
  }
  for (const file of ['robots.txt', 'og.png', 'icon-192.png', 'manifest.webmanifest'])
    assert.equal((await fetch(`${on.stage.backend}/${file}`)).status, 200, file);
});

test('a payout that costs no more is offered on the page, and one tap takes it', async () => {
  const trader = await person(on.browser, on.stage, phoneZh);
  const { page, say } = trader;
  try {
    await fillIn(trader, '2');
    const before = Number.parseFloat((await page.getByTestId('premium').textContent()) ?? '');
    const take = page.getByRole('button', { name: /^改为赔付 \d+\.00$/ });
    await expect(take).toBeVisible();
    await look(page, phoneZh, '66-more-for-it');
    const [payout = ''] = /\d+\.00/.exec((await take.textContent()) ?? '') ?? [];
    await take.click();
    await expect(page.getByLabel(say('trader:buy.payout'))).toHaveValue(payout);
    await expect(take).toHaveCount(0);
    await expect(page.locator('aside [aria-busy]').first()).toHaveAttribute('aria-busy', 'false');
    assert.ok(Number.parseFloat((await page.getByTestId('premium').textContent()) ?? '') <= before);
    assert.deepEqual(trader.faults, []);
  } finally {
    await trader.context.close();
  }
});

test('a browser that cannot read the scripts is told so in both languages, and one that can is not', async () => {
  for (const [path, isOld] of [
    ['/', true],
    ['/admin/claims', true],
    ['/', false],
  ] as const) {
    const context = await openContext(on.browser, on.stage.backend, phoneZh);
    try {
      if (isOld)
        await context.route(/\/assets\/.*\.js$/, (route) =>
          route.fulfill({ contentType: 'text/javascript', body: 'what is this syntax' }),
        );
      const page = await context.newPage();
      await page.goto(path);
      if (!isOld) {
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        assert.equal(
          await page
            .getByText(/Chrome 123/)
            .filter({ visible: true })
            .count(),
          0,
        );
        continue;
      }
      // Not at once: on a slow line the scripts are under way.
      const told = page.getByText(/too old for LiqPass/);
      await expect(told).toBeVisible({ visible: false });
      await expect(told).toBeVisible();
      await expect(page.getByText(/浏览器版本过旧，或网络太慢/)).toBeVisible();
      await look(page, phoneZh, path === '/' ? '67-too-old' : '68-too-old-desk');
    } finally {
      await context.close();
    }
  }
});
