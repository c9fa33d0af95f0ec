import { isApiError } from '@liqpass/api/apiClient';
import { ERRORS } from '@liqpass/api/errors';
import { QueryClient } from '@tanstack/react-query';

const AGAIN_MS = 5_000;
/** Whether asking again later can help: the line broke, or the error list says so. */
export const worthRepeating = (error: unknown): boolean =>
  isApiError(error) && (error.reached !== 'yes' || ERRORS[error.code].retry);

/**
 * A failure is told at once. A refusal is an answer; a broken line, or what the error list calls worth repeating, is asked again
 * every few seconds, and when the network is back, so that a page recovers by itself.
 */
export const newQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        networkMode: 'always',
        retry: false,
        refetchOnReconnect: true,
        refetchInterval: (query) => (worthRepeating(query.state.error) ? AGAIN_MS : false),
      },
      mutations: { networkMode: 'always' },
    },
  });
