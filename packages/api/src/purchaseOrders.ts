import {
  PAYMENT_STATUSES,
  PAYOUT_STATUSES,
  CLAIM_STATUSES,
  PURCHASE_ORDER_STATUSES,
  REFUND_REASONS,
  SIDES,
  WAITING_CHECKS,
} from '@liqpass/kernel/vocabulary';
import { ORDER_NUMBER_DOUBTS } from '@liqpass/kernel/orderNumber';
import { z } from 'zod';
import { address, instant, instId, ordId, page, pageQuery, usdcText, uuid } from './wire.ts';

export const policyParams = z
  .strictObject({ payout_fixed_usdc: usdcText, payout_cap_usdc: usdcText })
  .meta({ id: 'PolicyParams' });

export const createPurchaseOrderAnswer = z.strictObject({ purchaseOrderId: uuid }).meta({ id: 'PurchaseOrderCreated' });

const okxMeta = z.strictObject({ ordId, instId }).meta({ id: 'OkxMeta' });

const purchaseOrderShape = {
  id: uuid,
  policy_type: z.string(),
  chain_id: z.int(),
  premium_amount_usdc: usdcText,
  /** What is to be paid: the premium, or where the treasury is watched less a tag of under a cent, by which it is known. */
  amount_due_usdc: usdcText,
  /** 32 bytes that a payment may carry behind USDC's transfer(to, value): it is then known whatever its amount and sender. */
  payment_reference: z.string().regex(/^0x[0-9a-f]{64}$/),
  payment: z
    .strictObject({
      /** none: nothing came yet; seen: it is in a block, which may still be undone; final: it counts. */
      status: z.enum(PAYMENT_STATUSES),
      tx_hash: z.string().nullable(),
      /** null where nobody watches the chain, and somebody recorded it. */
      block_number: z.int().nullable(),
    })
    .meta({ id: 'Payment' }),
  policy_params_json: policyParams,
  coverage_start_at: instant.nullable(),
  coverage_end_at: instant.nullable(),
  okx_meta_json: okxMeta.nullable(),
  paid_at: instant.nullable(),
  quote_hash: z.string().nullable(),
  payout_address: address.nullable(),
  status: z.enum(PURCHASE_ORDER_STATUSES),
  created_at: instant,
  updated_at: instant,
  // beyond the contract's columns: what its trader and the operators need to see
  /** The wallet the order belongs to; null where the id alone is the capability. */
  owner: address.nullable(),
  bound_at: instant.nullable(),
  /** Whether the position was seen with the trader's own key when it was bound; null while unbound. */
  attested: z.boolean().nullable(),
  /** Why the number of an order that nobody saw does not look right: a reason to look again. Left out where it does. */
  order_number_doubt: z.enum(ORDER_NUMBER_DOUBTS).optional(),
  reported_at: instant.nullable(),
  reported_tx_hash: z.string().nullable(),
  payment_tx_hash: z.string().nullable(),
  paid_amount_usdc: usdcText.nullable(),
  /** Who sent the money; left out where nobody said. */
  payer: address.optional(),
  refund_reason: z.enum(REFUND_REASONS).nullable(),
  /** When, where and by which transaction the money went back; left out until it has. */
  refunded_at: instant.optional(),
  refund_to: address.optional(),
  refund_tx_hash: z.string().optional(),
  /** What came beyond what was due, or a second time, and goes back beside the cover or the refund; only where one order is read, left out where nothing did. */
  excess: z
    .array(
      z
        .strictObject({
          amount_usdc: usdcText,
          status: z.enum(PAYOUT_STATUSES),
          /** Where it goes; null where that is to be asked first. */
          to: address.nullable(),
          /** By which transaction it went; null until it has. */
          tx_hash: z.string().nullable(),
        })
        .meta({ id: 'Excess' }),
    )
    .optional(),
  /** Cover counts from here: max(coverage_start_at, paid_at, bound_at, created_at), with a key at least 10 minutes after paid_at; null while unpaid. */
  effective_start_at: instant.nullable(),
  /** The cover of the same position that this one goes on from; left out where it was bought by itself. */
  follows: uuid.optional(),
  claim_id: uuid.nullable(),
  /** What became of its claim, in short; left out where there is none. */
  claim: z
    .strictObject({
      status: z.enum(CLAIM_STATUSES),
      rejected_reason: z.string().nullable(),
      payout_amount_usdc: usdcText.nullable(),
    })
    .optional(),
  /** When its trader took it back, unpaid; left out where he did not. */
  cancelled_at: instant.optional(),
  /** Until when it may be paid; left out once paid, before binding, and where no price was computed. */
  pay_by: instant.optional(),
  /** Whether the mark came to the liquidation price between payment and cover; left out until that was looked at. */
  waiting_check: z.enum(WAITING_CHECKS).optional(),
  /** What is covered, as seen at binding or else as quoted; left out until it is known. */
  position: z
    .strictObject({
      inst_id: instId,
      side: z.enum(SIDES),
      /** As a decimal string: "8". */
      leverage: z.string(),
      /** The mark and the liquidation price at that time. */
      mark_px: z.string(),
      liq_px: z.string(),
    })
    .optional(),
};
/** GET /api/purchase-orders/:id, and the answer of every verb on a purchase order. */
export const purchaseOrderAnswer = z.strictObject(purchaseOrderShape).meta({ id: 'PurchaseOrder' });
export type PurchaseOrderAnswer = z.infer<typeof purchaseOrderAnswer>;

const probability = z.number().min(0).max(1);
/** GET /api/purchase-orders/:id/payment-preview, and the operators' own: what a payment would buy if it counted now. */
export const paymentPreviewAnswer = z
  .strictObject({
    /** covered, to be refunded, or not recorded at all (refusal says why; and what it would be with that mended). */
    outcome: z.enum(['COVERED', 'REFUND', 'REFUSED']),
    refund_reason: z.enum(REFUND_REASONS).nullable(),
    /** From when it is covered, and until when; null where it is not. */
    effective_start_at: instant.nullable(),
    coverage_end_at: instant.nullable(),
    pay_by: instant.nullable(),
    /** How the price stands beside the one at binding; null where nobody saw the position, or the market is not known. */
    price: z
      .strictObject({
        mark_px: z.string(),
        /** How far the liquidation price is, as a fraction of the mark. */
        distance: z.number(),
        probability,
        bound_probability: probability,
        /** What the same cover costs now. */
        premium_usdc: usdcText,
      })
      .nullable(),
    /** What is not known yet, and looked at again before anything is paid. */
    unjudged: z.array(z.enum(['TOUCH', 'PRICE'])),
    refusal: z.strictObject({ error: z.string(), message: z.string(), reason: z.string().nullable() }).nullable(),
    /** The other orders that named this transaction. */
    also_named: z.array(
      z.strictObject({
        id: uuid,
        status: z.enum(PURCHASE_ORDER_STATUSES),
        owner: address.nullable(),
        reported_at: instant.nullable(),
        paid_by_it: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'PaymentPreview' });
export type PaymentPreview = z.infer<typeof paymentPreviewAnswer>;

export const purchaseOrderPage = page(purchaseOrderAnswer).meta({ id: 'PurchaseOrderPage' });
export const listPurchaseOrdersQuery = z.strictObject({
  status: z.enum(PURCHASE_ORDER_STATUSES).optional(),
  ...pageQuery,
});
export const purchaseOrderParams = z.strictObject({ id: uuid });
