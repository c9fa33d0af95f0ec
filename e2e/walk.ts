// npm run walk: the READMEs, from a fresh clone to a paid claim in the browser, by their own commands and lines.
// `-- --pictures` keeps the pictures that they show; `-- --wait` waits the ten minutes instead of moving the
// clocks; `-- --quick` takes the packages of this checkout instead of installing them.
import type { Browser, Page } from '@playwright/test';
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from '../scripts/freePort.ts';
import { guard, launch, openContext, PROJECTS, words, type Lng } from './web/browser.ts';
import { expect } from './web/flow.ts';

const root = join(import.meta.dirname, '..');
const flags = new Set(process.argv.slice(2));
const READMES = { en: 'README.md', zh: 'README.zh-CN.md' } as const;
const HEADINGS = { en: '## The loop, in the browser', zh: '## 在浏览器里走一遍闭环' } as const;
const PLAY = {
  en: { open: 'Open', leverage: 'Leverage', liquidate: 'Liquidate it' },
  zh: { open: '开仓', leverage: '杠杆', liquidate: '让它爆仓' },
} as const;
const MINUTE_MS = 60_000;
const started = performance.now();
const say = (line: string): void =>
  console.log(`${String(Math.round((performance.now() - started) / 1000)).padStart(4)} s  ${line}`);

/** The ten lines of a README. */
function linesOf(text: string, lng: Lng): string[] {
  const from = text.indexOf(HEADINGS[lng]);
  assert.ok(from >= 0, `${READMES[lng]} has its ten lines`);
  const lines = [...text.slice(from, text.indexOf('\n## ', from + 1)).matchAll(/^\d+\. (.+)$/gm)].map(
    ([, line = '']) => line,
  );
  assert.equal(lines.length, 10, `the lines of ${READMES[lng]}`);
  return lines;
}

/** A path without this checkout's own commands: the clone brings what it needs. */
const barePath = (): string =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(root))
    .join(delimiter);

type Clone = {
  readonly folder: string;
  readonly shop: string;
  readonly exchange: string;
  readonly clock: string;
  stop(): Promise<void>;
};

/** Clones what is committed, as somebody would who has just found it. */
function cloneTo(parent: string): string {
  const folder = join(parent, 'liqpass');
  execFileSync('git', ['clone', '--quiet', root, folder]);
  if (flags.has('--quick')) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  assert.match(readFileSync(join(folder, 'README.md'), 'utf8'), /^npm start /m, 'the README says npm start');
  return folder;
}

/** Runs `npm start` in the clone, on a book of its own: a market that has just fallen sells nothing for an hour. */
async function startClone(parent: string, folder: string): Promise<Clone> {
  say('npm start');
  rmSync(join(folder, 'data'), { recursive: true, force: true });
  const clock = join(parent, 'clock');
  writeFileSync(clock, '0');
  // Loaded by every Node that npm starts; only the one of the lockfile reads TypeScript.
  const ahead = `if (+process.versions.node.split('.')[0] >= 24) await import(${JSON.stringify(pathToFileURL(join(folder, 'e2e/shiftedClock.ts')).href)});`;
  const ports = { PORT: await freePort(), JP_VERIFY_PORT: await freePort(), SIMULATOR_PORT: await freePort() };
  const child: ChildProcess = spawn('npm', ['start'], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      HOME: process.env['HOME'],
      PATH: barePath(),
      NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(ahead).toString('base64')}`,
      CLOCK_AHEAD: clock,
      ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
    },
  });
  let said = '';
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('LiqPass runs.')) resolve();
      });
    void ended.then(() => reject(new Error(`npm start ended:\n${said}`)));
    setTimeout(() => reject(new Error(`npm start is not ready after 8 minutes:\n${said}`)), 8 * MINUTE_MS).unref();
  });
  const stop = async (): Promise<void> => {
    // npm and what it started are a group of their own.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
    await ended;
  };
  try {
    await ready;
  } catch (error) {
    await stop();
    throw error;
  }
  say('LiqPass runs.');
  const at = (port: number): string => `http://127.0.0.1:${port}`;
  return { folder, clock, shop: at(ports.PORT), exchange: at(ports.SIMULATOR_PORT), stop };
}

