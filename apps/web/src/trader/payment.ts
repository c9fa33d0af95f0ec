import { z } from 'zod';
import { readStored, removeStored, writeStored } from '../data/stored.ts';
import { WalletError } from '../wallet/walletStore.ts';

/** What the wallet was asked to pay for an order, and the hash it answered with; null while that is not known. */
const payment = z.object({ askedAtMs: z.number(), txHash: z.string().nullable() });
export type KeptPayment = z.infer<typeof payment>;
const paymentOf = (orderId: string): string => `lp.sent.${orderId}`;
export const keptPayment = (orderId: string): KeptPayment | null =>
  readStored(paymentOf(orderId), payment.nullable(), null);
export function keepPayment(orderId: string, kept: KeptPayment): KeptPayment {
  writeStored(paymentOf(orderId), kept);
  return kept;
}
export function forgetPayment(orderId: string): null {
  removeStored(paymentOf(orderId));
  return null;
}

/** Tells when another tab of this browser asked its wallet, was answered, or was declined. Answers with what ends it. */
export function watchPayment(orderId: string, onChange: (kept: KeptPayment | null) => void): () => void {
  const heard = ({ key }: StorageEvent): void => {
    if (key === paymentOf(orderId)) onChange(keptPayment(orderId));
  };
  addEventListener('storage', heard);
  return () => removeEventListener('storage', heard);
}

/** Asks the wallet for one payment of an order at a time, across the tabs of this browser. */
export async function onlyHere<T>(orderId: string, ask: () => Promise<T>): Promise<T> {
  if (!('locks' in navigator)) return ask();
  return navigator.locks.request(paymentOf(orderId), { ifAvailable: true }, (lock) => {
    if (lock === null) throw new WalletError('waiting');
    return ask();
  });
}
