import { claimParams } from '@liqpass/api/claims';
import { LiqPassError } from '@liqpass/api/errors';
import { evidenceAnswer, snapshotEvidenceAnswer, traderClaimAnswer } from '@liqpass/api/events';
import { purchaseOrderParams } from '@liqpass/api/purchaseOrders';
import type { Server } from '@liqpass/service/server';
import { readSnapshotEvidence } from '../services/bindOkx.ts';
import { readClaimWithEvidence } from '../services/claims.ts';
import type { HallContext } from '../services/hallContext.ts';
import { readKeptAnswer } from '../services/keptAnswer.ts';
import { readOwnPurchaseOrder } from '../services/purchaseOrders.ts';
import { traderActor } from './people/guards.ts';
import { claimToWire } from './wireFormat.ts';
import { OF_OWN_ORDER, OPTIONAL_SESSION } from './platform/refusals.ts';

/** A trader's view of a claim: rule by rule, and the evidence to check again. */
export function traderClaimRoutes(app: Server, ctx: HallContext): void {
  const tags = ['claims'];

  app.get(
    '/api/purchase-orders/:id/claim',
    {
      schema: {
        tags,
        security: OPTIONAL_SESSION,
        summary: 'The claim on an order, rule by rule',
        params: purchaseOrderParams,
        response: { 200: traderClaimAnswer },
        refuses: [...OF_OWN_ORDER, 'CLAIM_NOT_FOUND'],
      },
    },
    async (request) => {
      const order = await readOwnPurchaseOrder(ctx, request.params.id, traderActor(request));
      if (!order.claim) throw new LiqPassError('CLAIM_NOT_FOUND', 'No claim has been filed on this order.');
      const { claim, evidence, audit } = await readClaimWithEvidence(ctx, order.claim.id);
      const { checks, liquidation } = readKeptAnswer(evidence);
      const rejection = claim.status === 'REJECTED' ? audit.findLast((row) => row.action === 'reject') : undefined;
      return { claim: claimToWire(claim), checks, liquidation, rejected_text: rejection?.why ?? null };
    },
  );

  app.get(
    '/api/purchase-orders/:id/snapshot-evidence',
    {
      schema: {
        tags,
        security: OPTIONAL_SESSION,
        summary: 'The evidence of the position at binding, to check again',
        params: purchaseOrderParams,
        response: { 200: snapshotEvidenceAnswer },
        refuses: [...OF_OWN_ORDER, 'EVIDENCE_NOT_FOUND'],
      },
    },
    async (request) => {
      const { id } = request.params;
      const { evidence, attestation } = await readSnapshotEvidence(ctx, id, traderActor(request));
      const { evidence: kept, attestation: signed } = readKeptAnswer({ evidence, attestation });
      if (!kept)
        throw new LiqPassError('EVIDENCE_NOT_FOUND', 'What was kept of this binding is no evidence that can be shown.');
      return { purchase_order_id: id, ...kept, attestation: signed };
    },
  );

  app.get(
    '/api/claims/:id/evidence',
    {
      schema: {
        tags,
        security: OPTIONAL_SESSION,
        summary: 'The evidence of a claim, to check again',
        params: claimParams,
        response: { 200: evidenceAnswer },
        refuses: [...OF_OWN_ORDER, 'CLAIM_NOT_FOUND', 'EVIDENCE_NOT_FOUND'],
      },
    },
    async (request) => {
      const { claim, evidence } = await readClaimWithEvidence(ctx, request.params.id);
      await readOwnPurchaseOrder(ctx, claim.purchaseOrderId, traderActor(request));
      const { evidence: kept, attestation } = readKeptAnswer(evidence);
      if (!kept)
        throw new LiqPassError(
          'EVIDENCE_NOT_FOUND',
          'There is no evidence on this claim yet: the verifier has not answered.',
        );
      return { claim_id: claim.id, ...kept, attestation };
    },
  );
}
