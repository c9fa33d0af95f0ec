import { isKnown } from './walletStore.ts';

let takenUp: Promise<unknown> | undefined;
/** The wallet's code, with the connection of the last visit taken up where there was one. */
export async function loadWallet() {
  const wallet = await import('./browserWallet.ts');
  if (isKnown()) await (takenUp ??= wallet.reconnectWallet());
  return wallet;
}
