import { LiqPassError } from '@liqpass/api/errors';
import type { Actor } from '../db/audit/auditRepo.ts';
import { releaseHold as release } from '../db/holdsRepo.ts';
import type { Claim } from '../domain/claim.ts';
import { readClaim } from './claims.ts';
import { stampKeyOf } from './audit/auditContext.ts';
import type { HallContext } from './hallContext.ts';

/** A person has looked at what held a verified claim and lets it be decided. Released already, it changes nothing. */
export async function releaseHold(ctx: HallContext, id: string, reason: string, actor: Actor): Promise<Claim> {
  const took = await release(ctx.db, id, reason, {
    actor,
    action: 'release_hold',
    subjectType: 'claim',
    atMs: ctx.clock.now(),
    stampKey: stampKeyOf(ctx),
    why: reason,
  });
  const claim = await readClaim(ctx, id);
  if (took) {
    ctx.changes.announce(id);
    ctx.changes.announce(claim.purchaseOrderId);
    return claim;
  }
  if (claim.status !== 'VERIFIED_PENDING_REVIEW')
    throw new LiqPassError('INVALID_STATUS_TRANSITION', `A claim that is ${claim.status} is not on hold.`, {
      params: { status: claim.status },
    });
  return claim;
}
