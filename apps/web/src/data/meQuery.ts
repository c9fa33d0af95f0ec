import { isApiError } from '@liqpass/api/apiClient';
import { getMe } from '@liqpass/api/sessionCalls';
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    try {
      return await getMe(api);
    } catch (error) {
      if (isApiError(error) && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});
