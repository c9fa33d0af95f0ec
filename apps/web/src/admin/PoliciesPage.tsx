import { PURCHASE_ORDER_STATUSES, type PurchaseOrderStatus } from '@liqpass/kernel/vocabulary';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Sheet } from '../ui/sheets.tsx';
import { Page } from '../ui/Shell.tsx';
import { OrderList } from './OrderList.tsx';
import { ordersQuery } from './queries.ts';

type Filter = { status?: PurchaseOrderStatus; q?: string };

/** Every order, by status and by what one knows of it. */
export function PoliciesPage({ filter }: { filter: Filter }) {
  const { t } = useTranslation('admin');
  const { t: ts } = useTranslation('shared');
  const navigate = useNavigate();
  const orders = useInfiniteQuery({ ...ordersQuery(filter), refetchInterval: 30_000 });
  const items = orders.data?.pages.flatMap((page) => page.items) ?? [];
  const [q, setQ] = useState(filter.q ?? '');
  useEffect(() => {
    if (q === (filter.q ?? '')) return undefined;
    const timer = setTimeout(() => {
      const { q: _old, ...rest } = filter;
      void navigate({ to: '/admin/policies', search: q === '' ? rest : { ...rest, q }, replace: true });
    }, 250);
    return () => clearTimeout(timer);
  }, [q, filter, navigate]);
  return (
    <Page wide>
      <h1 className="text-2xl">{t('policies.title')}</h1>
      <div className="flex flex-wrap gap-3">
        <input
          aria-label={t('policies.search')}
          placeholder={t('policies.search')}
          value={q}
          onChange={(event) => setQ(event.target.value)}
          className="field-box text-sm sm:w-80!"
        />
        <select
          aria-label={t('queue.status')}
          className="field-box text-sm sm:w-auto!"
          value={filter.status ?? ''}
          onChange={(event) => {
            const status = PURCHASE_ORDER_STATUSES.find((known) => known === event.target.value);
            void navigate({
              to: '/admin/policies',
              search: { ...(filter.q ? { q: filter.q } : {}), ...(status ? { status } : {}) },
              replace: true,
            });
          }}
        >
          <option value="">{t('queue.all')}</option>
          {PURCHASE_ORDER_STATUSES.map((status) => (
            <option key={status} value={status}>
              {ts(`order_status.${status}`)}
            </option>
          ))}
        </select>
      </div>
      <ErrorNote error={orders.error} onRetry={() => void orders.refetch()} />
      <Sheet>
        {orders.isPending ? (
          <div className="p-4">
            <Skeleton lines={6} />
          </div>
        ) : items.length === 0 ? (
          <p className="p-4 text-sm text-muted">{t('policies.none')}</p>
        ) : (
          <OrderList orders={items} />
        )}
        {orders.hasNextPage && (
          <div className="border-t border-line p-3">
            <Button kind="quiet" busy={orders.isFetchingNextPage} onClick={() => void orders.fetchNextPage()}>
              {t('more')}
            </Button>
          </div>
        )}
      </Sheet>
    </Page>
  );
}
