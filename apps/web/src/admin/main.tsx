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

await startI18n('admin');
const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
oncePageStands(() => loadErrorTexts().catch(() => undefined));
restoreWallet();
