import type { QueryClient } from '@tanstack/react-query';
import { meQuery } from './meQuery.ts';
import { believed } from './whom.ts';

/** Somebody else may be signed in by now, in another tab: then nothing on this page is his. Loaded when that may be so. */
export async function lookWhoItIs(client: QueryClient): Promise<void> {
  const before = believed();
  const me = await client.fetchQuery({ ...meQuery, staleTime: 0 }).catch(() => undefined);
  if (me === undefined || before === undefined) return;
  if ((me?.address ?? null) === before) await client.invalidateQueries();
  else window.location.reload();
}
