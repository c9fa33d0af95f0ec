// npm run paint: first and largest contentful paint of each page, cold, on Lighthouse's slow 4G with a four times slower CPU.
// --rounds=5 --only='/buy?order=…,/policies/…'. Figures are of this machine: take them when nothing else runs on it.
import type { Browser, Cookie } from '@playwright/test';
import { launch, openContext, PROJECTS } from '../e2e/web/browser.ts';
import { openOrder, person, signIn } from '../e2e/web/flow.ts';
import { setStage } from '../e2e/web/stage.ts';
import { keepResults, machine, setting, settingNumber, table } from './support/report.ts';

const rounds = settingNumber('rounds', 5);
const only = setting('only', '').split(',');
const FIRST_MS = 1_500;
const LARGEST_MS = 2_500;
/** Lighthouse's mobile profile: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back. */
const SLOW_4G = {
  offline: false,
  latency: 150,
  downloadThroughput: (1_600 * 1024) / 8,
  uploadThroughput: (750 * 1024) / 8,
};
const CPU_SLOWDOWN = 4;
/** The page itself stands, and no larger paint came for so long: it is the largest. */
const QUIET_MS = 2_500;

/** `drawn`: when the page itself took the place of the shell with its heading. */
type Paint = { first: number; largest: number; drawn: number; what: string };

const OBSERVE = `
  new MutationObserver((_, observer) => {
    if (!document.querySelector('h1')) return;
    observer.disconnect();
    // From here on it is waited for anew: the shell's own text was painted long before.
    Object.assign(window.__paint, { stands: true, drawn: performance.now(), at: performance.now() });
  }).observe(document, { childList: true, subtree: true });
  window.__paint = { first: 0, largest: 0, drawn: 0, what: '', stands: false, at: performance.now() };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.name === 'first-contentful-paint') window.__paint.first = entry.startTime;
  }).observe({ type: 'paint', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const element = entry.element;
      Object.assign(window.__paint, {
        largest: entry.startTime,
        what: element ? element.tagName.toLowerCase() + ' ' + (element.textContent ?? '').slice(0, 24) : '',
        at: performance.now(),
      });
    }
  }).observe({ type: 'largest-contentful-paint', buffered: true });`;

/** One cold load: nothing cached, nothing running yet. */
async function paint(browser: Browser, baseURL: string, path: string, cookies: readonly Cookie[]): Promise<Paint> {
  const project = PROJECTS.find(({ phone }) => phone) ?? PROJECTS[0];
  const context = await openContext(browser, baseURL, project);
  try {
    await context.addCookies(cookies);
    await context.addInitScript({ content: OBSERVE });
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
    await devtools.send('Network.emulateNetworkConditions', SLOW_4G);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
    await page.goto(path, { timeout: 60_000 });
    // Asked again and again from outside: the pages' CSP lets nothing be evaluated in them by name.
    for (let asked = 0; asked < 300; asked += 1) {
      await page.waitForTimeout(200);
      const { quietMs, stands, ...found } = await page.evaluate<Paint & { quietMs: number; stands: boolean }>(
        '({ ...window.__paint, quietMs: performance.now() - window.__paint.at })',
      );
      if (stands && found.largest > 0 && quietMs > QUIET_MS) return found;
    }
    throw new Error(`${path} did not come to rest.`);
  } finally {
    await context.close();
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const [stage, browser] = await Promise.all([setStage(), launch()]);
try {
  const trader = await person(browser, stage, PROJECTS[0]);
  await trader.page.goto('/buy');
  await signIn(trader);
  const order = await openOrder(trader);
  const signedIn = await trader.context.cookies();
  await trader.context.close();
  const pages: { path: string; cookies: readonly Cookie[] }[] = [
    ...['/', '/buy', '/help/okx-key', '/admin/claims'].map((path) => ({ path, cookies: [] })),
    ...[
      `/buy?order=${order}`,
      `/pay/${order}`,
      '/policies',
      `/policies/${order}`,
      `/policies/${order}/evidence`,
      `/receipt/${order}`,
    ].map((path) => ({ path, cookies: signedIn })),
  ].filter(({ path }) => only[0] === '' || only.includes(path.replace(order, '…')));

  const loads = new Map<string, Paint[]>(pages.map(({ path }) => [path, []]));
  // Round by round rather than page by page: a busy moment of the machine then falls on all of them.
  for (let round = 0; round < rounds; round += 1)
    for (const { path, cookies } of pages) loads.get(path)?.push(await paint(browser, stage.backend, path, cookies));

  const results = [...loads].map(([path, paints]) => ({
    path: path.replace(order, '…'),
    first: Math.round(median(paints.map((each) => each.first))),
    largest: Math.round(median(paints.map((each) => each.largest))),
    drawn: Math.round(median(paints.map((each) => each.drawn))),
    what: paints.at(-1)?.what ?? '',
    loads: paints,
  }));
  const { cores, model } = machine();
  console.log(`${rounds} cold loads of each page, slow 4G, CPU ${CPU_SLOWDOWN} times slower; ${cores} × ${model}\n`);
  console.log(
    table(
      ['page', 'first paint ms', 'largest ms', 'drawn ms', 'largest is', ''],
      results.map(({ path, first, largest, drawn, what }) => [
        path,
        first,
        largest,
        drawn,
        what,
        first < FIRST_MS && largest < LARGEST_MS ? '' : `over ${FIRST_MS} / ${LARGEST_MS}`,
      ]),
    ),
  );
  console.log(`\n${keepResults('paint', { rounds, results })}`);
} finally {
  await browser.close();
  await stage.remove();
}
