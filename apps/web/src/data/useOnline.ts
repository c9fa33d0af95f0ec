import { useSyncExternalStore } from 'react';

// Some browsers say they are offline while they are not (a VPN, a wallet's own view): an answer proves them wrong.
let offlineSinceMs = -1;
let heardAskedAtMs = -1;
const listeners = new Set<() => void>();
const tell = (): void => listeners.forEach((listener) => listener());
addEventListener('offline', () => {
  offlineSinceMs = performance.now();
  tell();
});
addEventListener('online', tell);

/** Notes that the server answered what was asked at that moment (performance.now()). */
export function noteAnswer(askedAtMs: number): void {
  const before = isOnline();
  heardAskedAtMs = Math.max(heardAskedAtMs, askedAtMs);
  if (isOnline() !== before) tell();
}

/** Whether there is a network at all, so far as can be known. */
export const isOnline = (): boolean => navigator.onLine || heardAskedAtMs > offlineSinceMs;

const watch = (changed: () => void): (() => void) => {
  listeners.add(changed);
  return () => listeners.delete(changed);
};
export const useOnline = (): boolean => useSyncExternalStore(watch, isOnline);
