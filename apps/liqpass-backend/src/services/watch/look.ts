import { boundSnapshot } from '@liqpass/api/verify';
import { DAY_MS, formatIso, MINUTE_MS } from '@liqpass/kernel/time';
import type { Verdict, WatchEnd } from '@liqpass/kernel/vocabulary';
import type { Actor } from '../../db/audit/auditRepo.ts';
import {
  countOfAccount,
  findLookKey,
  getWatch,
  keepEvidence,
  keepTaken,
  recordLook,
  type LookKey,
  type LookResult,
  type Taken,
} from '../../db/watch/watchesRepo.ts';
import { effectiveWindow, purchaseOrderStatus, type PurchaseOrder } from '../../domain/purchaseOrder.ts';
import { changesBetween } from '../../domain/watch/changes.ts';
import { CLOSING_AFTER_MS, FARTHEST_MS, nextLook } from '../../domain/watch/nextLook.ts';
import { fileClaim } from '../claims.ts';
import type { Verification } from '../jpVerifyClient.ts';
import { readPurchaseOrder } from '../purchaseOrders.ts';
import { dangerOf } from './danger.ts';
import type { LookoutContext } from './lookoutContext.ts';

/** Who files what the watch saw. */
export const WATCH: Actor = { name: 'watch', requestId: null };
/** An order that is not paid yet is asked about in the database, not at the exchange. */
const UNPAID_AGAIN_MS = MINUTE_MS;
/** Longer than jp-verify may take to prove what happened. */
const VERIFYING_MS = MINUTE_MS;
/** A key that the exchange refuses is tried again now and then: its owner may mend it there. */
const KEY_AGAIN_MS = 5 * MINUTE_MS;
/** The bills are read from a little before they were last read: what is published late is not lost, and known bills are kept once. */
const LEDGER_OVERLAP_MS = 10 * MINUTE_MS;
/** Bills that could not be read are asked for again, though the position was seen. */
const UNREAD_AGAIN_MS = MINUTE_MS;
const LIQUIDATIONS: readonly Verdict[] = ['LIQUIDATED', 'PARTIALLY_LIQUIDATED'];

/** For so long the closing look is tried again while nothing can be concluded. */
const CLOSING_TRIED_MS = DAY_MS;
/** How long a look that comes later than it was planned still joins the interval before it. */
const LATE_MS = 2 * MINUTE_MS;

/**
 * Looks once at a watched position and keeps what that showed. It may run twice, or at once in two places: a look that was overtaken leaves
 * nothing, and a claim is filed once whoever files it. Nothing is decided here: the proof and the reviewer do.
 */
export async function look(ctx: LookoutContext, watch: Taken): Promise<void> {
  const result = await resultOf(ctx, watch);
  const kept = await recordLook(ctx.db, watch, result, ctx.clock.now());
  if (!kept) return;
  if (result.endedAs !== null || result.changes.length > 0)
    ctx.log.info(
      { orderId: watch.orderId, endedAs: result.endedAs, changes: result.changes.length },
      'position looked at',
    );
  ctx.changes.announce(watch.orderId);
}

/** Nothing was asked, and nothing went wrong. */
const unasked = (watch: Taken): LookResult => ({
  looked: false,
  ledgerRead: false,
  nextLookAtMs: watch.nextLookAtMs,
  endedAs: null,
  unsettled: watch.unsettled,
  touchedAtMs: watch.touchedAtMs,
  seen: null,
  blindCode: watch.blind?.code ?? null,
  interval: 'none',
  changes: [],
});
const ended = (watch: Taken, endedAs: WatchEnd): LookResult => ({ ...unasked(watch), nextLookAtMs: null, endedAs });

