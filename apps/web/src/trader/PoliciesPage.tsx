import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { myOrdersQuery, orderQuery } from '../data/orderQueries.ts';
import { countdown, money } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { useNow } from '../ui/Instant.tsx';
import { Instant } from '../ui/Instant.tsx';
import { buttonClass, Skeleton } from '../ui/kit.tsx';
import { Note } from '../ui/sheets.tsx';
import { Page } from '../ui/Shell.tsx';
import { useMe } from '../wallet/session.ts';
import { ConnectButton } from '../wallet/WalletButton.tsx';
import { knownOrders } from './draft.ts';
import { useOrderTitle } from './OrderSummary.tsx';
import { OrderTag } from './OrderTag.tsx';

/** My covers: those of the wallet, and those this browser knows by their id. */
export function PoliciesPage() {
  const { t } = useTranslation('trader');
  const me = useMe();
  const [known] = useState(knownOrders);
  const mine = useQuery({ ...myOrdersQuery, enabled: Boolean(me.data) });
  const wallets = mine.data?.items ?? [];
  const others = known.filter((id) => !wallets.some((order) => order.id === id)).slice(0, 20);
  const local = useQueries({
    queries: others.map((id) => ({ ...orderQuery(id), refetchInterval: 30_000 })),
  });
  const orders = [...wallets, ...local.flatMap((query) => (query.data ? [query.data] : []))].toSorted(
    (a, b) => Date.parse(b.created_at) - Date.parse(a.created_at),
  );
  const loading = me.isPending || (me.data && mine.isPending) || local.some((query) => query.isPending);
  return (
    <Page>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <h1 className="text-4xl">{t('policies.title')}</h1>
        <Link to="/buy" search={{}} className={buttonClass('quiet')}>
          {t('policies.buy')}
        </Link>
      </div>
      {me.data === null && (
        <Note title={t('policies.sign_in')}>
          <p className="mb-2">{t('policies.sign_in_why')}</p>
          <ConnectButton />
        </Note>
      )}
      <ErrorNote error={me.error ?? mine.error} onRetry={() => void mine.refetch()} />
      {orders.length > 0 ? (
        <ul className="sheet divide-y divide-line">
          {orders.map((order) => (
            <OrderRow key={order.id} order={order} />
          ))}
        </ul>
      ) : loading ? (
        <Skeleton lines={5} />
      ) : (
        <p className="text-muted">{t('policies.none')}</p>
      )}
    </Page>
  );
}

/** Where an order goes on: binding, paying, or its policy. */
function OrderRow({ order }: { order: PurchaseOrderAnswer }) {
  const title = useOrderTitle();
  const now = useNow(1_000);
  const end = order.coverage_end_at ? Date.parse(order.coverage_end_at) : null;
  const body = (
    <span className="grid gap-x-4 gap-y-1 p-4 sm:grid-cols-[1fr_auto_auto] sm:items-center">
      <span className="min-w-0">
        <span className="block font-semibold">{title(order)}</span>
        <span className="text-sm text-muted">
          <Instant at={order.created_at} seconds={false} />
        </span>
      </span>
      <span translate="no" className="num text-sm sm:text-right">
        {money(order.premium_amount_usdc)} → {money(order.policy_params_json.payout_fixed_usdc)} USDC
        {order.status === 'ACTIVE' && end !== null && <span className="block text-floor">{countdown(end - now)}</span>}
      </span>
      <span className="sm:min-w-36 sm:text-right">
        <OrderTag order={order} />
      </span>
    </span>
  );
  const className = 'block no-underline hover:bg-sunken';
  return (
    <li>
      {order.status === 'AWAITING_BINDING' ? (
        <Link className={className} to="/buy" search={{ order: order.id }}>
          {body}
        </Link>
      ) : order.status === 'AWAITING_PAYMENT' ? (
        <Link className={className} to="/pay/$id" params={{ id: order.id }}>
          {body}
        </Link>
      ) : (
        <Link className={className} to="/policies/$id" params={{ id: order.id }}>
          {body}
        </Link>
      )}
    </li>
  );
}
