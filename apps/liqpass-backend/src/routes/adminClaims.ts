import {
  approveClaimBody,
  claimAnswer,
  claimPage,
  claimParams,
  claimSummary,
  listClaimsQuery,
  markClaimPaidBody,
  rejectClaimBody,
} from '@liqpass/api/claims';
import { refusals, type Server } from '@liqpass/service/server';
import { approveClaim, listClaims, markClaimPaid, readClaimWithEvidence, rejectClaim } from '../services/claims.ts';
import type { Context } from '../services/context.ts';
import { adminActor, type Keys } from './guards.ts';
import { claimCursor, claimToWire, claimWithEvidenceToWire, parseClaimCursor, toPage } from './wireFormat.ts';

/** Operators review claims and record what the multisig paid. */
export function adminClaimRoutes(app: Server, ctx: Context, keys: Keys): void {
  const guard = { onRequest: async (request: Parameters<typeof adminActor>[0]) => void adminActor(request, keys) };
  const common = { tags: ['admin'], security: [{ adminKey: [] }] };

  app.post(
    '/admin/claims/:id/approve',
    {
      ...guard,
      schema: {
        ...common,
        summary: 'Approve a verified claim',
        params: claimParams,
        body: approveClaimBody,
        response: { 200: claimSummary, ...refusals },
      },
    },
    async (request) => {
      const actor = adminActor(request, keys);
      return claimToWire(await approveClaim(ctx, request.params.id, request.body.approvedBy ?? actor.name, actor));
    },
  );

  app.post(
    '/admin/claims/:id/reject',
    {
      ...guard,
      schema: {
        ...common,
        summary: 'Reject a verified claim, with a reason',
        params: claimParams,
        body: rejectClaimBody,
        response: { 200: claimSummary, ...refusals },
      },
    },
    async (request) =>
      claimToWire(await rejectClaim(ctx, request.params.id, request.body.reason, adminActor(request, keys))),
  );

  app.post(
    '/admin/claims/:id/mark-paid',
    {
      ...guard,
      schema: {
        ...common,
        summary: 'Record the transaction that paid a claim',
        params: claimParams,
        body: markClaimPaidBody,
        response: { 200: claimSummary, ...refusals },
      },
    },
    async (request) =>
      claimToWire(await markClaimPaid(ctx, request.params.id, request.body, adminActor(request, keys))),
  );
}
