import { claimParams, claimSummary } from '@liqpass/api/claims';
import { releaseHoldBody } from '@liqpass/api/operators';
import type { Server } from '@liqpass/service/server';
import type { HallContext } from '../services/hallContext.ts';
import { releaseHold } from '../services/releaseHold.ts';
import { adminActor, operatorsOnly } from './people/guards.ts';
import type { Keys } from './platform/keys.ts';
import { claimToWire } from './wireFormat.ts';

/** Claims that a flag of the verifier holds until a person has looked. */
export function adminHoldRoutes(app: Server, ctx: HallContext, keys: Keys): void {
  app.post(
    '/admin/claims/:id/release-hold',
    {
      ...operatorsOnly(keys, 'reviewer'),
      schema: {
        tags: ['admin'],
        summary: 'Release the hold of a verified claim, with the reason',
        security: [{ adminKey: [] }, { session: [] }],
        params: claimParams,
        body: releaseHoldBody,
        response: { 200: claimSummary },
        refuses: ['CLAIM_NOT_FOUND', 'INVALID_STATUS_TRANSITION'],
      },
    },
    async (request) =>
      claimToWire(
        await releaseHold(ctx, request.params.id, request.body.reason, adminActor(request, keys, 'reviewer')),
      ),
  );
}
