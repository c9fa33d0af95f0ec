import { claimParams, claimSummary } from '@liqpass/api/claims';
import { markClaimPaidBody } from '@liqpass/api/claimBodies';
import type { Server } from '@liqpass/service/server';
import { payClaim } from '../../services/treasury/payClaim.ts';
import type { TreasuryContext } from '../../services/treasury/treasuryContext.ts';
import { operator, operatorsOnly } from '../people/guards.ts';
import type { Keys } from '../platform/keys.ts';
import { claimToWire } from '../wireFormat.ts';
import { byHandReason } from './byHandReason.ts';

/** Records the transaction that paid a claim; where the treasury is watched, the chain has to show it. */
export function adminClaimPaymentRoutes(app: Server, ctx: TreasuryContext, keys: Keys): void {
  app.post(
    '/admin/claims/:id/mark-paid',
    {
      ...operatorsOnly(keys, 'treasurer'),
      schema: {
        tags: ['admin'],
        security: [{ adminKey: [] }, { session: [] }],
        params: claimParams,
        response: { 200: claimSummary, 202: claimSummary },
        summary: 'Record the transaction that paid a claim',
        body: markClaimPaidBody,
        refuses: [
          'CLAIM_NOT_FOUND',
          'PAYOUT_NOT_FOUND',
          'INVALID_STATUS_TRANSITION',
          'PAID_AT_IN_FUTURE',
          'SECOND_PERSON_REQUIRED',
          'PAYOUT_NOT_PROVEN',
          'SERVICE_UNAVAILABLE',
        ],
      },
    },
    async (request, reply) => {
      const actor = operator(request, keys, 'treasurer');
      const { multisigTxHash, paidAtSec } = request.body;
      const byHand = byHandReason(request.body.byHand, actor);
      const told = { multisigTxHash, paidAtSec, byHand };
      const { claim, counts } = await payClaim(ctx, request.params.id, told, actor);
      return reply.code(counts ? 200 : 202).send(claimToWire(claim));
    },
  );
}
