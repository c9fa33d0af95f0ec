import { getTreasury, listTransfers } from '@liqpass/api/treasuryCalls';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from './operatorApi.ts';

const PAGE = 50;
export const treasuryQuery = queryOptions({
  queryKey: ['treasury'],
  queryFn: () => getTreasury(api),
  refetchInterval: 10_000,
});
/** The first page of money that is nobody's, or that the chain no longer has. */
export const transfersQuery = (kind: 'unmatched' | 'vanished') =>
  queryOptions({ queryKey: ['transfers', kind, 'first'], queryFn: () => listTransfers(api, { kind, limit: PAGE }) });
export type MovementKind = 'all' | 'in' | 'out' | 'vanished';
export const movementsQuery = (kind: MovementKind) =>
  infiniteQueryOptions({
    queryKey: ['transfers', kind],
    queryFn: ({ pageParam }) =>
      listTransfers(api, { kind: kind === 'all' ? undefined : kind, limit: 20, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
