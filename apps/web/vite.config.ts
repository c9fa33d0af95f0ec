import tailwindcss from '@tailwindcss/vite';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { firstLoadFile } from './scripts/firstLoad.ts';
import { precompress } from './scripts/precompress.ts';
import { preloadPage } from './scripts/preloadPage.ts';
import { slimI18n } from './scripts/slimI18n.ts';
import { slimZod } from './scripts/slimZod.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const routes = (folder: string) =>
  tanstackRouter({
    target: 'react',
    autoCodeSplitting: true,
    routesDirectory: here(`${folder}/routes`),
    generatedRouteTree: here(`${folder}/routeTree.gen.ts`),
    quoteStyle: 'single',
    disableLogging: true,
  });

/** Each entry, and the file for what it alone needs from the start. */
const entries = { [here('src/main.tsx')]: 'trader', [here('src/admin/main.tsx')]: 'operator' };

// Two entries: traders never load the operators' code. Everything is a file of our own origin, so that the CSP stays strict.
export default defineConfig({
  root: here('.'),
  plugins: [
    routes('src'),
    routes('src/admin'),
    react(),
    tailwindcss(),
    slimZod(),
    slimI18n(),
    preloadPage(),
    precompress(),
  ],
  resolve: {
    // React 19 has this hook: no stand-in for older ones.
    alias: [{ find: /^use-sync-external-store\/shim/, replacement: 'use-sync-external-store' }],
  },
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: 'es2022',
    // light-dark() and nesting pass through untouched
    cssTarget: ['chrome123', 'safari17.5', 'firefox120'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: { index: here('index.html'), admin: here('admin.html') },
      output: {
        codeSplitting: {
          // Few files for the first load, and in them nothing that only another page needs.
          includeDependenciesRecursively: false,
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 4 },
            {
              name: firstLoadFile('core', entries),
              debugName: 'libraries of the first load',
              tags: ['$initial'],
              // Not what changes something: reading needs none of it.
              test: /node_modules[\\/](?!.*[\\/](?:mutationObserver|useMutation)\.js$)/,
              priority: 3,
            },
            {
              name: firstLoadFile('app', entries),
              debugName: 'first load',
              tags: ['$initial'],
              test: /\.(?:tsx?|json)(?:\?|$)|preload-helper/,
              priority: 2,
            },
            // What several pages share, in four files instead of twenty.
            { name: 'parts', test: /[\\/]ui[\\/](?:fields|sheets|pageIcons|Modal)\.tsx$/, priority: 1 },
            {
              name: 'market',
              test: /[\\/](?:ui[\\/]Ruler|data[\\/]marketQueries|src[\\/](?:marketCalls|quotes))\.tsx?$/,
              priority: 1,
            },
            {
              name: 'orders',
              test: /[\\/](?:purchaseOrders|orderNumber|verify|watch|orderCalls|orderQueries|stored|draft|decimal|OrderSummary|Instant|Money|Steps)\.tsx?$/,
            },
            {
              name: 'claims',
              test: /[\\/](?:claims|claimCalls|claimQueries|events|liveClient|useOrder|LiveDot|Timeline|statusTone|OrderTag|download|reason)\.tsx?$/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:3001' } },
});
