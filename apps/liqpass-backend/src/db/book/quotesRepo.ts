import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import type { Side } from '@liqpass/kernel/vocabulary';
import type { Db } from '../platform/database.ts';
import { amountOf, numericOf } from '../platform/rows.ts';

/** A price as it was offered. */
export type StoredQuote = {
  readonly quoteHash: string;
  readonly policyType: string;
  readonly instId: string;
  readonly side: Side;
  readonly leverage: number;
  readonly markPx: string;
  readonly liqPx: string;
  readonly probability: number;
  readonly honouredUpTo: number;
  readonly premium: Usdc;
  readonly payout: Usdc;
  readonly fixedPrice: boolean;
  readonly createdAtMs: EpochMs;
  readonly expiresAtMs: EpochMs;
  readonly purchaseOrderId: string | null;
};

export async function insertQuote(db: Db, quote: Omit<StoredQuote, 'purchaseOrderId'>): Promise<void> {
  await db
    .insertInto('quotes')
    .values({
      quote_hash: quote.quoteHash,
      policy_type: quote.policyType,
      inst_id: quote.instId,
      side: quote.side,
      leverage: quote.leverage,
      mark_px: quote.markPx,
      liq_px: quote.liqPx,
      probability: quote.probability,
      honoured_up_to: quote.honouredUpTo,
      premium_usdc: numericOf(quote.premium),
      payout_usdc: numericOf(quote.payout),
      fixed_price: quote.fixedPrice,
      created_at: new Date(quote.createdAtMs),
      expires_at: new Date(quote.expiresAtMs),
    })
    .execute();
}

export async function getQuote(db: Db, quoteHash: string): Promise<StoredQuote | null> {
  const row = await db.selectFrom('quotes').selectAll().where('quote_hash', '=', quoteHash).executeTakeFirst();
  if (!row) return null;
  return {
    quoteHash: row.quote_hash,
    policyType: row.policy_type,
    instId: row.inst_id,
    side: row.side,
    leverage: row.leverage,
    markPx: row.mark_px,
    liqPx: row.liq_px,
    probability: row.probability,
    honouredUpTo: row.honoured_up_to,
    premium: amountOf(row.premium_usdc),
    payout: amountOf(row.payout_usdc),
    fixedPrice: row.fixed_price,
    createdAtMs: row.created_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
    purchaseOrderId: row.purchase_order_id,
  };
}

/** Forgets quotes that nobody used, with the room they held; those made before `beforeMs`. */
export async function forgetQuotes(db: Db, beforeMs: EpochMs): Promise<void> {
  await db
    .deleteFrom('quotes')
    .where('purchase_order_id', 'is', null)
    .where('created_at', '<', new Date(beforeMs))
    .execute();
}
