import { useSyncExternalStore } from 'react';

/**
 * What the page knows of the wallet. 'known': connected at the last visit, and taken up again once it is asked for
 * something; until then none of its code is loaded.
 */
export type WalletState =
  | { status: 'none' }
  | { status: 'known'; address: `0x${string}` }
  | { status: 'connected'; address: `0x${string}`; chainId: number; name: string };

let state: WalletState = { status: 'none' };
const listeners = new Set<() => void>();
const KEY = 'lp.wallet';

export function setWallet(next: WalletState): void {
  state = next;
  try {
    if (next.status === 'connected') localStorage.setItem(KEY, next.address);
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

export const isConnected = (): boolean => state.status === 'connected';

/** Whether a wallet of the last visit waits to be taken up. */
export const isKnown = (): boolean => state.status === 'known';

/** Remembers the wallet of the last visit, where there was one. */
export function restoreWallet(): void {
  try {
    const address = localStorage.getItem(KEY);
    if (address?.startsWith('0x')) setWallet({ status: 'known', address: `0x${address.slice(2)}` });
  } catch {
    // Storage is blocked: connecting again is a click.
  }
}

/** Why a wallet did not do what it was asked. 'waiting': it is being asked already, in this tab or another. */
export type WalletProblem =
  | 'declined'
  | 'missing'
  | 'wrong_chain'
  | 'no_switch'
  | 'changed'
  | 'waiting'
  | 'no_cookies'
  | 'perhaps_sent'
  | 'failed';
export class WalletError extends Error {
  readonly problem: WalletProblem;
  /** What looks like the hash of what was perhaps sent. */
  readonly perhapsHash: string | null;
  constructor(problem: WalletProblem, cause?: unknown, perhapsHash: string | null = null) {
    super(problem, { cause });
    this.name = 'WalletError';
    this.problem = problem;
    this.perhapsHash = perhapsHash;
  }
  /** After these nobody knows whether the wallet sent it. */
  get perhapsSent(): boolean {
    return this.problem === 'failed' || this.problem === 'perhaps_sent';
  }
}
