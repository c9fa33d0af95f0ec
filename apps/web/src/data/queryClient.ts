import { isApiError } from '@liqpass/api/apiClient';
import { ERRORS } from '@liqpass/api/errors';
import { QueryClient } from '@tanstack/react-query';

/** Refusals are answers: only a broken line, or what the error list calls worth repeating, is asked again. */
export const newQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        networkMode: 'always',
        retry: (count, error) => count < 2 && isApiError(error) && error.reached !== 'no' && ERRORS[error.code].retry,
      },
      mutations: { networkMode: 'always' },
    },
  });
