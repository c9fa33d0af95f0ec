import { useSyncExternalStore } from 'react';

// A server whose exchange is simulated says so with every answer.
let simulatedExchange: string | null = null;
const listeners = new Set<() => void>();

/** Notes what an answer says of the exchange behind it. */
export function noteExchange(response: Response): void {
  const said = response.headers.get('x-simulated-exchange');
  if (said === null || said === simulatedExchange) return;
  simulatedExchange = said;
  for (const listener of listeners) listener();
}

/** Where the simulated exchange is, with its own page; null where the exchange is real, or nothing was answered yet. */
export const useSimulatedExchange = (): string | null =>
  useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => simulatedExchange,
  );
