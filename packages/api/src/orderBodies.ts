import { z } from 'zod';
import { givenAddress, givenInstId, givenOrdId, paidUsdcText, txHash } from './given.ts';
import { policyParams } from './purchaseOrders.ts';
import { instant, usdcText, uuid } from './wire.ts';

// What is sent about an order.

/** POST /api/purchase-orders */
export const createPurchaseOrderBody = z
  .strictObject({
    policyType: z.string().min(1).max(40),
    chainId: z
      .int()
      .min(1)
      .max(2 ** 31),
    premiumAmountUsdc: usdcText,
    policyParams,
    coverageStartAt: instant.optional(),
    coverageEndAt: instant.optional(),
    payoutAddress: givenAddress.optional(),
    quoteHash: txHash.optional(),
    /** The wallet's own cover, in its last hour, of the position that this one is to be bound to: it begins where that one ends. */
    follows: uuid.optional(),
  })
  .refine(
    (body) => body.follows === undefined || (body.coverageStartAt === undefined && body.coverageEndAt === undefined),
    'what follows another cover has its window from that one: leave coverageStartAt and coverageEndAt out',
  )
  .meta({ id: 'CreatePurchaseOrder' });

/** POST /api/purchase-orders/:id/bind-okx */
export const bindOkxBody = z
  .strictObject({ ordId: givenOrdId, instId: givenInstId, credentialId: uuid.optional() })
  .meta({ id: 'BindOkx' });

/** POST /api/purchase-orders/:id/report-payment */
export const reportPaymentBody = z.strictObject({ txHash: txHash.optional() }).meta({ id: 'ReportPayment' });

/** POST /internal/purchase-orders/:id/mark-paid; every field may be left out. */
export const markPaidBody = z
  .strictObject({
    paidAt: instant.optional(),
    premiumAmountUsdc: paidUsdcText.optional(),
    quoteHash: txHash.optional(),
    txHash: txHash.optional(),
    /** Who sent the money, as the explorer shows it. */
    payer: givenAddress.optional(),
    note: z.string().max(500).optional(),
  })
  .meta({ id: 'MarkPurchaseOrderPaid' });

export type CreatePurchaseOrderBody = z.infer<typeof createPurchaseOrderBody>;

export type BindOkxBody = z.infer<typeof bindOkxBody>;

export type ReportPaymentBody = z.infer<typeof reportPaymentBody>;

export type MarkPaidBody = z.infer<typeof markPaidBody>;
/** GET …/payment-preview: the same, to see what would follow. */
export const paymentPreviewQuery = markPaidBody.omit({ quoteHash: true });
