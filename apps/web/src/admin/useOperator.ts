import { mayAs, type OperatorRole } from '@liqpass/kernel/vocabulary';
import { useQuery } from '@tanstack/react-query';
import { useAdminKey } from './operatorApi.ts';
import { operatorMeQuery } from './queries.ts';

/** The operator who is signed in, by wallet or with the key of this tab. */
export function useOperator() {
  const key = useAdminKey();
  return useQuery({ ...operatorMeQuery, queryKey: [...operatorMeQuery.queryKey, key === null ? 'session' : 'key'] });
}

/** Whether that operator's role is at least this one: what the server would refuse is not offered. */
export function useMay(role: OperatorRole): boolean {
  const me = useOperator().data;
  return me !== null && me !== undefined && mayAs(me.role, role);
}
