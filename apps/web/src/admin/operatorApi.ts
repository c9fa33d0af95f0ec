import { createApi } from '@liqpass/api/apiClient';
import { getOperatorMe } from '@liqpass/api/operatorCalls';
import { useSyncExternalStore } from 'react';
import { forgetAsked } from '../data/asked.ts';
import { connection } from '../data/connection.ts';

// A machine's key typed in by a person lives in this tab's memory and nowhere else: a reload forgets it.
let adminKey: string | null = null;
const listeners = new Set<() => void>();

export function useAdminKey(): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => adminKey,
  );
}

/** The key of this tab, as a request carries it; nothing for a session. */
export const keyHeader = (): Record<string, string> => (adminKey === null ? {} : { 'x-admin-key': adminKey });

/** The operators' client: the session cookie of a signed-in operator, or the key given for this tab. */
export const api = createApi({
  ...connection,
  headers: keyHeader,
});

/** Takes a key for this tab, once the server has taken it: until then nothing on the page is asked with it. */
export async function enterWithKey(key: string): Promise<void> {
  await getOperatorMe(createApi({ ...connection, headers: () => ({ 'x-admin-key': key }) }));
  adminKey = key;
  forgetAsked();
  for (const listener of listeners) listener();
}
