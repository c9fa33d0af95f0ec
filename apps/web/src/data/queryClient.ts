import { isApiError } from '@liqpass/api/apiClient';
import { isRepeatable } from '@liqpass/api/repeatable';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { onTold } from './whom.ts';

const AGAIN_MS = 5_000;
/** Whether asking again later can help: the line broke, or the error list says so. */
export const worthRepeating = (error: unknown): boolean =>
  isApiError(error) && (error.reached !== 'yes' || isRepeatable(error.code));

/**
 * A failure is told at once. A refusal is an answer; a broken line, or what the error list calls worth repeating, is asked again
 * every few seconds, and when the network is back, so that a page recovers by itself.
 */
export function newQueryClient(): QueryClient {
  const look = (): Promise<void> =>
    import('./sessionChanged.ts').then(
      ({ lookWhoItIs }) => lookWhoItIs(client),
      () => undefined, // without a network nobody has signed in either
    );
  const onError = (error: Error): void => {
    if (isApiError(error) && error.code === 'SESSION_CHANGED') void look();
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
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
  onTold(() => void look());
  return client;
}
