import { boundSnapshot, type VerifyRequest } from '@liqpass/api/verify';
import { invariant } from '@liqpass/kernel/invariant';
import { formatIso } from '@liqpass/kernel/time';
import { SYSTEM, type Actor } from '../db/audit/auditRepo.ts';
import * as claims from '../db/claimsRepo.ts';
import { findCredentialOfAccount } from '../db/people/credentialsRepo.ts';
import type { Db } from '../db/platform/database.ts';
import { getBoundPosition } from '../db/boundPositionsRepo.ts';
import { decideClaim, type Claim } from '../domain/claim.ts';
import { holdReasons } from '../domain/hold.ts';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import { stampKeyOf } from './audit/auditContext.ts';
import { entryOf } from './audit/entryOf.ts';
import type { HallContext } from './hallContext.ts';
import type { Verification } from './jpVerifyClient.ts';
import { readPurchaseOrder } from './purchaseOrders.ts';
import { afterWaiting } from './waiting.ts';

/** Whoever asks is not told to ask. */
type Asking = Omit<HallContext, 'verifications'>;

const NOT_ASKED: Verification = { finding: { kind: 'no_answer', reason: 'INCONCLUSIVE' }, kept: null };
// Without the trader's key an attested claim cannot be asked about: jp-verify's own sees another account, and would deny it.
const KEY_GONE: Verification = { finding: { kind: 'no_answer', reason: 'KEY_REJECTED' }, kept: null };

/** The position as it was seen when it was bound, and a key that shows the account now; 'key_gone' when its owner has deleted it. */
async function readBoundPosition(
  ctx: Asking,
  orderId: string,
): Promise<Pick<VerifyRequest, 'snapshot' | 'credential' | 'owner'> | 'key_gone'> {
  const bound = await getBoundPosition(ctx.db, orderId);
  invariant(bound, 'an attested binding has its snapshot');
  const key = await findCredentialOfAccount(ctx.db, bound.credentialId, bound.uid);
  return key ? { snapshot: boundSnapshot.parse(bound.snapshot), credential: key.sealed, owner: key.owner } : 'key_gone';
}

async function ask(ctx: Asking, claim: Claim, { id, binding }: PurchaseOrder): Promise<Verification> {
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

/** Whether jp-verify answered at all: where it does not, it is asked less at once. */
const isBorne = ({ finding }: Verification): boolean =>
  finding.kind === 'answer' || (finding.reason !== 'JP_VERIFY_ERROR' && finding.reason !== 'JP_VERIFY_TIMEOUT');

/**
 * Asks jp-verify about a claim once and stores what follows; a claim that no longer waits is left alone, so it may run
 * twice, or at once in two places: one takes effect. The question is asked outside any transaction; the answer, its audit
 * row and when the next attempt is due are stored by one statement.
 * @param order the claim's order where it has just been read; else it is read
 * @param retriedBy whoever tries a claim again that ended because its position was open: while it still is, nothing is written
 * @returns the claim as it then stands; null when it was not for this attempt to say
 */
export async function verifyClaim(
  ctx: Asking,
  claim: Claim,
  order: PurchaseOrder | null = null,
  retriedBy: Actor | null = null,
): Promise<{ claim: Claim | null; borne: boolean }> {
  const covered = await afterWaiting(ctx, order ?? (await readPurchaseOrder(ctx, claim.purchaseOrderId)), claim.id);
  const asked = covered.refundReason === null ? await ask(ctx, claim, covered) : NOT_ASKED;
  const { finding, kept } = asked;

  const nowMs = ctx.clock.now();
  const attemptsBefore = retriedBy ? 0 : claim.attempts;
  const attempt = attemptsBefore + 1;
  const decision = decideClaim(
    { ...covered, window: claim.window },
    finding,
    attempt,
    nowMs,
    ctx.exchange.stateAt(nowMs),
  );
  const verified = decision.to === 'VERIFIED_PENDING_REVIEW' ? decision : null;
  const reason = decision.to === 'VERIFIED_PENDING_REVIEW' ? null : decision.reason;
  const isAsItWas = retriedBy !== null && decision.to === 'FAILED' && reason === claim.rejectedReason;
  if (isAsItWas) return { claim, borne: isBorne(asked) };
  const record = (db: Db): Promise<Claim | null> =>
    claims.recordAttempt(
      db,
      claim.id,
      {
        attemptsBefore,
        counts: decision.to !== 'VERIFYING' || decision.uncounted !== true,
        to: decision.to,
        reason,
        nextAttemptAtMs: decision.to === 'VERIFYING' ? decision.nextAttemptAtMs : null,
        answer: kept,
        liquidationTimeMs: verified?.liquidationTimeMs ?? null,
        payoutAmount: verified?.payoutAmount ?? null,
        holdReasons: verified && kept ? holdReasons(kept.flags, covered) : [],
      },
      {
        actor: SYSTEM,
        action: 'verify',
        subjectType: 'claim',
        atMs: nowMs,
        stampKey: stampKeyOf(ctx),
        why: reason,
        details: { attempt, verdict: kept?.verdict ?? null, evidenceRoot: kept?.evidenceRoot ?? null },
      },
    );
  const stored = retriedBy
    ? await ctx.db.transaction().execute(async (trx) => {
        const retried = entryOf('claim')(ctx, retriedBy, 'retry');
        return (await claims.reopenFailedClaim(trx, claim.id, nowMs, retried)) && record(trx);
      })
    : await record(ctx.db);
  if (stored) {
    ctx.log.info({ claimId: claim.id, to: decision.to, reason, attempt }, 'claim verified');
    ctx.changes.announce(claim.id);
    ctx.changes.announce(claim.purchaseOrderId);
  }
  return { claim: stored, borne: isBorne(asked) };
}
