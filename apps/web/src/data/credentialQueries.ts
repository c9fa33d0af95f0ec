import { listCredentials, listPositions } from '@liqpass/api/credentialCalls';
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

export const credentialsQuery = queryOptions({ queryKey: ['credentials'], queryFn: () => listCredentials(api) });

export const positionsQuery = (credentialId: string) =>
  queryOptions({
    queryKey: ['positions', credentialId],
    queryFn: () => listPositions(api, credentialId),
    refetchInterval: 15_000,
  });
