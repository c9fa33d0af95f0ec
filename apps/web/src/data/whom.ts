import { WALLET_HEADER } from '@liqpass/api/auth';

/**
 * Whom this page believes to be signed in: said with every request, so that what was clicked for one wallet is not done for
 * another who signed in meanwhile in another tab. undefined: not known yet, and then nothing is said.
 */
let whom: string | null | undefined;
export const believe = (address: string | null | undefined): void => {
  whom = address;
};
export const believed = (): string | null | undefined => whom;
export const whomHeader = (): Readonly<Record<string, string>> =>
  whom === undefined ? {} : { [WALLET_HEADER]: whom ?? 'none' };

const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('lp.session') : null;
/** Tells the other tabs of this browser that somebody signed in or out. */
export const tellTabs = (): void => channel?.postMessage('changed');
export function onTold(told: () => void): () => void {
  channel?.addEventListener('message', told);
  return () => channel?.removeEventListener('message', told);
}
