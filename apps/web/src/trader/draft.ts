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
/** What was typed, as a query that a link carries into a browser that keeps nothing of it; and out of it again. */
const CARRIED = 'typed';
export const carried = (draft: BuyDraft): string =>
  new URLSearchParams({ [CARRIED]: JSON.stringify(draft) }).toString();
function carriedHere(): BuyDraft | null {
  try {
    const text = new URLSearchParams(window.location.search).get(CARRIED);
    const value: unknown = text === null ? null : JSON.parse(text);
    return buyDraft.safeParse(value).data ?? null;
  } catch {
    return null; // A link that was cut: what this browser keeps is shown.
  }
}
export const readDraft = (): BuyDraft => carriedHere() ?? readStored(DRAFT, buyDraft, emptyDraft);
export const keepDraft = (draft: BuyDraft): void => writeStored(DRAFT, draft);

/** Orders made in this browser without signing in: their ids are all that opens them. Newest first. */
const ids = z.array(z.uuid());
const ORDERS = 'lp.orders';
export const knownOrders = (): string[] => readStored(ORDERS, ids, []);
export function rememberOrder(id: string): void {
  writeStored(ORDERS, [id, ...knownOrders().filter((known) => known !== id)].slice(0, 50));
}
