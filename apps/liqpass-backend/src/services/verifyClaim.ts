import { boundSnapshot, type VerifyRequest } from '@liqpass/api/verify';
import { invariant } from '@liqpass/kernel/invariant';
import { formatIso } from '@liqpass/kernel/time';
import type { ClaimStatus } from '@liqpass/kernel/vocabulary';
import { SYSTEM } from '../db/audit/auditRepo.ts';
import * as claims from '../db/claimsRepo.ts';
import { findCredentialOfAccount } from '../db/people/credentialsRepo.ts';
import type { Db } from '../db/platform/database.ts';
import { getBoundPosition } from '../db/purchaseOrdersRepo.ts';
import { decideClaim, type Claim } from '../domain/claim.ts';
import { holdReasons } from '../domain/hold.ts';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import { stampKeyOf } from './audit/auditContext.ts';
import type { HallContext } from './hallContext.ts';
import type { Verification } from './jpVerifyClient.ts';
import { readPurchaseOrder } from './purchaseOrders.ts';
import { afterWaiting } from './waiting.ts';

const NOT_ASKED: Verification = { finding: { kind: 'no_answer', reason: 'INCONCLUSIVE' }, kept: null };
// Without the trader's key an attested claim cannot be asked about: jp-verify's own sees another account, and would deny it.
const KEY_GONE: Verification = { finding: { kind: 'no_answer', reason: 'KEY_REJECTED' }, kept: null };

/** The position as it was seen when it was bound, and a key that shows the account now; 'key_gone' when its owner has deleted it. */
async function readBoundPosition(
  ctx: HallContext,
  orderId: string,
): Promise<Pick<VerifyRequest, 'snapshot' | 'credential' | 'owner'> | 'key_gone'> {
  const bound = await getBoundPosition(ctx.db, orderId);
  invariant(bound, 'an attested binding has its snapshot');
  const key = await findCredentialOfAccount(ctx.db, bound.credentialId, bound.uid);
  return key ? { snapshot: boundSnapshot.parse(bound.snapshot), credential: key.sealed, owner: key.owner } : 'key_gone';
}

async function ask(ctx: HallContext, claim: Claim, { id, binding }: PurchaseOrder): Promise<Verification> {
  invariant(binding, 'a claim has an order with a binding');
  const seen = binding.attested ? await readBoundPosition(ctx, id) : null;
  if (seen === 'key_gone') return KEY_GONE;
  return ctx.jpVerify.verify({
    instId: binding.instId,
    ordId: binding.ordId,
    boundAt: formatIso(binding.boundAtMs),
    coverageStartAt: formatIso(claim.window.startMs),
    coverageEndAt: formatIso(claim.window.endMs),
    ...seen,
  });
}

/**
 * Asks jp-verify about a claim once and stores what follows; a claim that no longer waits is left alone, so it may run
 * twice, or at once in two places: one takes effect. The question is asked outside any transaction; the answer, its audit
 * row and the next attempt are stored in one.
 * @returns where the claim went; null when it was not for this attempt to say
 */
export async function verifyClaim(ctx: HallContext, claimId: string): Promise<ClaimStatus | null> {
  const claim = await claims.getClaimById(ctx.db, claimId);
  if (!claim || claim.status !== 'VERIFYING') return null;
  const order = await afterWaiting(ctx, await readPurchaseOrder(ctx, claim.purchaseOrderId), claim.id);
  const { finding, kept } = order.refundReason === null ? await ask(ctx, claim, order) : NOT_ASKED;

  const nowMs = ctx.clock.now();
  const decision = decideClaim({ ...order, window: claim.window }, finding, claim.attempts + 1, nowMs);
  const verified = decision.to === 'VERIFIED_PENDING_REVIEW' ? decision : null;
  const nextAttemptAtMs = decision.to === 'VERIFYING' ? decision.nextAttemptAtMs : null;
  const reason = decision.to === 'VERIFIED_PENDING_REVIEW' ? null : decision.reason;
  const record = (db: Db): Promise<boolean> =>
    claims.recordAttempt(
      db,
      claim.id,
      {
        attemptsBefore: claim.attempts,
        to: decision.to,
        reason,
        nextAttemptAtMs,
        answer: kept,
        liquidationTimeMs: verified?.liquidationTimeMs ?? null,
        payoutAmount: verified?.payoutAmount ?? null,
        holdReasons: verified && kept ? holdReasons(kept.flags) : [],
      },
      {
        actor: SYSTEM,
        action: 'verify',
        subjectType: 'claim',
        atMs: nowMs,
        stampKey: stampKeyOf(ctx),
        why: reason,
        details: {
          attempt: claim.attempts + 1,
          verdict: kept?.verdict ?? null,
          evidenceRoot: kept?.evidenceRoot ?? null,
        },
      },
    );
  // One statement stores the attempt with its audit row; a transaction is for the job of the next one.
  const stored =
    nextAttemptAtMs === null
      ? await record(ctx.db)
      : await ctx.db.transaction().execute(async (trx) => {
          const took = await record(trx);
          if (took) await ctx.jobs.verifyClaimAt(trx, claim.id, nextAttemptAtMs);
          return took;
        });
  if (!stored) return null;
  ctx.log.info({ claimId: claim.id, to: decision.to, reason, attempt: claim.attempts + 1 }, 'claim verified');
  ctx.changes.announce(claim.id);
  ctx.changes.announce(claim.purchaseOrderId);
  return decision.to;
}
