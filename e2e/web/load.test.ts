import type { Page, Request, Response } from '@playwright/test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, brotliCompressSync } from 'node:zlib';
import { table } from '../../bench/support/report.ts';
import { PROJECTS } from './browser.ts';
import { openOrder, person, signIn } from './flow.ts';
import { onStage } from './onStage.ts';

// What a page loads before anybody does anything on it, measured in the browser: every script and style sheet that came, by
// the size of the built file under gzip, the larger of the two encodings the server offers: at once, and with all that comes
// by itself while nobody touches it. What comes with the first touch is shown beside it. No time is measured here.
const KIB = 1024;
const FRONT_KIB = 150;
const PAGE_KIB = 195;
const CSS_KIB = 10;
const instId = 'ETH-USDT-SWAP';
const DIST = join(import.meta.dirname, '../../apps/web/dist');

const on = onStage();

type Load = {
  path: string;
  scripts: number;
  gzip: number;
  brotli: number;
  css: number;
  /** Left alone for ten seconds. */
  standing: number;
  touched: number;
  wallet: 'at once' | 'standing' | 'once touched' | 'none';
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

/** What a page still waits for; streams of events never end. */
const isAwaited = (request: Request): boolean => !['eventsource', 'websocket', 'ping'].includes(request.resourceType());

/** Notes what comes; `settled` once nothing is under way and the page, drawn thrice since, asks for nothing more. */
function watch(page: Page): { urls: string[]; settled: () => Promise<void>; stop: () => void } {
  const urls: string[] = [];
  const awaited = new Set<Request>();
  let asked = 0;
  const start = (request: Request): void => {
    asked += 1;
    if (isAwaited(request)) awaited.add(request);
  };
  const note = (response: Response): number => urls.push(response.url());
  const end = (request: Request): boolean => awaited.delete(request);
  page.on('request', start).on('response', note).on('requestfinished', end).on('requestfailed', end);
  return {
    urls,
    async settled() {
      for (let calm = 0, before = asked; calm < 3; before = asked) {
        await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestIdleCallback(drawn)))');
        calm = awaited.size === 0 && asked === before ? calm + 1 : 0;
      }
    },
    stop: () => page.off('request', start).off('response', note).off('requestfinished', end).off('requestfailed', end),
  };
}

/** Binds a position to the order, as the signed-in page itself would. */
async function bindByNumber(page: Page, order: string): Promise<void> {
  const { ordId } = await on.stage.control('/orders', {
    instId,
    posSide: 'short',
    side: 'sell',
    sz: '200',
    lever: '5',
  });
  const body = JSON.stringify(JSON.stringify({ ordId, instId }));
  const status = await page.evaluate<unknown>(
    `fetch('/api/purchase-orders/${order}/bind-okx', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${body} }).then((r) => r.status)`,
  );
  assert.equal(status, 200);
}

/** `path` in a page whose clock can be put forward. */
async function load(page: Page, path: string): Promise<Load> {
  await page.goto('about:blank');
  const { urls, settled, stop } = watch(page);
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await settled();
  const now = () => ({
    js: sizes(urls, /\.js$/),
    css: sizes(urls, /\.css$/),
    wallet: urls.some((url) => WALLET.test(url)),
  });
  const first = now();
  await page.clock.fastForward(10_000);
  await settled();
  const standing = now();
  await page.mouse.move(200, 3);
  await page.mouse.move(210, 3);
  await settled();
  const touched = now();
  stop();
  return {
    path,
    scripts: first.js.count,
    gzip: first.js.gzip,
    brotli: first.js.brotli,
    css: standing.css.gzip,
    standing: standing.js.gzip,
    touched: touched.js.gzip,
    wallet: first.wallet ? 'at once' : standing.wallet ? 'standing' : touched.wallet ? 'once touched' : 'none',
  };
}

for (const project of PROJECTS.filter(({ lng, phone }) => (lng === 'zh') === phone))
  test(
    `no page loads more than its budget before anybody touches it: ${project.name}`,
    { timeout: 400_000 },
    async () => {
      const stranger = await person(on.browser, on.stage, project);
      const trader = await person(on.browser, on.stage, project);
      const operator = await person(on.browser, on.stage, project, on.stage.operators.admin);
      try {
        for (const who of [stranger, trader, operator]) await who.context.clock.install();
        const rows: Load[] = [];
        for (const path of ['/', '/buy', '/help/okx-key', '/policies', '/reserves', '/check', '/admin/claims'])
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
        await bindByNumber(trader.page, order);
        rows.push({ ...(await load(trader.page, `/pay/${order}`)), path: '/pay/… (bound)' });
        await operator.page.goto('/admin/claims');
        await signIn(operator);
        for (const name of ['claims', 'payouts', 'payments', 'treasury', 'exposure', 'policies', 'audit', 'settings'])
          rows.push(await load(operator.page, `/admin/${name}`));
        console.log(
          table(
            ['page', 'scripts', 'gzip KiB', 'brotli KiB', 'CSS KiB', 'left alone', 'once touched', 'wallet code'],
            rows.map((row) => [
              row.path.replace(order, '…'),
              String(row.scripts),
              row.gzip.toFixed(1),
              row.brotli.toFixed(1),
              row.css.toFixed(1),
              row.standing.toFixed(1),
              row.touched.toFixed(1),
              row.wallet,
            ]),
          ),
        );
        for (const { path, gzip, standing, css, wallet } of rows) {
          // Who is signed in is known without the wallet's code: it comes where it is asked for something.
          assert.ok(wallet === 'none' || wallet === 'once touched', `${path} loads the wallet's code ${wallet}`);
          const most = path === '/' ? FRONT_KIB : PAGE_KIB;
          for (const size of [gzip, standing])
            assert.ok(
              size > 100 && size < most,
              `${path} loads ${size.toFixed(1)} KiB of scripts; its budget is ${most}`,
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
