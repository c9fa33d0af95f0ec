import assert from 'node:assert/strict';
import { expect, type Person } from './flow.ts';

/** Without a network: the page says so, `act` sends nothing, and says that too. */
export async function offline({ page, context, say }: Person, act: () => Promise<void>): Promise<void> {
  await context.setOffline(true);
  await expect(page.getByText(say('common:offline'))).toBeVisible();
  await act();
  await expect(page.getByText(say('errors:reached.no')).first()).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText(say('common:offline'))).toBeHidden();
}

/**
 * The next POST of this path is done by the server, and its answer lost. The page does not pretend to know, unless it finds
 * out at once by looking (`says` false).
 */
export async function loseTheAnswer(
  { page, say }: Person,
  path: string,
  act: () => Promise<void>,
  says = true,
): Promise<void> {
  let [taken, lost] = [false, false];
  const matches = (url: URL): boolean => url.pathname.endsWith(path);
  await page.route(matches, async (route) => {
    if (route.request().method() !== 'POST' || taken) return route.continue();
    taken = true;
    assert.ok((await route.fetch()).ok(), path);
    await route.abort('connectionreset');
    lost = true;
    return undefined;
  });
  await act();
  if (says) await expect(page.getByText(say('errors:reached.unknown')).first()).toBeVisible();
  await expect.poll(() => lost).toBe(true);
  await page.unroute(matches);
}
