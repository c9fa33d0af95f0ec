import { SIDES } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { readStored, writeStored } from '../data/stored.ts';

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

/** A transaction sent from the wallet whose report may not have arrived yet. */
const sent = z.object({ txHash: z.string() });
export const sentPayment = (orderId: string): string | null =>
  readStored(`lp.sent.${orderId}`, sent.nullable(), null)?.txHash ?? null;
export const keepSentPayment = (orderId: string, txHash: string): void => writeStored(`lp.sent.${orderId}`, { txHash });
