import { createApi, isApiError } from '@liqpass/api/apiClient';
import { getMe } from '@liqpass/api/sessionCalls';
import { queryOptions } from '@tanstack/react-query';
import { connection } from './connection.ts';
import { believe } from './whom.ts';

/** Asks who it is, and so says nothing about it. */
const askWho = createApi(connection);

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    try {
      const me = await getMe(askWho);
      believe(me.address);
      return me;
    } catch (error) {
      if (!isApiError(error) || error.status !== 401) throw error;
      believe(null);
      return null;
    }
  },
  staleTime: 60_000,
});
