import { claimParams } from '@liqpass/api/claims';
import { LiqPassError } from '@liqpass/api/errors';
import { adminClaimAnswer, adminClaimPage, listAdminClaimsQuery, type AdminClaimItem } from '@liqpass/api/operators';
import { isUuid } from '@liqpass/kernel/ids';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso } from '@liqpass/kernel/time';
import { mayAs, type OperatorRole } from '@liqpass/kernel/vocabulary';
import type { Server } from '@liqpass/service/server';
import { reviewCursorOf, type ReviewCursor, type ReviewItem, type ReviewSort } from '../db/claimReviewRepo.ts';
import { readSearched } from '../domain/searched.ts';
import { listForReview, reviewClaim, stepsAllowed, type ClaimReview } from '../services/claimReview.ts';
import { mayRecordPayment } from '../services/secondPerson.ts';
import type { HallContext } from '../services/hallContext.ts';
import { operator, operatorsOnly } from './people/guards.ts';
import type { Keys } from './platform/keys.ts';
import { amount } from './platform/wireValues.ts';
import { snapshotToWire } from './snapshotWire.ts';
import { claimToWire, claimWithEvidenceToWire, purchaseOrderToWire } from './wireFormat.ts';

const queueFacts = (item: ReviewItem) => ({
  policy_type: item.policyType,
  inst_id: item.instId,
  side: item.side,
  leverage: item.leverage,
  checks_passed: item.checksPassed,
  checks_total: item.checksTotal,
  notes: item.notes,
  open_by: [...item.openBy],
});
const itemToWire = (item: ReviewItem): AdminClaimItem => ({ ...claimToWire(item.claim), ...queueFacts(item) });

const sealCursor = (sort: ReviewSort, cursor: ReviewCursor): string =>
  Buffer.from(JSON.stringify([sort, cursor.key, cursor.id])).toString('base64url');
const CURSOR_KEY: Record<ReviewSort, RegExp> = {
  newest: /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/,
  oldest: /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/,
  amount_high: /^\d{1,32}(\.\d{1,6})?$/,
  amount_low: /^\d{1,32}(\.\d{1,6})?$/,
};
function openCursor(sort: ReviewSort, cursor: string | undefined): ReviewCursor | null {
  if (cursor === undefined) return null;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    parts = null; // Not JSON: refused below, like any other cursor that is not ours.
  }
  const [of, key, id] = Array.isArray(parts) ? parts : [];
  if (
    of !== sort ||
    typeof key !== 'string' ||
    typeof id !== 'string' ||
    !CURSOR_KEY[sort].test(key) ||
    Number.isNaN(Date.parse(sort.startsWith('amount') ? '2026-01-01' : key)) ||
    !isUuid(id)
  )
    throw new LiqPassError(
      'VALIDATION_FAILED',
      'The cursor is not one of ours: use next_cursor of the page before, as it is, with the same sort.',
    );
  return { key, id };
}

function reviewToWire(review: ClaimReview, role: OperatorRole, nowMs: number) {
  const { item, order, shown, snapshot } = review;
  const { claim } = item;
  const steps = stepsAllowed(
    claim.status,
    claim.holdReasons.length > 0,
    review.audit.some((row) => row.action === 'reject'),
  );
  return {
    ...claimWithEvidenceToWire(claim, review.evidence, review.audit),
    ...queueFacts(item),
    checks: shown.checks,
    liquidation: shown.liquidation,
    purchase_order: purchaseOrderToWire(order, nowMs),
    snapshot: snapshot && snapshotToWire(snapshot),
    related: review.related.map(({ claim: other, relation }) => ({
      claim_id: other.id,
      purchase_order_id: other.purchaseOrderId,
      relation,
      status: other.status,
      payout_amount_usdc: other.payoutAmount === null ? null : formatUsdc(other.payoutAmount),
      created_at: formatIso(other.createdAtMs),
    })),
    hedges: review.hedges.map((hedge) => ({
      purchase_order_id: hedge.orderId,
      inst_id: hedge.instId,
      side: hedge.side,
      links: [...hedge.links],
      cover_start_at: formatIso(hedge.startMs),
      cover_end_at: formatIso(hedge.endMs),
      payout_usdc: formatUsdc(hedge.payout),
      claim: hedge.claim && { id: hedge.claim.id, status: hedge.claim.status },
    })),
    ...(review.payeeDoubts === null ? {} : { payee_doubts: [...review.payeeDoubts] }),
    timeline: review.timeline.map((point) => ({ at: formatIso(point.atMs), kind: point.kind, px: point.px })),
    may: {
      approve: steps.approve && mayAs(role, 'reviewer'),
      reject: steps.reject && mayAs(role, 'reviewer'),
      take_back: steps.take_back && mayAs(role, 'reviewer'),
      mark_paid: steps.mark_paid && mayAs(role, 'treasurer'),
    },
  };
}

/** The operators' queue, and a claim with all that a person decides it from. */
export function adminClaimReadRoutes(app: Server, ctx: HallContext, keys: Keys): void {
  const common = { tags: ['admin'], security: [{ adminKey: [] }, { session: [] }] };

  app.get(
    '/admin/claims',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        ...common,
        summary: 'Claims, newest first',
        querystring: listAdminClaimsQuery,
        response: { 200: adminClaimPage },
      },
    },
    async (request) => {
      const { status, q, flag, min, max, sort = 'newest', limit, cursor } = request.query;
      const { items, counts } = await listForReview(ctx, {
        status: status ?? null,
        searched: q === undefined || q === '' ? null : readSearched(q),
        flag: flag ?? null,
        min: min === undefined ? null : amount(min),
        max: max === undefined ? null : amount(max),
        sort,
        after: openCursor(sort, cursor),
        limit: limit + 1,
      });
      const shown = items.slice(0, limit);
      const last = shown.at(-1);
      return {
        items: shown.map(itemToWire),
        limit,
        next_cursor: items.length > limit && last ? sealCursor(sort, reviewCursorOf(last.claim, sort)) : null,
        counts,
        review_within_hours: ctx.settings.reviewWithinHours,
      };
    },
  );

  app.get(
    '/admin/claims/:id',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        ...common,
        summary: 'A claim with its evidence, history and what it is decided from',
        params: claimParams,
        response: { 200: adminClaimAnswer },
        refuses: ['CLAIM_NOT_FOUND'],
      },
    },
    async (request) => {
      const actor = operator(request, keys, 'viewer');
      const review = await reviewClaim(ctx, request.params.id);
      const shown = reviewToWire(review, actor.role, ctx.clock.now());
      const { may } = shown;
      return {
        ...shown,
        may: {
          ...may,
          mark_paid:
            may.mark_paid && (await mayRecordPayment(ctx, { id: shown.id, approvedBy: shown.approved_by }, actor)),
        },
      };
    },
  );
}