async function resultOf(ctx: LookoutContext, watch: Taken): Promise<LookResult> {
  const nowMs = ctx.clock.now();
  const order = await readPurchaseOrder(ctx, watch.orderId);
  const status = purchaseOrderStatus(order, nowMs);
  if (status === 'AWAITING_BINDING' || status === 'AWAITING_PAYMENT')
    return { ...unasked(watch), nextLookAtMs: nowMs + UNPAID_AGAIN_MS };
  const window = effectiveWindow(order);
  if (!window) return ended(watch, 'NOT_COVERED');
  if (order.claim && order.claim.status !== 'FAILED') return ended(watch, 'CLAIMED');
  const key = await findLookKey(ctx.db, watch.orderId);
  if (!key) return { ...ended(watch, 'KEY_GONE'), blindCode: 'CREDENTIAL_NOT_FOUND' };
  if (nowMs < window.startMs) return { ...unasked(watch), nextLookAtMs: window.startMs };
  if (nowMs >= window.endMs + CLOSING_AFTER_MS) return closingLook(ctx, watch, order, key);

  const sight = await ctx.observe({
    instId: watch.instId,
    posId: key.posId,
    cTime: key.cTime,
    since: formatIso(Math.max(window.startMs, (watch.ledgerReadAtMs ?? 0) - LEDGER_OVERLAP_MS)),
    credential: key.sealed,
    owner: key.owner,
  });
  if (sight.kind === 'key_refused')
    return { ...unasked(watch), looked: true, nextLookAtMs: ctx.clock.now() + KEY_AGAIN_MS, blindCode: sight.code };
  if (sight.kind === 'unavailable' || sight.answer.state === 'unknown')
    return unsettled(ctx, watch, 'VERIFIER_UNAVAILABLE');
  const { answer } = sight;
  const ledgerRead = answer.marginTransfers !== null;
  const changes = changesBetween(watch.seen?.position ?? null, answer.position, answer.marginTransfers, nowMs);
  if (answer.state === 'absent') return { ...(await positionGone(ctx, watch, order, key)), ledgerRead, changes };

  if (changes.some(({ kind }) => kind === 'SIZE_REDUCED')) await keepPartial(ctx, watch, order, key);
  const danger = dangerOf(ctx, { ...watch, liqPx: answer.position?.liqPx ?? watch.liqPx }, nowMs);
  const last = { atMs: nowMs, unsettled: 0, survivedTouch: danger.touched };
  const covers = await countOfAccount(ctx.db, watch.orderId);
  const wasSeen = watch.lookedAtMs !== null && watch.unsettled === 0 && watch.blind === null && watch.seen !== null;
  const nextLookAtMs = nextLook(danger, last, { window, covers }, nowMs);
  return {
    ...unasked(watch),
    looked: true,
    ledgerRead,
    nextLookAtMs: ledgerRead || nextLookAtMs === null ? nextLookAtMs : Math.min(nextLookAtMs, nowMs + UNREAD_AGAIN_MS),
    unsettled: 0,
    touchedAtMs: danger.touched ? (watch.touchedAtMs ?? nowMs) : null,
    seen: answer.position,
    blindCode: null,
    interval: wasSeen && nowMs - (watch.lookedAtMs ?? 0) <= FARTHEST_MS + LATE_MS ? 'goes_on' : 'begins',
    changes,
  };
}

/** Looked at again soon, and then less often: neither gone nor alive. */
async function unsettled(ctx: LookoutContext, watch: Taken, blindCode: string | null): Promise<LookResult> {
  const nowMs = ctx.clock.now();
  const times = watch.unsettled + 1;
  const covers = await countOfAccount(ctx.db, watch.orderId);
  const danger = dangerOf(ctx, watch, nowMs);
  const last = { atMs: nowMs, unsettled: times, survivedTouch: false };
  const window = { startMs: nowMs, endMs: nowMs };
  return {
    ...unasked(watch),
    looked: true,
    nextLookAtMs: nextLook(danger, last, { window, covers }, nowMs),
    unsettled: times,
    blindCode,
  };
}

async function verify(
  ctx: LookoutContext,
  watch: Taken,
  order: PurchaseOrder,
  key: LookKey,
): Promise<Verification | null> {
  const window = effectiveWindow(order);
  if (!order.binding || !window || !(await keepTaken(ctx.db, watch, ctx.clock.now() + VERIFYING_MS))) return null;
  return ctx.jpVerify.verify({
    instId: order.binding.instId,
    ordId: order.binding.ordId,
    boundAt: formatIso(order.binding.boundAtMs),
    coverageStartAt: formatIso(window.startMs),
    coverageEndAt: formatIso(window.endMs),
    snapshot: boundSnapshot.parse(key.snapshot),
    credential: key.sealed,
    owner: key.owner,
  });
}

