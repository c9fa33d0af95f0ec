import { CLAIM_STATUSES } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { claimSummary } from './claims.ts';
import { purchaseOrderAnswer } from './purchaseOrders.ts';
import { attestation, check, evidence, liquidation } from './verify.ts';
import { instant, uuid } from './wire.ts';

/** GET /api/purchase-orders/:id/claim: the claim, the rules one by one, and what was found. */
export const traderClaimAnswer = z
  .strictObject({
    claim: claimSummary,
    /** Rule by rule, as jp-verify answered; codes and parameters, the screen finds the words. Empty while nothing was answered. */
    checks: z.array(check),
    liquidation: liquidation.nullable(),
    /** The text an operator wrote beside a rejection. */
    rejected_text: z.string().nullable(),
  })
  .meta({ id: 'TraderClaim' });
export type TraderClaim = z.infer<typeof traderClaimAnswer>;

/** GET /api/claims/:id/evidence: jp-verify's evidence as kept. */
export const evidenceAnswer = evidence
  .extend({
    claim_id: uuid,
    /** The verdict under jp-verify's signature; null where it is not signed. */
    attestation: attestation.nullable(),
  })
  .meta({ id: 'ClaimEvidence' });
export type ClaimEvidence = z.infer<typeof evidenceAnswer>;

/** GET /api/purchase-orders/:id/snapshot-evidence: the evidence of the position as it was seen at binding. */
export const snapshotEvidenceAnswer = evidence
  .extend({ purchase_order_id: uuid, attestation: attestation.nullable() })
  .meta({ id: 'SnapshotEvidence' });

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
