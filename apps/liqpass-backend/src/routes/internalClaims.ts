import { triggerClaimAnswer, type TriggerClaimAnswer } from '@liqpass/api/claims';
import { triggerClaimBody } from '@liqpass/api/claimBodies';
import type { Server } from '@liqpass/service/server';
import type { Claim } from '../domain/claim.ts';
import { triggerClaim } from '../services/claims.ts';
import type { HallContext } from '../services/hallContext.ts';
import { internalActor } from './people/guards.ts';
import type { Keys } from './platform/keys.ts';
import { OF_FILING } from './platform/refusals.ts';

/** 200 once the verifier has spoken, 202 while it is still asked; the reason wherever the claim did not go through. */
export function triggerAnswer(claim: Claim): { statusCode: 200 | 202; answer: TriggerClaimAnswer } {
  const reason = claim.rejectedReason;
  return {
    statusCode: claim.status === 'VERIFYING' ? 202 : 200,
    answer: {
      ok: true,
      claimId: claim.id,
      status: claim.status,
      ...(reason === null ? {} : { rejectedReason: reason }),
    },
  };
}

/** Claims filed by machines: a chain listener, a script. */
export function internalClaimRoutes(app: Server, ctx: HallContext, keys: Keys): void {
  app.post(
    '/internal/claims/onchain-trigger',
    {
      onRequest: async (request) => void internalActor(request, keys),
      schema: {
        tags: ['internal'],
        summary: 'File a claim and verify it',
        security: [{ internalKey: [] }],
        body: triggerClaimBody,
        response: { 200: triggerClaimAnswer, 202: triggerClaimAnswer },
        refuses: OF_FILING,
      },
    },
    async (request, reply) => {
      const { purchaseOrderId, claimant, submitTxHash, triggeredAtSec } = request.body;
      const filed = {
        purchaseOrderId,
        claimant,
        submitTxHash: submitTxHash ?? null,
        triggeredAtSec: triggeredAtSec ?? null,
      };
      const claim = await triggerClaim(ctx, filed, internalActor(request, keys));
      const { statusCode, answer } = triggerAnswer(claim);
      return reply.code(statusCode).send(answer);
    },
  );
}
