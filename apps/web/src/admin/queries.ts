import { isApiError } from '@liqpass/api/apiClient';
import { getOrderFile, listAddressNames, look } from '@liqpass/api/deskCalls';
import {
  getAdminClaim,
  getAdminWatch,
  getExposure,
  getOperatorMe,
  getSettings,
  listAdminClaims,
  listAdminPurchaseOrders,
  listAudit,
  listOperators,
} from '@liqpass/api/operatorCalls';
import type { OperatorMe } from '@liqpass/api/operators';
import { listBatches, listPayouts } from '@liqpass/api/payoutCalls';
import { getPaymentInstructions } from '@liqpass/api/marketCalls';
import type { PayoutStatus } from '@liqpass/kernel/vocabulary';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from './operatorApi.ts';
import { toQuery, type QueueFilter } from './queueFilter.ts';

/** The operator who is signed in; null for nobody, or for a wallet that is no operator. */
export const operatorMeQuery = queryOptions({
  queryKey: ['operator'],
  queryFn: async (): Promise<OperatorMe | null> => {
    try {
      return await getOperatorMe(api);
    } catch (error) {
      if (isApiError(error) && (error.status === 401 || error.status === 403)) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

const PAGE = 50;
export const claimsQuery = (filter: QueueFilter) =>
  infiniteQueryOptions({
    queryKey: ['admin-claims', toQuery(filter)],
    queryFn: ({ pageParam }) => listAdminClaims(api, { ...toQuery(filter), limit: PAGE, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
export const adminClaimQuery = (id: string) =>
  queryOptions({ queryKey: ['admin-claim', id], queryFn: () => getAdminClaim(api, id) });

export const watchQuery = (orderId: string) =>
  queryOptions({ queryKey: ['admin-watch', orderId], queryFn: () => getAdminWatch(api, orderId) });

export type OrderFilter = Parameters<typeof listAdminPurchaseOrders>[1];
export const ordersQuery = (filter: OrderFilter) =>
  infiniteQueryOptions({
    queryKey: ['admin-orders', filter],
    queryFn: ({ pageParam }) => listAdminPurchaseOrders(api, { ...filter, limit: PAGE, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
export const payoutsQuery = (status: PayoutStatus) =>
  queryOptions({
    queryKey: ['payouts', status],
    queryFn: () => listPayouts(api, { status, limit: status === 'PAID' ? 20 : 200 }),
  });
export const batchesQuery = queryOptions({
  queryKey: ['payouts', 'batches'],
  queryFn: () => listBatches(api, { limit: 20 }),
});
export const exposureQuery = queryOptions({
  queryKey: ['exposure'],
  queryFn: () => getExposure(api),
  refetchInterval: 30_000,
});
export const settingsQuery = queryOptions({ queryKey: ['settings'], queryFn: () => getSettings(api) });
export const operatorsQuery = queryOptions({ queryKey: ['operators'], queryFn: () => listOperators(api) });
export const auditQuery = (subject: string) =>
  infiniteQueryOptions({
    queryKey: ['audit', subject],
    queryFn: ({ pageParam }) =>
      listAudit(api, { limit: 100, cursor: pageParam, subject: subject === '' ? undefined : subject }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
export const chainQuery = queryOptions({
  queryKey: ['payment-instructions'],
  queryFn: () => getPaymentInstructions(api),
  staleTime: 60_000,
});
export const orderFileQuery = (id: string) =>
  queryOptions({ queryKey: ['order-file', id], queryFn: () => getOrderFile(api, id) });
/** Reading what is written of an order says that its page is open; in a tab that nobody sees, nothing is asked. */
export const orderNotesQuery = (id: string) =>
  queryOptions({
    queryKey: ['order-notes', id],
    queryFn: () => look(api, id),
    refetchInterval: 10_000,
    staleTime: 5_000,
  });
export const addressNamesQuery = queryOptions({
  queryKey: ['address-names'],
  queryFn: () => listAddressNames(api),
  staleTime: 60_000,
});
