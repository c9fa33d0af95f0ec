import { isApiError } from '@liqpass/api/apiClient';
import { ERRORS } from '@liqpass/api/errors';
import { QueryClient } from '@tanstack/react-query';

const AGAIN_MS = 5_000;
/** Whether asking again later can help: the line broke, or the error list says so. */
export const worthRepeating = (error: unknown): boolean =>
  isApiError(error) && (error.reached !== 'yes' || ERRORS[error.code].retry);

/**
 * Refusals are answers: only a broken line, or what the error list calls worth repeating, is asked again: twice at once, then
 * every few seconds, and when the network is back, so that a page recovers by itself.
 */
export const newQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        networkMode: 'always',
        retry: (count, error) => count < 2 && isApiError(error) && error.reached !== 'no' && ERRORS[error.code].retry,
        refetchOnReconnect: true,
        refetchInterval: (query) => (worthRepeating(query.state.error) ? AGAIN_MS : false),
      },
      mutations: { networkMode: 'always' },
    },
  });
