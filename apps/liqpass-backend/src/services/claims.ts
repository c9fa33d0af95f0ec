import { LiqPassError, type ErrorCode } from '@liqpass/api/errors';
import { invariant } from '@liqpass/kernel/invariant';
import { MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import { okxEventId } from '@liqpass/kernel/ids';
import { randomUUID } from 'node:crypto';
import { listAuditOf, type Actor, type AuditRow } from '../db/audit/auditRepo.ts';
import * as repo from '../db/claimsRepo.ts';
import { addToCounters } from '../db/platform/rateLimitsRepo.ts';
import type { Claim } from '../domain/claim.ts';
import { effectiveWindow, refuseClaim, type ClaimRefusal } from '../domain/purchaseOrder.ts';
import { requirePayable } from './payeeAddress.ts';
import { checksummedAddress } from './platform/checksummedAddress.ts';
import type { HallContext } from './hallContext.ts';
import { readOwnPurchaseOrder } from './purchaseOrders.ts';
import { ASKED_ABOUT_MS } from './verifications.ts';
import { afterWaiting } from './waiting.ts';
import { entryOf } from './audit/entryOf.ts';

const entry = entryOf('claim');

const REFUSALS: Record<ClaimRefusal, string> = {
  PURCHASE_ORDER_NOT_PAID: 'The premium has not been received yet: an unpaid order covers nothing.',
  MISSING_COVERAGE_WINDOW: 'The order has no cover window.',
  MISSING_OKX_META: 'No OKX order was bound before payment, so there is no position to verify.',
  CLAIMANT_MISMATCH: 'The claimant is not the address that this order pays to.',
  PURCHASE_ORDER_NOT_COVERED:
    'The payment bought no cover (it came late, or short, or the liquidation price was touched before cover began): it is to be refunded.',
};

export type FiledClaim = {
  readonly purchaseOrderId: string;
  readonly claimant: string;
  readonly submitTxHash: string | null;
  readonly triggeredAtSec: number | null;
};

/**
 * Files a claim, has the verifier asked about it, and answers with what it is once the verifier has spoken, or after as long as a
 * trigger waits. Filed again, it is the claim that there is; one that FAILED is verified again, once a minute where the position was
 * open; nothing else moves.
 */
export async function triggerClaim(ctx: HallContext, filed: FiledClaim, actor: Actor): Promise<Claim> {
  const { claim, verdict } = await fileClaim(ctx, filed, actor);
  return awaitVerdict(ctx, claim, verdict);
}

type Filed = {
  readonly claim: Claim;
  /** What the verifier makes of it, where this process asks; null where another does, or nobody. */
  readonly verdict: Promise<Claim | null> | null;
};

/**
 * As triggerClaim, without waiting for the verdict.
 * @param isGone whether whoever files has seen that the position is gone
 */
export async function fileClaim(ctx: HallContext, filed: FiledClaim, actor: Actor, isGone = false): Promise<Filed> {
  const claimant = checksummedAddress(filed.claimant);
  const order = await afterWaiting(ctx, await readOwnPurchaseOrder(ctx, filed.purchaseOrderId, actor));
  if (order.claim === null) requirePayable(ctx, claimant);
  const refusal = refuseClaim(order, claimant);
  // A claim that was there before its cover was voided is answered with all the same.
  if (refusal && !(refusal === 'PURCHASE_ORDER_NOT_COVERED' && order.claim))
    throw new LiqPassError(refusal satisfies ErrorCode, REFUSALS[refusal]);
  invariant(order.binding, 'a claim that is not refused has a binding');
  const eventId = okxEventId(order.binding.ordId);

  const existing = order.claim === null ? null : await repo.getClaimByEvent(ctx.db, order.id, eventId);
  if (existing && existing.claimant !== claimant)
    throw new LiqPassError('CLAIMANT_MISMATCH', REFUSALS.CLAIMANT_MISMATCH);
  if (existing && existing.status !== 'FAILED') return { claim: existing, verdict: null };
  // Claimed again by chance: while the position is as open as it was, nothing is written.
  if (existing?.rejectedReason === 'STILL_OPEN' && !isGone) {
    const isAsked = await takeThisMinute(ctx, existing.id);
    return { claim: existing, verdict: isAsked ? ctx.verifications.verify(existing, order, actor) : null };
  }
  const window = effectiveWindow(order);
  if (!window) throw new LiqPassError('PURCHASE_ORDER_NOT_COVERED', REFUSALS.PURCHASE_ORDER_NOT_COVERED);

  const nowMs = ctx.clock.now();
  const claim: repo.NewClaim = {
    id: randomUUID(),
    purchaseOrderId: order.id,
    claimant,
    submitTxHash: filed.submitTxHash,
    triggeredAtSec: filed.triggeredAtSec ?? Math.floor(nowMs / SECOND_MS),
    okxEventId: eventId,
    window,
    payoutCap: order.payoutCap,
  };
  // The claim is its own job: until then this process asks about it, and then, if it has gone, any other.
  const askedUntilMs = nowMs + ASKED_ABOUT_MS;
  const moved = existing
    ? await repo.reopenFailedClaim(ctx.db, existing.id, askedUntilMs, entry(ctx, actor, 'retry'))
    : await repo.insertClaim(ctx.db, claim, askedUntilMs, entry(ctx, actor, 'file'));
  if (moved) {
    ctx.changes.announce(order.id);
    return { claim: moved, verdict: ctx.verifications.verify(moved, order) };
  }
  // Whoever came second finds the claim of whoever came first; where there is none, the payment was undone in the same moment.
  const now = await repo.getClaimByEvent(ctx.db, order.id, eventId);
  if (now === null) throw new LiqPassError('PURCHASE_ORDER_NOT_PAID', REFUSALS.PURCHASE_ORDER_NOT_PAID);
  if (now.claimant !== claimant) throw new LiqPassError('CLAIMANT_MISMATCH', REFUSALS.CLAIMANT_MISMATCH);
  return { claim: now, verdict: null };
}

/** Whether this minute's question about a claim whose position was open is still to be asked, by whichever process. */
async function takeThisMinute(ctx: HallContext, claimId: string): Promise<boolean> {
  const again = { key: `!still-open ${claimId}`, count: 1, windowMs: MINUTE_MS };
  const [counted] = await addToCounters(ctx.db, [again], ctx.clock.now());
  return counted?.count === 1;
}

/** How long a wait sleeps at most before it looks again: the verdict may come from a worker in another process. */
const LOOK_AGAIN_MS = 400;

/** Waits until a claim is no longer VERIFYING, for as long as a trigger may, or until the server stops; answers with the claim as it then stands. */
async function awaitVerdict(ctx: HallContext, claim: Claim, verdict: Filed['verdict']): Promise<Claim> {
  const untilMs = Date.now() + ctx.settings.verdictWaitMs;
  let current = (verdict && (await ctx.changes.within(verdict, ctx.settings.verdictWaitMs))) ?? claim;
  while (current.status === 'VERIFYING' && !ctx.changes.stopping) {
    const leftMs = untilMs - Date.now();
    if (leftMs <= 0) break;
    await ctx.changes.next(claim.id, Math.min(LOOK_AGAIN_MS, leftMs));
    current = await readClaim(ctx, claim.id);
  }
  return current;
}

export async function readClaim(ctx: HallContext, id: string): Promise<Claim> {
  const claim = await repo.getClaimById(ctx.db, id);
  if (!claim) throw new LiqPassError('CLAIM_NOT_FOUND', `There is no claim ${id}.`);
  return claim;
}

/** A claim with its evidence and its history. */
export async function readClaimWithEvidence(
  ctx: HallContext,
  id: string,
): Promise<{ claim: Claim; evidence: unknown; audit: AuditRow[] }> {
  const claim = await readClaim(ctx, id);
  const [evidence, audit] = [await repo.getEvidence(ctx.db, id), await listAuditOf(ctx.db, id)];
  return { claim, evidence, audit };
}
