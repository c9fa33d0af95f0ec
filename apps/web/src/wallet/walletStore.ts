import { useSyncExternalStore } from 'react';
import { oncePageStands } from '../data/oncePageStands.ts';

/** What the page knows of the wallet. The wallet code itself is loaded when one is needed. */
export type WalletState =
  | { status: 'none' | 'restoring' }
  | { status: 'connected'; address: `0x${string}`; chainId: number; name: string };

let state: WalletState = { status: 'none' };
const listeners = new Set<() => void>();
const KEY = 'lp.wallet';

export function setWallet(next: WalletState): void {
  state = next;
  try {
    if (next.status === 'connected') localStorage.setItem(KEY, '1');
    else if (next.status === 'none') localStorage.removeItem(KEY);
  } catch {
    // Storage may be blocked: the wallet is then asked for again after a reload.
  }
  for (const listener of listeners) listener();
}

export const useWallet = (): WalletState =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );

export const loadWallet = () => import('./browserWallet.ts');

/** Takes up the connection of the last visit, where there was one; its code comes once the page stands. */
export function restoreWallet(): void {
  try {
    if (localStorage.getItem(KEY) === null) return;
  } catch {
    return;
  }
  setWallet({ status: 'restoring' });
  oncePageStands(() =>
    loadWallet().then(
      ({ reconnectWallet }) => reconnectWallet(),
      () => setWallet({ status: 'none' }), // it could not be loaded: connecting again is a click
    ),
  );
}

/** Why a wallet did not do what it was asked. Nothing was sent, except that after 'failed' nobody knows. */
export type WalletProblem = 'declined' | 'missing' | 'wrong_chain' | 'changed' | 'failed';
export class WalletError extends Error {
  readonly problem: WalletProblem;
  constructor(problem: WalletProblem, cause?: unknown) {
    super(problem, { cause });
    this.name = 'WalletError';
    this.problem = problem;
  }
}
