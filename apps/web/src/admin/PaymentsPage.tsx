import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Sheet } from '../ui/sheets.tsx';
import { Page } from '../ui/Shell.tsx';
import { OrderList } from './OrderList.tsx';
import { ordersQuery } from './queries.ts';

/** Payments that traders reported and nobody has confirmed; then the orders that wait for one, and refunds. */
export function PaymentsPage() {
  const { t } = useTranslation('admin');
  return (
    <Page wide>
      <h1 className="text-2xl">{t('payments.title')}</h1>
      <p className="max-w-[48em] text-sm text-muted">{t('payments.lead')}</p>
      <Section title={t('payments.reported')} filter={{ reported: 'true' }} none={t('payments.none_reported')} />
      <Section
        title={t('payments.waiting')}
        filter={{ status: 'AWAITING_PAYMENT' }}
        // Those that were reported stand above.
        keep={(order) => order.reported_at === null}
        none={t('payments.none')}
      />
      <Section
        title={t('payments.refunds')}
        filter={{ status: 'REFUND_DUE' }}
        next={t('payments.refunds_next')}
        none={t('payments.none')}
      />
    </Page>
  );
}

function Section({
  title,
  filter,
  keep = () => true,
  next,
  none,
}: {
  title: string;
  filter: Parameters<typeof ordersQuery>[0];
  keep?: (order: PurchaseOrderAnswer) => boolean;
  /** What an operator does with these. */
  next?: string;
  none: string;
}) {
  const { t } = useTranslation('admin');
  const orders = useInfiniteQuery({ ...ordersQuery(filter), refetchInterval: 15_000 });
  const items = orders.data?.pages.flatMap((page) => page.items).filter(keep) ?? [];
  return (
    <Sheet
      title={
        <>
          {title}{' '}
          <span className="num">
            {items.length}
            {orders.hasNextPage ? '+' : ''}
          </span>
        </>
      }
    >
      {orders.error ? (
        <div className="p-4">
          <ErrorNote error={orders.error} onRetry={() => void orders.refetch()} />
        </div>
      ) : orders.isPending ? (
        <div className="p-4">
          <Skeleton lines={3} />
        </div>
      ) : items.length === 0 ? (
        <p className="p-4 text-sm text-muted">{none}</p>
      ) : (
        <>
          {next && <p className="border-b border-line px-4 py-2 text-sm text-muted">{next}</p>}
          <OrderList orders={items} />
        </>
      )}
      {orders.hasNextPage && (
        <div className="border-t border-line p-3">
          <Button kind="quiet" busy={orders.isFetchingNextPage} onClick={() => void orders.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </Sheet>
  );
}
