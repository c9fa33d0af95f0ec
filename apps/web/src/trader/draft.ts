import { SIDES } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { readStored, removeStored, writeStored } from '../data/stored.ts';

/** What someone has filled in, kept in this browser until the order is made. No key, no secret, ever. */
export const buyDraft = z.object({
  instId: z.string(),
  side: z.enum(SIDES),
  by: z.enum(['leverage', 'liqPx']),
  leverage: z.string(),
  liqPx: z.string(),
  policyType: z.string(),
  payout: z.string(),
  payTo: z.enum(['wallet', 'address']),
  address: z.string(),
});
export type BuyDraft = z.infer<typeof buyDraft>;
export const emptyDraft: BuyDraft = {
  instId: 'BTC-USDT-SWAP',
  side: 'long',
  by: 'leverage',
  leverage: '8',
  liqPx: '',
  policyType: 'OKX_24H',
  payout: '50.00',
  payTo: 'wallet',
  address: '',
};
const DRAFT = 'lp.buy';
export const readDraft = (): BuyDraft => readStored(DRAFT, buyDraft, emptyDraft);
export const keepDraft = (draft: BuyDraft): void => writeStored(DRAFT, draft);

/** Orders made in this browser without signing in: their ids are all that opens them. Newest first. */
const ids = z.array(z.uuid());
const ORDERS = 'lp.orders';
export const knownOrders = (): string[] => readStored(ORDERS, ids, []);
export function rememberOrder(id: string): void {
  writeStored(ORDERS, [id, ...knownOrders().filter((known) => known !== id)].slice(0, 50));
}

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
