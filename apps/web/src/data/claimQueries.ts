import { getEvidence, getTraderClaim } from '@liqpass/api/claimCalls';
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

export const claimQuery = (id: string) =>
  queryOptions({ queryKey: ['claim-of', id], queryFn: () => getTraderClaim(api, id) });

export const evidenceQuery = (claimId: string) =>
  queryOptions({ queryKey: ['evidence', claimId], queryFn: () => getEvidence(api, claimId), staleTime: 60_000 });
