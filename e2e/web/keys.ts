import type { Locator, Page } from '@playwright/test';
import assert from 'node:assert/strict';
import { z } from 'zod';

/** What has the focus, whether that can be seen, and whether it lies on the screen; null for nothing. */
const STOP = `(() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const ringed = [at, at.closest('label')].some((el) => {
    const style = el && getComputedStyle(el);
    return style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  });
  const box = at.getBoundingClientRect();
  const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return { what: at.outerHTML.slice(0, 160), ringed, seen };
})()`;
const stop = z.object({ what: z.string(), ringed: z.boolean(), seen: z.boolean() }).nullable();
export const focused = async (page: Page): Promise<z.infer<typeof stop>> => stop.parse(await page.evaluate(STOP));

/** Something has the focus: it was not lost to <body>. */
export async function mustHaveFocus(page: Page): Promise<void> {
  assert.notEqual(await focused(page), null, `${page.url()}: nothing has the focus`);
}

/** Tabs on to `target`. Wherever the focus stops on the way it can be seen; past the last stop it may leave the page once. */
export async function tabTo(page: Page, target: Locator, most = 60): Promise<void> {
  await target.waitFor();
  let left = 0;
  for (let n = 0; n < most; n += 1) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (at === null) left += 1;
    else assert.ok(at.ringed && at.seen, `${page.url()}: the focus cannot be seen on ${at.what}`);
    assert.ok(left <= 1, `${page.url()}: the focus goes round without reaching ${String(target)}`);
    if ((await page.locator(':focus').and(target).count()) > 0) return;
  }
  assert.fail(`${page.url()}: ${most} stops and not at ${String(target)}`);
}

/** Tabs to `target` and presses Enter. */
export async function enter(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

/** Tabs to a field and types over what is in it. */
export async function type(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}
