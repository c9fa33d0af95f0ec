import { z } from 'zod';
import { liabilitiesAnswer } from './log.ts';
import { address, instant, page, pageQuery, usdcText, uuid } from './wire.ts';

/** GET /api/reserves: what the treasury holds against what it owes, for anybody. What the chain says is null where nobody watches it. */
export const reservesAnswer = z
  .strictObject({
    chainId: z.int(),
    safe: address.nullable(),
    /** The final block that the balance is of. */
    block: z.int().nullable(),
    balance: usdcText.nullable(),
    /** The sum of what running covers could pay. */
    in_force: usdcText,
    /** What is paid at most in 999 of 1,000 courses of the market. */
    reserve_99_9: usdcText,
    /** What is approved and not paid yet. */
    due: usdcText,
    /** The equation at that block: balance = opening + in − out. */
    books: z.strictObject({ opening: usdcText, in: usdcText, out: usdcText }).nullable(),
    /** What the balance is beyond the books, with its sign; null where they agree, or nobody watches. */
    difference: z.string().nullable(),
    policies: z.int(),
    /** The last sum of what is owed that stands in the log; null where there is no log, or none yet. */
    liabilities: liabilitiesAnswer.nullable(),
    as_of: instant,
  })
  .meta({ id: 'Reserves' });
export type Reserves = z.infer<typeof reservesAnswer>;

const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
export const transferAnswer = z
  .strictObject({
    id: z.string(),
    direction: z.enum(['in', 'out']),
    /** Whom it came from, or went to; in lower case. */
    party: z.string(),
    amount_usdc: usdcText,
    tx_hash: hash,
    log_index: z.int(),
    block_number: z.int(),
    block_time: instant,
    purchase_order_id: uuid.nullable(),
    matched_by: z.enum(['reference', 'amount', 'wallet', 'operator']).nullable(),
    counted_as: z.enum(['premium', 'second_payment', 'other']).nullable(),
    payout_id: uuid.nullable(),
    /** Of money that is nobody's: the orders it may have been meant for. */
    candidates: z.array(uuid),
    assigned_by: z.string().nullable(),
    assigned_reason: z.string().nullable(),
    /** It was in the books, and the chain no longer has it. */
    vanished: z.boolean(),
  })
  .meta({ id: 'ChainTransfer' });
export type ChainTransfer = z.infer<typeof transferAnswer>;

/** GET /admin/treasury: where the reader is, and whether the books agree with the chain. */
export const treasuryAnswer = z
  .strictObject({
    watched: z.boolean(),
    chain_id: z.int(),
    treasury_safe: address.nullable(),
    last_block: z.int().nullable(),
    safe_block: z.int().nullable(),
    final_block: z.int().nullable(),
    read_at: instant.nullable(),
    /** What is in the way of reading, or of believing what is read. */
    trouble: z.strictObject({ code: z.string(), detail: z.string(), since: instant }).nullable(),
    /** The equation at a final block: balance = opening + in − out. */
    books: z
      .strictObject({
        block: z.int(),
        opening_usdc: usdcText,
        in_usdc: usdcText,
        out_usdc: usdcText,
        balance_usdc: usdcText,
        /** What of it came in as what, and went out as what. */
        premiums_usdc: usdcText,
        owed_back_usdc: usdcText,
        unmatched_usdc: usdcText,
        paid_out_usdc: usdcText,
        unproven_out_usdc: usdcText,
      })
      .nullable(),
    /** Beyond the books, with its sign; null where they agree. */
    difference_usdc: z.string().nullable(),
    capital_usdc: usdcText,
    due_usdc: usdcText,
    /** From this amount on it takes an admin to say whose money it is, unless one person runs the shop. */
    admin_from_usdc: usdcText,
  })
  .meta({ id: 'Treasury' });
export type TreasuryStanding = z.infer<typeof treasuryAnswer>;

export const transferKinds = ['unmatched', 'in', 'out', 'vanished'] as const;
/** GET /admin/treasury/transfers: newest first; of money that is nobody's, with the orders it may be for. */
export const listTransfersQuery = z.strictObject({ kind: z.enum(transferKinds).optional(), ...pageQuery });
export const transferPage = page(transferAnswer).meta({ id: 'ChainTransferPage' });
export const transferParams = z.strictObject({ id: z.string().regex(/^[1-9]\d{0,18}$/) });
/** POST /admin/treasury/transfers/:id/assign: whose money it is, and how that is known. */
export const assignTransferBody = z
  .strictObject({ purchaseOrderId: uuid, reason: z.string().trim().min(1).max(500) })
  .meta({ id: 'AssignTransfer' });
