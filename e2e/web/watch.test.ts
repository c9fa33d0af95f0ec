import { purchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { watchAnswer, type WatchAnswer } from '@liqpass/api/watch';
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { mailbox } from '../../apps/liqpass-backend/test/mailbox.ts';
import { receiver } from '../../apps/liqpass-backend/test/receiver.ts';
import { generatePrivateKey } from 'viem/accounts';
import { PROJECTS } from './browser.ts';
import { expect, look, openOrder, person, signIn, type Person } from './flow.ts';
import { onStage } from './onStage.ts';
import { pricesAreThere } from './stage.ts';

// The watch, as its holder sees it: consent with the binding, what was seen, and what was told, by servers in this test.

const BTC = { instId: 'BTC-USDT-SWAP', posSide: 'long' } as const;
const MINUTE_MS = 60_000;
const THE_WAIT_MS = 11 * MINUTE_MS;
/** Longer than a calm position is left alone. */
const HALF_AN_HOUR_MS = 31 * MINUTE_MS;

const [hook, post] = await Promise.all([receiver({ after }), mailbox({ after })]);
hook.answer(({ path }) => ({ status: path === '/broken' ? 500 : 200 }));
const on = onStage({ WEBHOOK_HOSTS: hook.host, SMTP_URL: post.url });

const watchOf = async ({ page }: Person, order: string): Promise<WatchAnswer> =>
  watchAnswer.parse(
    await page.evaluate<unknown>(`fetch('/api/purchase-orders/${order}/watch').then((answer) => answer.json())`),
  );

/** Adds a channel by the page's own form. */
async function addChannel({ page, say }: Person, kind: string, address: string, secret?: string): Promise<void> {
  await page.getByLabel(say('telling:by')).selectOption(kind);
  await page.getByLabel(say(kind === 'email' ? 'telling:email' : 'telling:webhook')).fill(address);
  if (secret !== undefined) await page.getByLabel(say('telling:secret')).fill(secret);
  await page.getByRole('button', { name: say('telling:add') }).click();
}

/** An order of 50, bound to a position with a key typed here; `agree` is done before the last button. Its page to pay is open. */
async function bindByKey(
  trader: Person,
  agree: () => Promise<void> = async () => undefined,
): Promise<{ uid: string; order: string }> {
  const { page, say } = trader;
  const { uid, ...key } = await on.stage.openAccount();
  await on.stage.openPosition(uid, BTC, '20', '5');
  const order = await openOrder(trader);
  await page.goto(`/buy?order=${order}`);
  await page.getByLabel(say('trader:key.api_key')).fill(key.apiKey);
  await page.getByLabel(say('trader:key.secret')).fill(key.secretKey);
  await page.getByLabel(say('trader:key.passphrase')).fill(key.passphrase);
  await page.getByRole('button', { name: say('trader:key.seal_and_check') }).click();
  await page.getByRole('radio', { name: /BTC/ }).check();
  await agree();
  await page.getByRole('button', { name: say('trader:positions.bind') }).click();
  await expect(page.getByTestId('exact')).toBeVisible();
  return { uid, order };
}

/** Signed in, with a webhook that takes what it is sent. */
async function toldByWebhook(trader: Person, path: string): Promise<void> {
  await trader.page.goto('/notifications');
  await signIn(trader);
  await addChannel(trader, 'json', `${hook.url}${path}`, 'a secret of the webhook');
  await expect(trader.page.getByRole('listitem').filter({ hasText: hook.host })).toHaveCount(1);
}

for (const project of [PROJECTS[0], PROJECTS[3]]) {
  test(
    `the watch is agreed to with the binding, shows what it saw and told, and is off with one tap: ${project.name}`,
    { timeout: 400_000 },
    async () => {
      const trader = await person(on.browser, on.stage, project);
      const { page, say } = trader;
      const path = `/watch-${project.name}`;
      const told = (): string[] => hook.got.filter((got) => got.path === path).map(({ json }) => String(json['event']));
      try {
        await toldByWebhook(trader, path);
        const { uid, order } = await bindByKey(trader, async () => {
          // Nobody has agreed to anything by binding alone.
          const watch = page.getByRole('checkbox', { name: say('trader:watch.on') });
          await expect(watch).not.toBeChecked();
          await watch.check();
          await expect(page.getByRole('checkbox', { name: say('trader:watch.files_claims') })).toBeChecked();
          await look(page, project, '100-watch-consent');
        });
        const agreed = await watchOf(trader, order);
        assert.deepEqual([agreed.state, agreed.files_claims], ['waiting', true]);

        await on.stage.admin('POST', `/admin/purchase-orders/${order}/mark-paid`, {});
        await on.stage.letPass(THE_WAIT_MS);
        await page.goto(`/policies/${order}`);
        const panel = page.getByRole('region', { name: say('trader:watch.title') });
        await expect(panel).toContainText(say('trader:watch.state.watching'));
        await expect(panel).toContainText(say('trader:watch.last_look'));
        // What its holder changes is seen at the next look, told, and shown without a reload.
        await on.stage.control('/margin', { uid, ...BTC, amt: '-100' });
        await on.stage.letPass(HALF_AN_HOUR_MS);
        await expect(panel).toContainText(say('trader:watch.change.MARGIN_REMOVED', { amount: '100' }));
        const messages = page.getByRole('region', { name: say('telling:messages') });
        for (const event of ['COVER_BEGINS', 'POSITION_CHANGED'])
          await expect(messages.getByRole('listitem').filter({ hasText: say(`telling:event.${event}`) })).toContainText(
            say('telling:state.sent'),
          );
        assert.deepEqual(told().toSorted(), ['COVER_BEGINS', 'PAID', 'POSITION_CHANGED']);
        // How near it was, then and now: in words beside the line.
        await panel.getByRole('button').scrollIntoViewIfNeeded();
        const distance = panel.getByRole('figure');
        await expect(distance).toContainText(say('trader:distance.title'));
        for (const name of ['then', 'nearest', 'now'])
          await expect(
            distance.locator('div').filter({ hasText: new RegExp(`^${say(`trader:distance.${name}`)}\\d+\\.\\d%`) }),
          ).toHaveCount(1);
        await look(page, project, '101-watched');

        // One tap off, one tap on again.
        await panel.getByRole('button', { name: say('trader:watch.off') }).click();
        await expect(panel).toContainText(say('trader:watch.state.off'));
        assert.deepEqual((await watchOf(trader, order)).next_look_at, null);
        await look(page, project, '102-not-watched');
        await panel.getByRole('button', { name: say('trader:watch.on') }).click();
        await expect(panel).toContainText(say('trader:watch.state.watching'));
        // It stays as it was until the server has it: no uncheck(), which wants it at once.
        await panel.getByRole('checkbox', { name: say('trader:watch.files_claims') }).click();
        await expect(panel.getByRole('checkbox')).not.toBeChecked();
        assert.equal((await watchOf(trader, order)).files_claims, false);
        assert.deepEqual(trader.faults, []);
      } finally {
        await trader.context.close();
      }
    },
  );

  test(
    `where one is told: added, tested, failing, switched off, removed; a mail's link confirms: ${project.name}`,
    { timeout: 400_000 },
    async () => {
      const trader = await person(on.browser, on.stage, project);
      const { page, say } = trader;
      const path = `/told-${project.name}`;
      try {
        await page.goto('/notifications');
        await expect(page.getByRole('main').getByRole('button')).toHaveCount(1);
        await signIn(trader);
        await expect(page.getByText(say('telling:none'))).toBeVisible();
        await look(page, project, '103-told-nowhere');
        await addChannel(trader, 'json', `${hook.url}${path}`, 'a secret of the webhook');
        const items = page.getByRole('listitem').filter({ hasText: say('telling:kind.json') });
        await expect(items).toHaveCount(1);
        // Of its address no more is shown than whose it is.
        await expect(items).toContainText(hook.host);
        await expect(page.getByText(path)).toHaveCount(0);
        await items.getByRole('button', { name: say('telling:test') }).click();
        await expect(items.getByText(say('telling:last_sent'))).toBeVisible();
        const got = hook.got.filter((each) => each.path === path);
        assert.deepEqual(
          got.map(({ json }) => json['event']),
          ['TEST'],
        );
        assert.ok(got[0]?.headers['x-liqpass-signature']);

        // One that takes nothing says so, while the other goes on.
        await addChannel(trader, 'json', `${hook.url}/broken`);
        await expect(items).toHaveCount(2);
        await items
          .nth(1)
          .getByRole('button', { name: say('telling:test') })
          .click();
        await expect(items.nth(1)).toContainText(say('telling:failure.UNREACHABLE'));
        await expect(items.nth(0)).not.toContainText(say('telling:failure.UNREACHABLE'));

        const address = `${project.name}@example.com`;
        await addChannel(trader, 'email', address);
        await expect(page.getByText(say('telling:mail_sent'))).toBeVisible();
        const mail = page.getByRole('listitem').filter({ hasText: say('telling:kind.email') });
        await expect(mail).toContainText(say('telling:not_confirmed'));
        await look(page, project, '104-channels');
        const link = await on.stage.until(
          async () =>
            /\/notifications\?confirm=[0-9a-f]+/.exec(
              post.mails.find(({ to }) => to.includes(address))?.text ?? '',
            )?.[0] ?? '',
          (found) => found !== '',
        );
        await page.goto(link);
        // Machines open links too: nothing is confirmed until somebody presses.
        await expect(mail).toContainText(say('telling:not_confirmed'));
        await page.getByRole('button', { name: say('telling:confirm') }).click();
        await expect(page.getByText(say('telling:confirmed'))).toBeVisible();
        await expect(mail).not.toContainText(say('telling:not_confirmed'));

        // An address that is nobody's to be told at is refused in words.
        await addChannel(trader, 'json', 'https://10.0.0.1/hook');
        await expect(page.getByRole('alert')).toContainText(say('errors:code.CHANNEL_ADDRESS_NOT_ALLOWED'));

        await items
          .nth(0)
          .getByRole('button', { name: say('telling:off') })
          .click();
        await expect(items.nth(0)).toContainText(say('telling:is_off'));
        await items
          .nth(1)
          .getByRole('button', { name: say('telling:remove') })
          .click();
        await expect(items).toHaveCount(1);
        await look(page, project, '105-switched-off');
        await items.getByRole('button', { name: say('telling:on'), exact: true }).click();
        await expect(items).not.toContainText(say('telling:is_off'));
        assert.deepEqual(trader.faults, []);
      } finally {
        await trader.context.close();
      }
    },
  );
}

test(
  "the reminder's link leads to covering it again, by way of signing in: one tap for the next cover, which begins where this one ends",
  {
    timeout: 400_000,
  },
  async () => {
    const key = generatePrivateKey();
    const project = PROJECTS[3];
    const trader = await person(on.browser, on.stage, PROJECTS[0], key);
    const phone = await person(on.browser, on.stage, project, key);
    const { page, say } = phone;
    const path = '/again';
    try {
      await toldByWebhook(trader, path);
      const { order } = await bindByKey(trader);
      // What the market does in the next day is not what this is about.
      await on.stage.control('/marks', { instId: BTC.instId, px: '100000', how: 'pin' });
      await on.stage.admin('POST', `/admin/purchase-orders/${order}/mark-paid`, {});
      await on.stage.letPass(THE_WAIT_MS);
      const { coverage_end_at: end } = purchaseOrderAnswer.parse(
        await trader.page.evaluate<unknown>(`fetch('/api/purchase-orders/${order}').then((answer) => answer.json())`),
      );
      await on.stage.letPass(Date.parse(end ?? '') - on.stage.now() - HALF_AN_HOUR_MS);
      const link = await on.stage.until(
        async () =>
          String(hook.got.find((got) => got.path === path && got.json['event'] === 'ENDS_SOON')?.json['link']),
        (found) => found.startsWith('http'),
      );
      const { pathname, search } = new URL(link);
      assert.equal(`${pathname}${search}`, `/policies/${order}?again=1`);
      await pricesAreThere(on.stage);
      await page.goto(`${pathname}${search}`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(say('trader:order.sign_in'));
      await signIn(phone);
      const again = page.getByRole('region', { name: say('trader:again.button') });
      await expect(again).toContainText(/\d+\.\d\d → 50\.00 USDC/);
      // Before anything is paid the page says when the next one begins.
      await expect(again).toContainText(say('trader:again.next'));
      await expect(again).toContainText(say('trader:again.late'));
      await look(page, project, '106-again-soon');
      // The policy's own page leads there too, and so does the list of what is open.
      await page.goto(`/policies/${order}`);
      await page.getByRole('button', { name: say('trader:again.button') }).click();
      await expect(page).toHaveURL(/again=1/);
      await expect(again).toContainText(say('trader:again.next'));
      await again.getByRole('button', { name: /→ 50\.00 USDC/ }).click();
      await expect(page.getByTestId('exact')).toBeVisible();
      const next = new URL(page.url()).pathname.split('/').at(-1) ?? '';
      assert.notEqual(next, order);
      const made = await on.stage.admin('GET', `/admin/purchase-orders/${next}`);
      assert.ok(JSON.stringify(made).includes('"attested":true'));
      await expect(page.getByText(say('trader:again.next'))).toBeVisible();
      await look(page, project, '107-again-to-pay');
      const paid = purchaseOrderAnswer.parse(
        await on.stage.admin('POST', `/admin/purchase-orders/${next}/mark-paid`, {}),
      );
      assert.deepEqual([paid.status, paid.effective_start_at, paid.follows], ['SCHEDULED', end, order]);
      await page.goto(`/policies/${next}`);
      await expect(page.getByText(say('trader:policy.starts_in'))).toBeVisible();
      // It has not begun: nothing goes on from it yet.
      await expect(page.getByRole('button', { name: say('trader:again.button') })).toHaveCount(0);
      await look(page, project, '108-next-cover');
      for (const who of [trader, phone]) assert.deepEqual(who.faults, []);
    } finally {
      await Promise.all([trader, phone].map((who) => who.context.close()));
    }
  },
);