/** What a reader does, line by line; each returns nothing that the pages do not show. */
async function walk(browser: Browser, clone: Clone, lng: Lng): Promise<void> {
  const lines = linesOf(readFileSync(join(clone.folder, READMES[lng]), 'utf8'), lng);
  const text = words(lng);
  // Light, as a README is read.
  const context = await openContext(browser, clone.shop, PROJECTS[lng === 'zh' ? 3 : 0], { width: 1120, height: 760 });
  const { faults } = await guard(context);
  const [exchange, trader, desk] = [await context.newPage(), await context.newPage(), await context.newPage()];
  const urlIn = (line: string): string => {
    const url = /<(http:\/\/127\.0\.0\.1:(3001|8083)[^>]*)>/.exec(line);
    assert.ok(url, `the line names a page: ${line}`);
    return (url[1] ?? '').replace('http://127.0.0.1:3001', clone.shop).replace('http://127.0.0.1:8083', clone.exchange);
  };
  const picture = async (page: Page, name: string): Promise<void> => {
    if (!flags.has('--pictures')) return;
    const pictures = join(root, 'docs/pictures');
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({
      path: join(pictures, `${name}${lng === 'en' ? '' : '.zh-CN'}.png`),
      animations: 'disabled',
    });
  };
  let ordId = '';
  let orderId = '';
  const steps: ((line: string) => Promise<void>)[] = [
    async (line) => {
      await exchange.goto(urlIn(line));
      await exchange.getByLabel(PLAY[lng].leverage).fill('5');
      await exchange.getByRole('button', { name: PLAY[lng].open, exact: true }).click();
      await expect(exchange.locator('article')).toHaveCount(1);
      ordId = /\b\d{17,20}\b/.exec(await exchange.locator('article').innerText())?.[0] ?? '';
      assert.notEqual(ordId, '', 'the order number appears');
    },
    async (line) => {
      await trader.goto(urlIn(line));
      await trader.getByRole('textbox', { name: text('trader:buy.leverage'), exact: true }).fill('5');
      await expect(trader.getByTestId('premium')).toBeVisible({ timeout: 2 * MINUTE_MS });
      await picture(trader, 'buy');
      assert.ok(line.includes(text('trader:buy.to_address')), `the README names the choice as the page does: ${line}`);
      await trader.getByText(text('trader:buy.to_address'), { exact: true }).click();
      await trader.getByLabel(text('trader:buy.address', { network: 'Base' })).fill(addressIn(line));
      await trader.getByRole('button', { name: text('trader:buy.continue') }).click();
      await expect(trader.getByRole('heading', { level: 1 })).toHaveText(text('trader:bind.title'));
    },
    async (line) => {
      assert.ok(line.includes(text('trader:bind.by_number')), `the README names the choice as the page does: ${line}`);
      await trader.getByText(text('trader:bind.by_number'), { exact: true }).click();
      await trader.getByLabel(text('trader:bind.ord_id')).fill(ordId);
      await trader.getByRole('button', { name: text('trader:bind.check') }).click();
      await expect(trader.getByRole('heading', { level: 1 })).toHaveText(text('trader:pay.title'));
      orderId = new URL(trader.url()).pathname.split('/').at(-1) ?? '';
    },
    async () => {
      await trader.getByLabel(text('trader:pay.hash')).fill(randomHash());
      await trader.getByRole('button', { name: text('trader:pay.i_have_paid') }).click();
      await expect(trader.getByText(text('trader:pay.reported'))).toBeVisible();
    },
    async (line) => {
      const key = (await exchange.locator('body').innerText()).split(/\s/).find((word) => word === adminKey(clone));
      assert.ok(key, "the exchange's page shows the operators' key");
      await desk.goto(urlIn(line));
      await desk.getByText(text('admin:sign_in.with_key')).click();
      await desk.getByLabel(text('admin:sign_in.key'), { exact: true }).fill(key);
      await desk.keyboard.press('Enter');
      const row = desk.getByRole('listitem').filter({ hasText: orderId.slice(0, 8) });
      await row.getByRole('button', { name: text('admin:payments.confirm') }).click();
      await desk.getByRole('button', { name: text('admin:payments.mark_paid') }).click();
      await expect(desk.getByRole('dialog')).toBeHidden();
    },
    async () => {
      await trader.getByRole('link', { name: text('trader:pay.view_policy') }).click();
      await expect(trader.getByText(text('trader:policy.starts_in'))).toBeVisible();
      if (!flags.has('--wait')) writeFileSync(clone.clock, String(11 * MINUTE_MS));
      await expect(trader.getByText(text('shared:order_status.ACTIVE')).first()).toBeVisible({
        timeout: flags.has('--wait') ? 12 * MINUTE_MS : MINUTE_MS,
      });
      await trader.reload();
      await expect(trader.getByText(text('trader:policy.starts_in'))).toHaveCount(0);
      await picture(trader, 'policy');
    },
    async (line) => {
      assert.ok(line.includes(PLAY[lng].liquidate), `the README names the button as the page does: ${line}`);
      await exchange.getByRole('button', { name: PLAY[lng].liquidate }).click();
      await expect(exchange.locator('article')).toHaveCount(0);
    },
    async () => {
      await trader.reload();
      await trader.getByRole('button', { name: text('trader:claim.file') }).click();
      await expect(trader.getByText(text('trader:claim.verified'))).toBeVisible({ timeout: MINUTE_MS });
    },
    async () => {
      await desk
        .getByRole('link', { name: new RegExp(`^${text('admin:nav.claims')}`) })
        .first()
        .click();
      await desk.locator('a[data-row]').first().click();
      await expect(desk.getByRole('region', { name: text('checks:raw') })).toBeVisible();
      await picture(desk, 'review');
      await desk.getByRole('button', { name: new RegExp(`^${text('admin:claim.approve')}`) }).click();
      await desk
        .getByRole('dialog')
        .getByRole('button', { name: text('admin:decide.confirm') })
        .click();
      await expect(desk.getByText(text('shared:claim_status.APPROVED_PENDING_MULTISIG')).first()).toBeVisible();
    },
    async () => {
      await desk
        .getByRole('link', { name: new RegExp(`^${text('admin:nav.payouts')}`) })
        .first()
        .click();
      await desk.getByLabel(text('admin:decide.hash')).fill(randomHash());
      await desk.getByRole('button', { name: text('admin:payouts.record_button~one', { count: 1 }) }).click();
      await desk
        .getByRole('dialog')
        .getByRole('button', { name: text('admin:decide.confirm') })
        .click();
      await expect(trader.getByRole('heading', { name: text('trader:claim.paid') })).toBeVisible({
        timeout: MINUTE_MS,
      });
      await picture(trader, 'paid');
    },
  ];
  for (const [index, step] of steps.entries()) {
    const line = lines[index] ?? '';
    say(`${index + 1}. ${line}`);
    await step(line);
  }
  assert.deepEqual(faults, []);
  await context.close();
}

const addressIn = (line: string): string => /0x[0-9a-fA-F]{40}/.exec(line)?.[0] ?? '';
const randomHash = (): string => `0x${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')}`;
const adminKey = ({ folder }: Clone): string =>
  (JSON.parse(readFileSync(join(folder, 'data/secrets.json'), 'utf8')) as { adminApiKey: string }).adminApiKey;

const parent = mkdtempSync(join(tmpdir(), 'liqpass-walk-'));
const browser = await launch();
try {
  const folder = cloneTo(parent);
  for (const lng of ['en', 'zh'] as const) {
    const clone = await startClone(parent, folder);
    try {
      await walk(browser, clone, lng);
    } finally {
      await clone.stop();
    }
  }
  say('paid, in both languages');
} finally {
  await browser.close();
  rmSync(parent, { recursive: true, force: true });
}
