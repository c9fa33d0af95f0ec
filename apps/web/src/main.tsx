import './styles.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRouter, RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { newQueryClient } from './data/queryClient.ts';
import { oncePageStands, onceTouched } from './data/oncePageStands.ts';
import { startI18n } from './i18n.ts';
import { routeTree } from './routeTree.gen.ts';
import { loadErrorTexts } from './ui/ErrorNote.tsx';
import { PageError, PageMissing, PagePending } from './ui/PageStates.tsx';
import { restoreWallet } from './wallet/walletStore.ts';

const queryClient = newQueryClient();
const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: PageMissing,
  defaultPendingComponent: PagePending,
  defaultPendingMs: 150,
});

/** The shell stands until the page can be drawn: once, rather than a fallback first. */
async function start(): Promise<void> {
  await startI18n();
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
// The sentences of failures are there before one happens, when the network may be gone, and do not hold up the first page. Who
// only looks at the front page has nothing to lose by one.
(location.pathname === '/' ? onceTouched : oncePageStands)(() => loadErrorTexts().catch(() => undefined));
restoreWallet();
