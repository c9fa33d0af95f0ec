import type { Browser, Page, Response } from '@playwright/test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync, brotliCompressSync } from 'node:zlib';
import { table } from '../../bench/support/report.ts';
import { launch, PROJECTS } from './browser.ts';
import { openOrder, person, signIn } from './flow.ts';
import { setStage, type Stage } from './stage.ts';

// What a page loads before anybody does anything on it, measured in the browser: every script and style sheet that came, by
// the size of the built file under gzip, the larger of the two encodings the server offers. What comes with the first touch,
// or three seconds later, is counted beside it. No time is measured here.
const KIB = 1024;
const FRONT_KIB = 150;
const PAGE_KIB = 195;
const CSS_KIB = 10;
const DIST = join(import.meta.dirname, '../../apps/web/dist');

let stage: Stage;
let browser: Browser;
before(async () => {
  [stage, browser] = await Promise.all([setStage(), launch()]);
});
after(async () => {
  await browser?.close();
  await stage?.remove();
});

type Load = {
  path: string;
  scripts: number;
  gzip: number;
  brotli: number;
  css: number;
  touched: number;
  wallet: boolean;
};
const WALLET = /\/browserWallet-/;

type Size = { readonly gzip: number; readonly brotli: number };
const known = new Map<string, Size>();
/** The size of a built file; worked out once, for most pages share most files. */
function sizeOf(file: string): Size {
  const bytes = readFileSync(join(DIST, file));
  const size = known.get(file) ?? {
    gzip: gzipSync(bytes, { level: 9 }).length / KIB,
    brotli: brotliCompressSync(bytes).length / KIB,
  };
  known.set(file, size);
  return size;
}

/** The sizes of all files of the kind among `urls`. */
function sizes(urls: readonly string[], kind: RegExp): Size & { readonly count: number } {
  const files = [...new Set(urls.map((url) => new URL(url).pathname))].filter((path) => kind.test(path)).map(sizeOf);
  const sum = (by: keyof Size): number => files.reduce((total, size) => total + size[by], 0);
  return { count: files.length, gzip: sum('gzip'), brotli: sum('brotli') };
}

async function load(page: Page, path: string): Promise<Load> {
  const urls: string[] = [];
  const note = (response: Response): number => urls.push(response.url());
  await page.goto('about:blank');
  page.on('response', note);
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  const js = sizes(urls, /\.js$/);
  const css = sizes(urls, /\.css$/).gzip;
  await page.mouse.move(200, 3);
  await page.mouse.move(210, 3);
  await page.waitForLoadState('networkidle');
  page.off('response', note);
  const touched = sizes(urls, /\.js$/).gzip;
  const wallet = urls.some((url) => WALLET.test(url));
  return { path, scripts: js.count, gzip: js.gzip, brotli: js.brotli, css, touched, wallet };
}

for (const project of PROJECTS.filter(({ lng, phone }) => (lng === 'zh') === phone))
  test(
    `no page loads more than its budget before anybody touches it: ${project.name}`,
    { timeout: 240_000 },
    async () => {
      const stranger = await person(browser, stage, project);
      const trader = await person(browser, stage, project);
      const operator = await person(browser, stage, project, stage.operators.admin);
      try {
        const rows: Load[] = [];
        for (const path of ['/', '/buy', '/help/okx-key', '/policies', '/admin/claims'])
          rows.push(await load(stranger.page, path));
        await trader.page.goto('/buy');
        await signIn(trader);
        const order = await openOrder(trader);
        for (const path of [
          `/buy?order=${order}`,
          `/pay/${order}`,
          '/policies',
          `/policies/${order}`,
          `/receipt/${order}`,
        ])
          rows.push(await load(trader.page, path));
        await operator.page.goto('/admin/claims');
        await signIn(operator);
        for (const name of ['claims', 'payouts', 'payments', 'exposure', 'policies', 'audit', 'settings'])
          rows.push(await load(operator.page, `/admin/${name}`));
        console.log(
          table(
            ['page', 'scripts', 'gzip KiB', 'brotli KiB', 'CSS KiB', 'once touched', 'wallet code'],
            rows.map((row) => [
              row.path.replace(order, '…'),
              String(row.scripts),
              row.gzip.toFixed(1),
              row.brotli.toFixed(1),
              row.css.toFixed(1),
              row.touched.toFixed(1),
              row.wallet ? 'once touched' : 'none',
            ]),
          ),
        );
        for (const { path, gzip, css, wallet } of rows) {
          // Who is signed in is known without the wallet's code: it comes where it is asked for something.
          assert.equal(wallet, false, `${path} loads the wallet's code`);
          const most = path === '/' ? FRONT_KIB : PAGE_KIB;
          assert.ok(
            gzip > 100 && gzip < most,
            `${path} loads ${gzip.toFixed(1)} KiB of scripts; its budget is ${most}`,
          );
          assert.ok(
            css > 1 && css <= CSS_KIB,
            `${path} loads ${css.toFixed(1)} KiB of styles; its budget is ${CSS_KIB}`,
          );
        }
      } finally {
        await Promise.all([stranger, trader, operator].map((who) => who.context.close()));
      }
    },
  );
