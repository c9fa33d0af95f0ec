import { approveClaimBody, claimParams, claimSummary, rejectClaimBody } from '@liqpass/api/claims';
import { LiqPassError } from '@liqpass/api/errors';
import { takeBackBody } from '@liqpass/api/operators';
import type { Server } from '@liqpass/service/server';
import { approveClaim, rejectClaim, takeBackClaim } from '../services/claimDecisions.ts';
import type { HallContext } from '../services/hallContext.ts';
import { requireNoOperatorsName } from '../services/people/operators.ts';
import { operator, operatorsOnly } from './people/guards.ts';
import type { Keys } from './platform/keys.ts';
import { claimToWire } from './wireFormat.ts';

/** Operators decide claims. */
export function adminClaimRoutes(app: Server, ctx: HallContext, keys: Keys): void {
  const common = {
    tags: ['admin'],
    security: [{ adminKey: [] }, { session: [] }],
    params: claimParams,
    response: { 200: claimSummary },
  };
  const decides = ['CLAIM_NOT_FOUND', 'INVALID_STATUS_TRANSITION'] as const;

  app.post(
    '/admin/claims/:id/approve',
    {
      ...operatorsOnly(keys, 'reviewer'),
      schema: {
        ...common,
        summary: 'Approve a verified claim',
        body: approveClaimBody,
        refuses: [...decides, 'CLAIM_ON_HOLD'],
      },
    },
    async (request) => {
      const actor = operator(request, keys, 'reviewer');
      // A machine may say for whom it approves, and a person is what a hold waits for. A signed-in person is who the session says.
      const named = actor.address === null ? request.body.approvedBy : undefined;
      if (named !== undefined) await requireNoOperatorsName(ctx, named, actor);
      return claimToWire(await approveClaim(ctx, request.params.id, named ?? actor.name, actor, named !== undefined));
    },
  );

  app.post(
    '/admin/claims/:id/reject',
    {
      ...operatorsOnly(keys, 'reviewer'),
      schema: {
        ...common,
        summary: 'Reject a verified claim, with a code and a text',
        body: rejectClaimBody,
        refuses: decides,
      },
    },
    async (request) => {
      const actor = operator(request, keys, 'reviewer');
      const { code = null, reason } = request.body;
      if (code === null && actor.address !== null)
        throw new LiqPassError('VALIDATION_FAILED', 'code: say with a code of the list why the claim is rejected.');
      return claimToWire(await rejectClaim(ctx, request.params.id, { code, text: reason }, actor));
    },
  );

  app.post(
    '/admin/claims/:id/take-back',
    {
      ...operatorsOnly(keys, 'reviewer'),
      schema: {
        ...common,
        summary: 'Take a decision back, until its payout is in a batch or paid',
        body: takeBackBody,
        refuses: [...decides, 'PAYOUT_IN_BATCH'],
      },
    },
    async (request) =>
      claimToWire(
        await takeBackClaim(ctx, request.params.id, request.body.reason, operator(request, keys, 'reviewer')),
      ),
  );
}