/** A position that was absent twice: what became of it the proof says, and its evidence is kept before the exchange forgets. */
async function positionGone(
  ctx: LookoutContext,
  watch: Taken,
  order: PurchaseOrder,
  key: LookKey,
): Promise<LookResult> {
  const verification = await verify(ctx, watch, order, key);
  const kept = verification?.kept ?? null;
  if (!kept || kept.verdict === 'STILL_OPEN' || kept.verdict === 'INCONCLUSIVE') return unsettled(ctx, watch, null);
  const { verdict, evidenceRoot, evidence } = kept;
  const reason = verification?.finding.reason ?? null;
  await keepEvidence(ctx.db, order.id, { kind: 'GONE', verdict, reason, evidenceRoot, evidence }, ctx.clock.now());
  if (!LIQUIDATIONS.includes(verdict)) return { ...ended(watch, 'CLOSED'), looked: true };
  return { ...ended(watch, (await fileIfAsked(ctx, order)) ? 'CLAIMED' : 'LIQUIDATED'), looked: true };
}

/**
 * A position that became smaller may have been liquidated in part: the evidence is kept, which tells its holder. Nothing is filed: a cover has
 * one claim, and what is left of the position is still covered.
 */
async function keepPartial(ctx: LookoutContext, watch: Taken, order: PurchaseOrder, key: LookKey): Promise<void> {
  const verification = await verify(ctx, watch, order, key);
  const kept = verification?.kept ?? null;
  if (kept?.verdict !== 'PARTIALLY_LIQUIDATED') return;
  const { verdict, evidenceRoot, evidence } = kept;
  const reason = verification?.finding.reason ?? null;
  await keepEvidence(ctx.db, order.id, { kind: 'PARTIAL', verdict, reason, evidenceRoot, evidence }, ctx.clock.now());
}

/** Ten minutes after the window: the evidence of all of it is kept, for a claim that comes later than the exchange's ledger reaches back. */
async function closingLook(ctx: LookoutContext, watch: Taken, order: PurchaseOrder, key: LookKey): Promise<LookResult> {
  const verification = await verify(ctx, watch, order, key);
  const kept = verification?.kept ?? null;
  const settledAtMs = (effectiveWindow(order)?.endMs ?? 0) + CLOSING_AFTER_MS + CLOSING_TRIED_MS;
  // What the exchange cannot say while it is down is asked for when it is back.
  const isTried = ctx.clock.now() < settledAtMs || ctx.exchange.stateAt(ctx.clock.now()) === 'DOWN';
  if (!kept || (kept.verdict === 'INCONCLUSIVE' && isTried))
    return isTried ? unsettled(ctx, watch, null) : { ...ended(watch, 'WINDOW_OVER'), looked: true };
  const { verdict, evidenceRoot, evidence } = kept;
  const reason = verification?.finding.reason ?? null;
  await keepEvidence(ctx.db, order.id, { kind: 'CLOSING', verdict, reason, evidenceRoot, evidence }, ctx.clock.now());
  if (!LIQUIDATIONS.includes(verdict)) return { ...ended(watch, 'WINDOW_OVER'), looked: true };
  return { ...ended(watch, (await fileIfAsked(ctx, order)) ? 'CLAIMED' : 'LIQUIDATED'), looked: true };
}

/** Files the claim where the trader wants that, as it is now: consent at the touch is none if it was taken back since. */
async function fileIfAsked(ctx: LookoutContext, order: PurchaseOrder): Promise<boolean> {
  const now = await getWatch(ctx.db, order.id);
  const claimant = order.payoutAddress ?? order.owner;
  if (!now?.isOn || !now.filesClaims || claimant === null) return false;
  const filed = { purchaseOrderId: order.id, claimant, submitTxHash: null, triggeredAtSec: null };
  await fileClaim(ctx, filed, WATCH, true);
  return true;
}
