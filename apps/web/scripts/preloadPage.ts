import type { Plugin, Rolldown } from 'vite';

/** Texts an entry waits for before it draws a page, and more for some of its pages. */
const TEXTS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/admin\/claims(\/|$)/, ['common', 'admin', 'checks']],
  [/^\/admin(\/|$)/, ['common', 'admin']],
  [/^\/policies\/./, ['common', 'trader', 'checks']],
  [/^\/$/, ['common']],
  [/./, ['common', 'trader']],
];
const SPLIT = /[\\/]routes[\\/](.+)\.tsx\?tsr-split=component$/;

/** "policies.$id.evidence" → the paths it is for: "^/policies/[^/]+/evidence/?$". */
function pathOf(route: string): string {
  const parts = route.split('.').filter((part) => part !== 'index' && part !== '');
  return `^${parts.map((part) => `/${part.startsWith('$') ? '[^/]+' : part}`).join('')}/?$`;
}

/**
 * Tells boot.js which files the page at a path needs in which language, so that they are fetched with the entry's own and
 * not one after another: on a slow line each step of a chain costs a round trip.
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
          const sample = path.replace('[^/]+', 'x').replace(/^\^|\/\?\$$/g, '') || '/';
          const names = TEXTS.find(([at]) => at.test(sample))?.[1] ?? [];
          const files = (lng: string): string[] => names.flatMap((ns) => text(lng, ns));
          return [[path, { all: own(chunk.fileName), en: files('en'), zh: files('zh') }]];
        });
        return html.replace(
          '<script src="/boot.js">',
          `<script src="/boot.js" data-pages='${JSON.stringify(pages).replaceAll("'", '&#39;')}'>`,
        );
      },
    },
  };
}
