import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

/** Texts an entry waits for before it draws a page, and more for some of its pages. */
const TEXTS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/admin\/claims(\/|$)/, ['common', 'admin', 'shared', 'checks']],
  [/^\/admin\/settings(\/|$)/, ['common', 'admin', 'shared', 'proof']],
  [/^\/admin\/treasury(\/|$)/, ['common', 'admin', 'shared', 'treasury']],
  [/^\/admin(\/|$)/, ['common', 'admin', 'shared']],
  [/^\/policies\/./, ['common', 'trader', 'shared', 'checks']],
  [/^\/(reserves|check)(\/|$)/, ['common', 'trader', 'shared', 'proof']],
  [/^\/$/, ['common']],
  [/./, ['common', 'trader', 'shared']],
];
/**
 * What is known of a page before its code is there: the dictionary with its heading and what stands below it, and what it
 * asks the API first; "$id" is the order in its address, {{id}} its short form. A page that loads one of several steps has an
 * entry for each.
 */
type Known = { texts?: readonly [ns: string, ...keys: string[]]; asks: readonly string[]; step?: string; at?: string };
const ORDER = '/api/purchase-orders/$id';
const KNOWN: Readonly<Record<string, readonly Known[]>> = {
  index: [{ texts: ['common', 'front.title', 'front.lead'], asks: ['/api/products'] }],
  buy: [
    {
      at: '^/buy/?\\?(.*&)?order=',
      step: 'BindStep',
      texts: ['trader', 'bind.title', 'bind.lead', 'key.sealed_note'],
      asks: [ORDER, '/api/products', '/api/okx-credentials'],
    },
    { at: '^/buy/?(\\?|$)', step: 'PositionStep', texts: ['trader', 'buy.title', 'buy.lead'], asks: ['/api/products'] },
  ],
  'pay.$id': [{ texts: ['trader', 'pay.title'], asks: [ORDER, '/api/payment-instructions'] }],
  'policies.index': [{ texts: ['trader', 'policies.title'], asks: [] }],
  'policies.$id.index': [{ texts: ['trader', 'order.of'], asks: [ORDER] }],
  'policies.$id.evidence': [{ texts: ['trader', 'evidence.title', 'evidence.lead'], asks: [ORDER] }],
  'receipt.$id': [{ texts: ['trader', 'receipt.premium_title'], asks: [ORDER] }],
  reserves: [
    { texts: ['proof', 'reserves.title', 'reserves.lead'], asks: ['/api/reserves', '/api/payment-instructions'] },
  ],
  check: [{ texts: ['proof', 'check.title', 'check.lead'], asks: [] }],
  'help.okx-key': [{ texts: ['trader', 'help.title', 'help.lead'], asks: [] }],
  'admin.claims.index': [
    { at: '^/admin/claims/?$', texts: ['admin', 'sign_in.title'], asks: ['/admin/me', '/admin/claims?limit=50'] },
    { texts: ['admin', 'sign_in.title'], asks: ['/admin/me'] },
  ],
};
/** Of the operators' pages it is not known who is there, so the heading is the one they share. */
const OPERATORS: Known = { texts: ['admin', 'sign_in.title'], asks: ['/admin/me'] };
const locales = join(import.meta.dirname, '../src/locales');

/** The texts of `keys` in a language. */
function textsOf(lng: string, [ns, ...keys]: readonly [string, ...string[]]): string[] {
  const all: unknown = JSON.parse(readFileSync(join(locales, lng, `${ns}.json`), 'utf8'));
  return keys.map((key) => {
    const found = key
      .split('.')
      .reduce<unknown>((at, part) => (at && typeof at === 'object' ? Reflect.get(at, part) : undefined), all);
    if (typeof found !== 'string') throw new Error(`No text ${ns}:${key} in ${lng}.`);
    return found;
  });
}
const SPLIT = /[\\/]routes[\\/](.+)\.tsx\?tsr-split=component$/;

/** "policies.$id.evidence" → the paths it is for: "^/policies/[^/?]+/evidence/?(\\?|$)". */
function pathOf(route: string): string {
  const parts = route.split('.').filter((part) => part !== 'index' && part !== '');
  return `^${parts.map((part) => `/${part.startsWith('$') ? '[^/?]+' : part}`).join('')}/?(\\?|$)`;
}

/**
 * Tells boot.js which files and which answers the page at a path needs, so that they are fetched with the entry's own and not
 * one after another: on a slow line each step of a chain costs a round trip. And its heading, to be read meanwhile.
 */
export function preloadPage(): Plugin {
  return {
    name: 'liqpass:preload-page',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle, chunk: entry }) {
        if (!bundle || !entry) return html;
        const chunks = Object.values(bundle).filter((file): file is Rolldown.OutputChunk => file.type === 'chunk');
        const chunkOf = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
        const needs = (file: string, found = new Set<string>()): Set<string> => {
          if (found.has(file)) return found;
          found.add(file);
          for (const imported of chunkOf.get(file)?.imports ?? []) needs(imported, found);
          return found;
        };
        const already = needs(entry.fileName);
        const own = (file: string): string[] => [...needs(file)].filter((each) => !already.has(each));
        const text = (lng: string, ns: string): string[] =>
          chunks
            .filter((chunk) => chunk.facadeModuleId?.endsWith(`/locales/${lng}/${ns}.json`))
            .map((chunk) => chunk.fileName);
        const operator = /[\\/]admin\.html$|[\\/]admin[\\/]main/.test(entry.facadeModuleId ?? '');
        const pages = chunks.flatMap((chunk) => {
          const route = SPLIT.exec(chunk.facadeModuleId ?? '')?.[1];
          if (route === undefined || route.startsWith('admin') !== operator) return [];
          const path = pathOf(route);
          const sample = path.replace('[^/?]+', 'x').replace(/^\^|\/\?\(.*$/g, '') || '/';
          const names = TEXTS.find(([at]) => at.test(sample))?.[1] ?? [];
          const files = (lng: string): string[] => names.flatMap((ns) => text(lng, ns));
          const known = KNOWN[route] ?? (operator ? [OPERATORS] : []);
          return (known.length === 0 ? [{ asks: [] }] : known).map(({ at, step, texts, asks }: Known) => {
            const stepFile = chunks.find((each) => step && each.facadeModuleId?.endsWith(`/${step}.tsx`))?.fileName;
            if (step !== undefined && stepFile === undefined) throw new Error(`${step} has no file of its own.`);
            const all = [...new Set([...own(chunk.fileName), ...(stepFile === undefined ? [] : own(stepFile))])];
            const language = (lng: string) => ({ files: files(lng), texts: texts ? textsOf(lng, texts) : [] });
            return [
              at ?? path,
              { all, asks: operator ? asks : ['/api/me', ...asks], en: language('en'), zh: language('zh') },
            ];
          });
        });
        return html.replace(
          '<script src="/boot.js">',
          `<script src="/boot.js" data-pages='${JSON.stringify(pages).replaceAll("'", '&#39;')}'>`,
        );
      },
    },
  };
}
