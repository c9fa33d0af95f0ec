import { getCandles, getMarks, getPaymentInstructions, getProducts } from '@liqpass/api/marketCalls';
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

export const productsQuery = queryOptions({
  queryKey: ['products'],
  queryFn: () => getProducts(api),
  refetchInterval: 15_000,
});

export const marksQuery = queryOptions({ queryKey: ['marks'], queryFn: () => getMarks(api), refetchInterval: 5_000 });

export const candlesQuery = (instId: string, bar: '1m' | '1H', limit: number, until?: string) =>
  queryOptions({
    queryKey: ['candles', instId, bar, limit, until ?? 'now'],
    queryFn: () => getCandles(api, { instId, bar, limit, ...(until === undefined ? {} : { until }) }),
    ...(until === undefined ? { refetchInterval: 60_000 } : { staleTime: Number.POSITIVE_INFINITY }),
  });

export const paymentInstructionsQuery = queryOptions({
  queryKey: ['payment-instructions'],
  queryFn: () => getPaymentInstructions(api),
  staleTime: 60_000,
});
