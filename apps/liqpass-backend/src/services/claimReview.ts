import { LiqPassError } from '@liqpass/api/errors';
import { positionSnapshot, type PositionSnapshot } from '@liqpass/api/verify';
import type { EpochMs } from '@liqpass/kernel/time';
import type { ClaimStatus, PayeeDoubt, TimelineKind } from '@liqpass/kernel/vocabulary';
import { listAuditOf, type AuditRow } from '../db/audit/auditRepo.ts';
import {
  getBindingSnapshot,
  getClaimForReview,
  listQueuePage,
  listRelatedClaims,
  type RelatedClaim,
  type ReviewFilter,
  type ReviewItem,
} from '../db/claimReviewRepo.ts';
import { getEvidence } from '../db/claimsRepo.ts';
import { listHedges, type Hedge } from '../db/hedgesRepo.ts';
import { effectiveWindow, type PurchaseOrder } from '../domain/purchaseOrder.ts';
import type { HallContext } from './hallContext.ts';
import { openSince } from './notes.ts';
import { readKeptAnswer, type ShownAnswer } from './keptAnswer.ts';
import { publicFeedCheck } from './publicFeedCheck.ts';
import { readPurchaseOrder } from './purchaseOrders.ts';

/** Other claims, and opposite covers, that a review shows at most. */
const MOST_RELATED = 20;

/** A page of the operators' queue, and how many claims there are in each status. */
export async function listForReview(
  ctx: HallContext,
  filter: Omit<ReviewFilter, 'openSinceMs'>,
): Promise<{ items: ReviewItem[]; counts: Record<ClaimStatus, number> }> {
  return listQueuePage(ctx.db, { ...filter, openSinceMs: openSince(ctx.clock.now()) });
}

export type TimelinePoint = { readonly atMs: EpochMs; readonly kind: TimelineKind; readonly px: string | null };

export type ClaimReview = {
  readonly item: ReviewItem;
  readonly order: PurchaseOrder;
  readonly evidence: unknown;
  readonly shown: ShownAnswer;
  readonly snapshot: PositionSnapshot | null;
  readonly audit: readonly AuditRow[];
  readonly related: readonly RelatedClaim[];
  /** Opposite covers at the same time, by somebody linked. */
  readonly hedges: readonly Hedge[];
  readonly timeline: readonly TimelinePoint[];
  /** What the chain says against the payee; null where it was not asked, or did not answer. */
  readonly payeeDoubts: readonly PayeeDoubt[] | null;
};

const TO_BE_PAID: readonly ClaimStatus[] = ['VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG'];

/** Everything a person decides a claim from. */
export async function reviewClaim(ctx: HallContext, id: string): Promise<ClaimReview> {
  const item = await getClaimForReview(ctx.db, id, openSince(ctx.clock.now()));
  if (!item) throw new LiqPassError('CLAIM_NOT_FOUND', `There is no claim ${id}.`);
  const payeeDoubts = TO_BE_PAID.includes(item.claim.status) ? ctx.payees.doubts(item.claim.claimant) : null;
  const order = await readPurchaseOrder(ctx, item.claim.purchaseOrderId);
  const evidence = await getEvidence(ctx.db, id);
  const kept = readKeptAnswer(evidence);
  const heard = item.instId === null ? null : await publicFeedCheck(ctx.db, item.instId, kept.liquidation);
  const shown = heard === null ? kept : { ...kept, checks: [...kept.checks, heard] };
  const bound = positionSnapshot.safeParse(await getBindingSnapshot(ctx.db, order.id));
  const snapshot = bound.success ? bound.data : null;
  const audit = await listAuditOf(ctx.db, id);
  const related = await listRelatedClaims(ctx.db, item.claim, MOST_RELATED);
  return {
    item,
    order,
    evidence,
    shown,
    snapshot,
    audit,
    related,
    hedges: await listHedges(ctx.db, id, MOST_RELATED),
    timeline: timelineOf(item, order, shown, snapshot, audit),
    payeeDoubts: await payeeDoubts,
  };
}

/** What happened to the position, the cover and the claim, in order of time; with the price where one is known. */
function timelineOf(
  item: ReviewItem,
  order: PurchaseOrder,
  shown: ShownAnswer,
  snapshot: PositionSnapshot | null,
  audit: readonly AuditRow[],
): TimelinePoint[] {
  const { claim } = item;
  const points: TimelinePoint[] = [];
  const at = (kind: TimelineKind, ms: EpochMs | null | undefined, px: string | null = null): void => {
    if (ms !== null && ms !== undefined) points.push({ atMs: ms, kind, px });
  };
  at(
    'POSITION_OPENED',
    shown.liquidation?.opened_at_ms ?? (snapshot ? Number(snapshot.cTime) : null),
    shown.liquidation?.avg_open_px ?? snapshot?.avgPx ?? null,
  );
  at('BOUND', order.binding?.boundAtMs, snapshot?.markPx ?? null);
  at('PAYMENT_REPORTED', order.reported?.atMs);
  at('PREMIUM_PAID', order.paidAtMs);
  const cover = effectiveWindow(order);
  at('COVER_STARTED', cover?.startMs);
  at('COVER_ENDED', cover?.endMs);
  at('LIQUIDATED', claim.liquidationTimeMs, shown.liquidation?.forced.at(-1)?.px ?? null);
  at('CLAIM_FILED', claim.createdAtMs);
  const step = (action: string): EpochMs | null => audit.findLast((row) => row.action === action)?.at.getTime() ?? null;
  if (claim.approvedAtMs !== null) at('APPROVED', claim.approvedAtMs);
  if (claim.status === 'REJECTED') at('REJECTED', step('reject') ?? step('verify'));
  at('PAYOUT_PAID', claim.paidAtMs);
  return points.toSorted((a, b) => a.atMs - b.atMs);
}

export type MayDo = {
  readonly approve: boolean;
  readonly reject: boolean;
  readonly take_back: boolean;
  readonly mark_paid: boolean;
};

/** The steps that a claim's status allows now; who may take them is for the guards. */
export function stepsAllowed(status: ClaimStatus, onHold: boolean, decidedByPerson: boolean): MayDo {
  return {
    approve: status === 'VERIFIED_PENDING_REVIEW' && !onHold,
    reject: status === 'VERIFIED_PENDING_REVIEW',
    take_back: status === 'APPROVED_PENDING_MULTISIG' || (status === 'REJECTED' && decidedByPerson),
    mark_paid: status === 'APPROVED_PENDING_MULTISIG',
  };
}
