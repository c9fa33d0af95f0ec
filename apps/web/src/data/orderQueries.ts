import { getPaymentPreview, getPurchaseOrder, listMyPurchaseOrders } from '@liqpass/api/orderCalls';
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

export const myOrdersQuery = queryOptions({
  queryKey: ['my-orders'],
  queryFn: () => listMyPurchaseOrders(api, { limit: 100 }),
  refetchInterval: 15_000,
});

export const orderQuery = (id: string) =>
  queryOptions({ queryKey: ['order', id], queryFn: () => getPurchaseOrder(api, id) });

/** What a payment would buy now; asked again while somebody is about to pay. */
export const paymentPreviewQuery = (id: string) =>
  queryOptions({
    queryKey: ['payment-preview', id],
    queryFn: () => getPaymentPreview(api, id),
    refetchInterval: 15_000,
  });
