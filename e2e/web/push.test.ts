import type { CDPSession } from '@playwright/test';
import assert from 'node:assert/strict';
import { createECDH } from 'node:crypto';
import { test } from 'node:test';
import { PROJECTS } from './browser.ts';
import { expect, look, person, signIn } from './flow.ts';
import { onStage } from './onStage.ts';

// Push messages as a browser has them. No push service is reached from a test's Chromium: what it would deliver is handed to the service
// worker through DevTools; what leads there and how it is encrypted is the backend's tests' matter.

const pair = createECDH('prime256v1');
const publicKey = pair.generateKeys('base64url');
const on = onStage({
  VAPID_PUBLIC_KEY: publicKey,
  VAPID_PRIVATE_KEY: Buffer.from(pair.getPrivateKey('hex').padStart(64, '0'), 'hex').toString('base64url'),
  VAPID_SUBJECT: 'mailto:cover@liqpass.example',
});

/** The registration of our service worker, as DevTools names it. */
async function registrationOf(cdp: CDPSession): Promise<string> {
  const known = new Promise<string>((resolve) =>
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [registration] = registrations.filter(({ isDeleted }) => !isDeleted);
      if (registration) resolve(registration.registrationId);
    }),
  );
  await cdp.send('ServiceWorker.enable');
  return known;
}

for (const project of [PROJECTS[0], PROJECTS[3]])
  test(
    `this browser is added where it can be reached, and shows what is pushed to it: ${project.name}`,
    { timeout: 300_000 },
    async () => {
      const trader = await person(on.browser, on.stage, project);
      const { page, say, context } = trader;
      try {
        await page.goto('/notifications');
        await signIn(trader);
        await page.getByLabel(say('telling:by')).selectOption('push');
        await expect(page.getByText(say('telling:push_note'))).toBeVisible();
        await look(page, project, '106-push');
        const add = page.getByRole('button', { name: say('telling:add') });
        // Whoever says no to their browser is told where to say yes; nothing was added.
        await page.evaluate("Notification.requestPermission = () => Promise.resolve('denied')");
        await add.click();
        await expect(page.getByRole('alert')).toContainText(say('telling:push_denied'));
        await page.reload();
        await context.grantPermissions(['notifications'], { origin: new URL(page.url()).origin });
        await page.getByLabel(say('telling:by')).selectOption('push');
        await add.click();
        await expect(page.getByRole('alert')).toContainText(say('telling:push_failed'));
        await expect(page.getByText(say('telling:none'))).toBeVisible();

        // The worker is there by now: a message comes, once more, and one that says nothing.
        const cdp = await context.newCDPSession(page);
        const registrationId = await registrationOf(cdp);
        const origin = new URL(page.url()).origin;
        const said = { title: say('telling:title'), text: 'BTC', link: `${origin}/policies`, id: 'one' };
        for (const data of [JSON.stringify(said), JSON.stringify(said), 'no JSON'])
          await cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data });
        const shown = (): Promise<unknown> =>
          page.evaluate(`navigator.serviceWorker.ready.then((at) => at.getNotifications())
            .then((all) => all.map(({ title, body, tag, data }) => [title, body, tag, data]))`);
        const all = await on.stage.until(shown, (found) => Array.isArray(found) && found.length === 2);
        // In whichever order the browser has them.
        assert.deepEqual(
          new Set(Array.isArray(all) ? all.map((each) => JSON.stringify(each)) : []),
          new Set([
            JSON.stringify([said.title, said.text, said.id, said.link]),
            JSON.stringify(['LiqPass', '', '', null]),
          ]),
        );
        // It keeps nothing: a page is still fetched from the server.
        assert.equal(await page.evaluate<number>('caches.keys().then((names) => names.length)'), 0);
        // A test's context is incognito to Chromium, which says so itself where a page subscribes.
        const ofThePage = trader.faults.filter((fault) => !fault.includes('support the Push API in incognito mode'));
        assert.deepEqual(ofThePage, []);
      } finally {
        await trader.context.close();
      }
    },
  );
