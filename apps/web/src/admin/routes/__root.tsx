import { OPERATOR_EVENT, operatorEventData } from '@liqpass/api/events';
import { useQueryClient } from '@tanstack/react-query';
import { createRootRoute, Outlet, useLocation } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../../data/liveClient.ts';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { Skeleton } from '../../ui/kit.tsx';
import { LiveDot } from '../../ui/LiveDot.tsx';
import { Page, Shell } from '../../ui/Shell.tsx';
import { WalletButton } from '../../wallet/WalletButton.tsx';
import { counted } from '../counted.ts';
import { useAdminKey } from '../operatorApi.ts';
import { SignInPage } from '../SignInPage.tsx';
import { useOperator } from '../useOperator.ts';

export const Route = createRootRoute({ component: Root });

/** A link says how much waits behind it; nothing where nothing does. */
const waits = (count: number | undefined): string | undefined => (count ? counted(count) : undefined);

const LISTS = new Set([
  'admin-claims',
  'admin-claim',
  'admin-orders',
  'payouts',
  'exposure',
  'settings',
  'audit',
  'order-file',
  'order-notes',
  'treasury',
  'transfers',
]);

function Root() {
  const { t } = useTranslation('admin');
  const client = useQueryClient();
  const key = useAdminKey();
  const me = useOperator();
  const [waiting, setWaiting] = useState<{ review: number; payouts: number; payments: number } | null>(null);
  const live = useLive(
    // An event stream carries no header, so a key has to ask every few seconds instead.
    me.data && key === null ? '/admin/events' : null,
    OPERATOR_EVENT,
    operatorEventData,
    useCallback(
      (event) => {
        setWaiting({
          review: event.claim_counts.VERIFIED_PENDING_REVIEW,
          payouts: event.claim_counts.APPROVED_PENDING_MULTISIG,
          payments: event.reported_payments,
        });
        if (event.subject !== null)
          void client.invalidateQueries({ predicate: (query) => LISTS.has(String(query.queryKey[0])) });
      },
      [client],
    ),
  );
  // On a phone the pages do not fit beside each other: the one that is open comes into view, also when counts make the bar longer.
  const { pathname } = useLocation();
  const isCounted = waiting !== null;
  useEffect(() => {
    document.querySelector('header nav [aria-current=page]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [pathname, me.data, isCounted]);
  const links = me.data
    ? [
        { to: '/admin/claims', label: t('nav.claims'), count: waits(waiting?.review) },
        { to: '/admin/payouts', label: t('nav.payouts'), count: waits(waiting?.payouts) },
        { to: '/admin/payments', label: t('nav.payments'), count: waits(waiting?.payments) },
        { to: '/admin/treasury', label: t('nav.treasury') },
        { to: '/admin/policies', label: t('nav.policies') },
        { to: '/admin/exposure', label: t('nav.exposure') },
        { to: '/admin/audit', label: t('nav.audit') },
        { to: '/admin/settings', label: t('nav.settings') },
      ]
    : [];
  return (
    <Shell
      home="/admin/claims"
      links={links}
      right={
        <>
          <span className="hidden lg:inline-flex">
            <LiveDot state={live} />
          </span>
          {key === null && <WalletButton />}
        </>
      }
    >
      {me.data ? (
        <Outlet />
      ) : me.error ? (
        <Page>
          <ErrorNote error={me.error} onRetry={() => void me.refetch()} />
        </Page>
      ) : me.data === null ? (
        <SignInPage />
      ) : (
        <Page>
          <Skeleton lines={5} />
        </Page>
      )}
    </Shell>
  );
}
