import { CHECK_RESULTS, CLAIM_STATUSES } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { claimSummary } from './claims.ts';
import { purchaseOrderAnswer } from './purchaseOrders.ts';
import { instant, uuid } from './wire.ts';

/**
 * One rule as both sides see it: "policy says / OKX says". Codes and facts, never prose: the screen finds the words.
 * `detail` is jp-verify's own text, shown untranslated only when a screen does not know the code.
 */
export const checkShown = z
  .strictObject({
    code: z.string(),
    result: z.enum(CHECK_RESULTS),
    detail: z.string(),
    /** What the policy says, what OKX says: plain facts such as "BTC-USDT-SWAP" or an instant; null where there is none. */
    expected: z.string().nullable(),
    seen: z.string().nullable(),
    /** Where in the evidence bundle it stands, as a path of keys joined by "/"; null where nowhere. */
    evidence_path: z.string().nullable(),
  })
  .meta({ id: 'CheckShown' });
export type CheckShown = z.infer<typeof checkShown>;

/** GET /api/purchase-orders/:id/claim: the claim, the rules one by one, and what was found. */
export const traderClaimAnswer = z
  .strictObject({
    claim: claimSummary,
    checks: z.array(checkShown),
    liquidation: z
      .strictObject({
        liquidation_time_ms: z.int(),
        first_forced_time_ms: z.int(),
        share: z.string(),
        loss_ccy: z.string(),
        loss_total: z.string(),
        loss_insured: z.string(),
      })
      .nullable(),
    /** The text an operator wrote beside a rejection. */
    rejected_text: z.string().nullable(),
  })
  .meta({ id: 'TraderClaim' });
export type TraderClaim = z.infer<typeof traderClaimAnswer>;

/** GET /api/claims/:id/evidence: jp-verify's evidence as kept; its shape is verify.ts's. */
export const evidenceAnswer = z
  .strictObject({
    claim_id: uuid,
    root: z.string(),
    leaves: z.array(z.strictObject({ path: z.string(), hash: z.string() })),
    bundle: z.unknown(),
  })
  .meta({ id: 'ClaimEvidence' });
export type ClaimEvidence = z.infer<typeof evidenceAnswer>;

/** GET /api/purchase-orders/:id/events (server-sent): event "changed", sent once at the start and at every change. */
export const TRADER_EVENT = 'changed';
export const traderEventData = z
  .strictObject({ purchase_order: purchaseOrderAnswer, claim: claimSummary.nullable() })
  .meta({ id: 'PurchaseOrderChanged' });
export type TraderEvent = z.infer<typeof traderEventData>;

/** GET /admin/events (server-sent): event "queue", sent once at the start and whenever a claim, payment or sale changes. */
export const OPERATOR_EVENT = 'queue';
export const operatorEventData = z
  .strictObject({
    at: instant,
    /** What changed; null for the first. */
    subject: z.enum(['claim', 'purchase_order', 'sales']).nullable(),
    id: z.string().nullable(),
    claim_counts: z.record(z.enum(CLAIM_STATUSES), z.int()),
    reported_payments: z.int(),
  })
  .meta({ id: 'QueueChanged' });
export type OperatorEvent = z.infer<typeof operatorEventData>;
