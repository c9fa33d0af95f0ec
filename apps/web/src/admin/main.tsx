import '../styles.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRouter, RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { newQueryClient } from '../data/queryClient.ts';
import { oncePageStands } from '../data/oncePageStands.ts';
import { startI18n } from '../i18n.ts';
import { loadErrorTexts } from '../ui/ErrorNote.tsx';
import { PageError, PageMissing, PagePending } from '../ui/PageStates.tsx';
import { restoreWallet } from '../wallet/walletStore.ts';
import { routeTree } from './routeTree.gen.ts';

const queryClient = newQueryClient();
const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: PageMissing,
  defaultPendingComponent: PagePending,
  defaultPendingMs: 150,
});

/** The shell stands until the page can be drawn: once, rather than a fallback first. */
async function start(): Promise<void> {
  await startI18n('admin');
  await router.load();
  const root = document.getElementById('root');
  if (root)
    createRoot(root).render(
      <StrictMode>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </StrictMode>,
    );
}
// Not awaited here: pages import from this file, and would wait for it as it waits for them.
void start();
oncePageStands(() => loadErrorTexts().catch(() => undefined));
restoreWallet();
