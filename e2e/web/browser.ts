import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test';
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const SHOTS = join(import.meta.dirname, 'shots');

export type Lng = 'en' | 'zh';
/** Each language and each appearance, on a desktop and on a phone. */
export const PROJECTS = [
  { name: 'desktop-en-light', lng: 'en', dark: false, phone: false },
  { name: 'desktop-zh-dark', lng: 'zh', dark: true, phone: false },
  { name: 'phone-en-dark', lng: 'en', dark: true, phone: true },
  { name: 'phone-zh-light', lng: 'zh', dark: false, phone: true },
] as const satisfies readonly { name: string; lng: Lng; dark: boolean; phone: boolean }[];
export type Project = (typeof PROJECTS)[number];

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export function openContext(
  browser: Browser,
  baseURL: string,
  project: Project,
  /** A window of this size instead of the project's, on a desktop. */
  desktop?: { readonly width: number; readonly height: number },
): Promise<BrowserContext> {
  const phone = project.phone && desktop === undefined;
  return browser.newContext({
    baseURL,
    locale: project.lng === 'zh' ? 'zh-CN' : 'en-GB',
    timezoneId: project.lng === 'zh' ? 'Asia/Shanghai' : 'America/New_York',
    colorScheme: project.dark ? 'dark' : 'light',
    viewport: desktop ?? (phone ? { width: 390, height: 844 } : { width: 1360, height: 900 }),
    deviceScaleFactor: phone ? 2 : 1,
    hasTouch: phone,
    isMobile: phone,
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
}

/** What Chromium itself logs of a line that a test broke. */
const BROKEN_LINE =
  /^Failed to load resource: net::ERR_(?:FAILED|CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)/;

/**
 * Notes whatever a page must never do: throw, log an error, or break its own CSP. Refusals of the API are answers; a line
 * that breaks is one only where the test breaks it.
 */
export async function guard(context: BrowserContext, breaksLines = false): Promise<{ faults: string[] }> {
  const faults: string[] = [];
  await context.addInitScript({
    content:
      "addEventListener('securitypolicyviolation', (e) => console.error('CSP', e.violatedDirective, e.blockedURI));",
  });
  context.on('weberror', (error) => faults.push(`${error.page()?.url() ?? ''}: ${error.error().message}`));
  context.on('console', (message) => {
    if (message.type() !== 'error') return;
    if (/status of (?:4\d\d|503)|ERR_INTERNET_DISCONNECTED/.test(message.text())) return;
    if (breaksLines && BROKEN_LINE.test(message.text())) return;
    faults.push(`${message.page()?.url() ?? ''}: ${message.text()}`);
  });
  return { faults };
}

/** The clock of every page that opens from now on is off by so much, as on a device whose owner set it by hand. */
export const shiftClock = (context: BrowserContext, byMs: number): Promise<unknown> =>
  context.addInitScript({
    content: `(() => {
      const Real = Date;
      const now = () => Real.now() + ${byMs};
      globalThis.Date = new Proxy(Real, {
        construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [now()] : args, made),
        get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
      });
    })();`,
  });

/** No violation of WCAG 2.2 AA on the page as it stands. */
export async function mustBeAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  const said = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`)
        .join(' ; ')}`,
  );
  assert.deepEqual(said, [], page.url());
}

/** A page may scroll down, never sideways. */
export async function mustFitWidth(page: Page): Promise<void> {
  const over = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  assert.ok(over <= 0, `${page.url()} is ${over} px too wide`);
}

/** Keeps a picture, and holds the page to what every page must hold. */
export async function look(page: Page, project: Project, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}-${project.name}.png`), animations: 'disabled', fullPage: true });
  await mustFitWidth(page);
  await mustBeAccessible(page);
}

type Texts = { [key: string]: string | Texts };
const dictionary = (lng: Lng, ns: string): Texts =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../apps/web/src/locales/${lng}/${ns}.json`), 'utf8')) as Texts;

/** The words of a page by their key ("trader:buy.title"), from the dictionaries themselves. */
export function words(lng: Lng): (key: string, params?: Record<string, string | number>) => string {
  return (key, params = {}) => {
    const [ns = '', path = ''] = key.split(':');
    const found = path
      .split('.')
      .reduce<string | Texts | undefined>(
        (at, part) => (typeof at === 'object' ? at[part] : undefined),
        dictionary(lng, ns),
      );
    assert.ok(typeof found === 'string', `no text ${key}`);
    return found.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(params[name] ?? ''));
  };
}
