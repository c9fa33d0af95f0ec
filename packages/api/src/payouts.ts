import {
  PAYEE_DOUBTS,
  BATCH_STATUSES,
  PAYEE_SOURCES,
  PAYOUT_KINDS,
  PAYOUT_STATUSES,
  REFUND_REASONS,
} from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { address, hex32, instant, page, pageQuery, usdcText, uuid } from './wire.ts';

/** What is to be paid, or was: an approved claim, money that bought no cover, or what came beyond a price. */
export const payoutAnswer = z
  .strictObject({
    id: uuid,
    kind: z.enum(PAYOUT_KINDS),
    status: z.enum(PAYOUT_STATUSES),
    /** null until an operator has entered where the money of an order without a wallet goes. */
    to: address.nullable(),
    to_source: z.enum(PAYEE_SOURCES).nullable(),
    /** Of an address that an operator entered: who, and why. */
    to_entered_by: z.string().nullable(),
    to_reason: z.string().nullable(),
    amount_usdc: usdcText,
    purchase_order_id: uuid,
    claim_id: uuid.nullable(),
    /** Why the money goes back; null for a claim, and for what came beyond the price. */
    refund_reason: z.enum(REFUND_REASONS).nullable(),
    /** The transaction that brought what goes back, where one was named. */
    received_tx_hash: z.string().nullable(),
    /** Whether the position was seen with the trader's own key when it was bound. */
    attested: z.boolean(),
    approved_by: z.string().nullable(),
    approved_at: instant.nullable(),
    batch_id: uuid.nullable(),
    tx_hash: hex32.nullable(),
    paid_at: instant.nullable(),
    recorded_by: z.string().nullable(),
    recorded_at: instant.nullable(),
    /** A transaction that somebody has named, which is not final yet: it is recorded by itself once the chain shows it for good. */
    told: z
      .strictObject({
        tx_hash: hex32,
        by: z.string(),
        at: instant,
        /** null: in no block that was read. */
        block_number: z.int().nullable(),
        /** The last block that counts. */
        final_block: z.int().nullable(),
      })
      .nullable(),
    /** What the chain says against the payee of money that goes back, before it is approved; left out where it was not asked, or did not answer. */
    payee_doubts: z.array(z.enum(PAYEE_DOUBTS)).optional(),
    created_at: instant,
    /** What this operator may do with it, now. */
    may: z.strictObject({
      approve: z.boolean(),
      take_back: z.boolean(),
      set_payee: z.boolean(),
      mark_paid: z.boolean(),
      undo: z.boolean(),
    }),
  })
  .meta({ id: 'Payout' });
export type PayoutAnswer = z.infer<typeof payoutAnswer>;

/** GET /admin/payouts: what is not paid first, then newest first; all kinds and statuses unless one is named. */
export const listPayoutsQuery = z.strictObject({
  status: z.enum(PAYOUT_STATUSES).optional(),
  kind: z.enum(PAYOUT_KINDS).optional(),
  ...pageQuery,
});
/** The page, with what a batch made now would hold: all that is approved and in no batch, 400 at most. */
export const payoutsAnswer = page(payoutAnswer)
  .extend({
    count: z.int(),
    total_usdc: usdcText,
    /** keccak256 over the canonical list of (id, to, amount_usdc) of what a batch made now would hold. */
    list_hash: hex32,
    treasury_safe: address.nullable(),
    chain_id: z.int(),
    token_address: address,
  })
  .meta({ id: 'Payouts' });
export type Payouts = z.infer<typeof payoutsAnswer>;

export const payoutParams = z.strictObject({ id: uuid });
/** A frozen list of payouts that the Safe pays in one transaction. */
const batchShape = {
  id: uuid,
  status: z.enum(BATCH_STATUSES),
  list_hash: hex32,
  count: z.int(),
  total_usdc: usdcText,
  /** How many of them are recorded as paid. */
  paid: z.int(),
  treasury_safe: address.nullable(),
  created_by: z.string(),
  created_at: instant,
  dropped_by: z.string().nullable(),
  dropped_at: instant.nullable(),
  dropped_reason: z.string().nullable(),
};
export const batchSummary = z.strictObject(batchShape).meta({ id: 'PayoutBatchSummary' });
export type BatchSummary = z.infer<typeof batchSummary>;
/** GET /admin/payouts/batches/:id */
export const batchAnswer = z
  .strictObject({ ...batchShape, items: z.array(z.strictObject({ id: uuid, to: address, amount_usdc: usdcText })) })
  .meta({ id: 'PayoutBatch' });
export type BatchAnswer = z.infer<typeof batchAnswer>;
export const batchPage = page(batchSummary).meta({ id: 'PayoutBatchPage' });
export const listBatchesQuery = z.strictObject({ ...pageQuery });
/** POST /admin/payouts/batches: of these payouts, or of all that are approved and in no batch. */
export const makeBatchBody = z
  .strictObject({ payoutIds: z.array(uuid).min(1).max(400).optional() })
  .meta({ id: 'MakePayoutBatch' });

/** A file for Safe's Transaction Builder; its CSV is text/csv. */
export const safeBatchAnswer = z.looseObject({ version: z.string() }).meta({ id: 'SafeBatch' });
