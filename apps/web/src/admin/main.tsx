import '../styles.css';
import { createRouter } from '@tanstack/react-router';
import { drawApp } from '../drawApp.tsx';
import { newQueryClient } from '../data/queryClient.ts';
import { onceTouched } from '../data/oncePageStands.ts';
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

// Not awaited here: pages import from this file, and would wait for it as it waits for them.
void startI18n('admin', 'shared').then(() => drawApp(router, queryClient));
onceTouched(() => loadErrorTexts().catch(() => undefined));
restoreWallet();
