import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { loadNamespace } from '../i18n.ts';
import { Shell } from '../ui/Shell.tsx';
import { WalletButton } from '../wallet/WalletButton.tsx';

export const Route = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  // The front page needs the common texts alone, which are part of the page.
  beforeLoad: async ({ location }) => {
    if (location.pathname !== '/') await Promise.all([loadNamespace('trader'), loadNamespace('shared')]);
  },
  component: Root,
});

function Root() {
  const { t } = useTranslation();
  return (
    <Shell
      home="/"
      links={[
        { to: '/buy', label: t('nav.buy') },
        { to: '/policies', label: t('nav.policies') },
      ]}
      right={<WalletButton />}
    >
      <Outlet />
    </Shell>
  );
}
