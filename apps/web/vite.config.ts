import tailwindcss from '@tailwindcss/vite';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { precompress } from './scripts/precompress.ts';
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

// Two entries: traders never load the operators' code. Everything is a file of our own origin, so that the CSP stays strict.
export default defineConfig({
  root: here('.'),
  plugins: [routes('src'), routes('src/admin'), react(), tailwindcss(), slimZod(), precompress()],
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
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 3 },
            {
              name: 'core',
              test: /node_modules[\\/](@tanstack[\\/](react-router|router-core|history|store|react-store|query-core|react-query)|i18next|react-i18next|zod|clsx|use-sync-external-store)[\\/]/,
              priority: 2,
            },
            {
              name: 'app',
              test: /(?:packages[\\/](?:kernel|api)[\\/]src[\\/](?:wire|errors|apiClient|auth|sessionCalls|quotes|marketCalls|vocabulary|money|ids|time|invariant)\.ts|apps[\\/]web[\\/]src[\\/](?:ui[\\/](?:kit|icons|Shell|SettingsMenu|ErrorNote|PageStates)|data[\\/](?:api|queryClient|meQuery|marketQueries)|wallet[\\/](?:walletStore|session|WalletButton)|i18n|theme|format)\.tsx?|locales[\\/]\w+[\\/]common\.json)$/,
              priority: 1,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:3001' } },
});
