import { createApi } from '@liqpass/api/apiClient';
import { useSyncExternalStore } from 'react';
import { asked, forgetAsked } from '../data/asked.ts';

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
export function setAdminKey(key: string | null): void {
  adminKey = key;
  forgetAsked();
  for (const listener of listeners) listener();
}

/** The operators' client: the session cookie of a signed-in operator, or the key given for this tab. */
export const api = createApi({
  isOnline: () => navigator.onLine,
  asked,
  headers: (): Record<string, string> => (adminKey === null ? {} : { 'x-admin-key': adminKey }),
});
