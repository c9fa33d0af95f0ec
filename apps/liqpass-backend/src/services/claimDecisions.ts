import { LiqPassError } from '@liqpass/api/errors';
import { formatIso, SECOND_MS } from '@liqpass/kernel/time';
import type { RejectionCode } from '@liqpass/kernel/vocabulary';
import { identityOf, type Actor } from '../db/audit/auditRepo.ts';
import type { Db } from '../db/platform/database.ts';
import * as repo from '../db/decisionsRepo.ts';
import { holdHedged } from '../db/hedgesRepo.ts';
import { releaseHold } from '../db/holdsRepo.ts';
import type { Claim } from '../domain/claim.ts';
import { readClaim } from './claims.ts';
import type { HallContext } from './hallContext.ts';
import { readPurchaseOrder } from './purchaseOrders.ts';
import { hasApproved } from './secondPerson.ts';
import { afterWaiting } from './waiting.ts';
import { entryOf } from './audit/entryOf.ts';

// What people decide about a verified claim. Each step is one guarded statement with its decision and its audit row.

const entry = entryOf('claim');

const notAllowed = (claim: Claim, step: string): LiqPassError =>
  new LiqPassError(
    'INVALID_STATUS_TRANSITION',
    `A claim that is ${claim.status}${claim.rejectedReason === null ? '' : ` (${claim.rejectedReason})`} cannot be ${step}.`,
    { params: { status: claim.status } },
  );

/** After a step: the claim that it moved; or, where the step took nothing, the same answer for the same call, else why not. */
async function settle(
  ctx: HallContext,
  id: string,
  moved: Claim | null,
  isSameCall: (claim: Claim) => boolean | Promise<boolean>,
  refuse: (claim: Claim) => LiqPassError | Promise<LiqPassError>,
): Promise<Claim> {
  if (moved) {
    ctx.changes.announce(id);
    ctx.changes.announce(moved.purchaseOrderId);
    return moved;
  }
  const claim = await readClaim(ctx, id);
  if (await isSameCall(claim)) return claim;
  throw await refuse(claim);
}

/**
 * Approves a verified claim. `approvedBy` is the name it shows; who it was, the decision says. One on hold is approved only
 * where the approval releases the hold: both then happen, each with its rows, or neither. Where the wait before cover was not
 * known, it is looked at once more first: marks may have come since. An opposite cover that came to be known since then holds it.
 */
export async function approveClaim(
  ctx: HallContext,
  id: string,
  approvedBy: string,
  actor: Actor,
  releasesHold: boolean,
): Promise<Claim> {
  const approve = (db: Db, judged: boolean): Promise<Claim | null> =>
    repo.approveClaim(db, id, approvedBy, judged, entry(ctx, actor, 'approve', { details: { approvedBy } }));
  const why = `approved by ${approvedBy}`;
  const release = (db: Db): Promise<boolean> => releaseHold(db, id, why, entry(ctx, actor, 'release_hold', { why }));
  const judgedAgain = async (): Promise<Claim | null> => {
    const claim = await readClaim(ctx, id);
    if (claim.status !== 'VERIFIED_PENDING_REVIEW') return null;
    await afterWaiting(ctx, await readPurchaseOrder(ctx, claim.purchaseOrderId));
    await holdHedged(ctx.db, id, ctx.clock.now());
    return (
      (await approve(ctx.db, true)) ??
      (releasesHold
        ? ctx.db.transaction().execute(async (trx) => ((await release(trx)) ? approve(trx, true) : null))
        : null)
    );
  };
  const moved = (await approve(ctx.db, false)) ?? (await judgedAgain());
  return settle(
    ctx,
    id,
    moved,
    (claim) => claim.status === 'APPROVED_PENDING_MULTISIG' && claim.approvedBy === approvedBy,
    (claim) =>
      claim.status === 'VERIFIED_PENDING_REVIEW' && claim.holdReasons.length > 0
        ? new LiqPassError(
            'CLAIM_ON_HOLD',
            `The claim is on hold (${claim.holdReasons.join(', ')}): look at it, then release the hold before approving.`,
            { params: { reasons: claim.holdReasons.join(', ') } },
          )
        : notAllowed(claim, 'approved'),
  );
}

/** Rejects a verified claim: with a code, which is what the claim shows, and the text beside it; or, by machines, with a text alone. */
export async function rejectClaim(
  ctx: HallContext,
  id: string,
  rejection: { code: RejectionCode | null; text: string },
  actor: Actor,
): Promise<Claim> {
  const { code, text } = rejection;
  const reason = code ?? text;
  const noted = entry(ctx, actor, 'reject', { why: text, details: code === null ? null : { code } });
  const moved = await repo.rejectClaim(ctx.db, id, { reason, code, text }, noted);
  return settle(
    ctx,
    id,
    moved,
    async (claim) => {
      if (claim.status !== 'REJECTED' || claim.rejectedReason !== reason) return false;
      return (await repo.getLastDecision(ctx.db, id))?.reason === text;
    },
    (claim) => notAllowed(claim, 'rejected'),
  );
}

/** Takes an approval or a person's rejection back, until it is paid: the claim waits for review again. */
export async function takeBackClaim(ctx: HallContext, id: string, reason: string, actor: Actor): Promise<Claim> {
  const moved = await repo.takeBackClaim(ctx.db, id, reason, entry(ctx, actor, 'take_back', { why: reason }));
  return settle(
    ctx,
    id,
    moved,
    async (claim) => {
      if (claim.status !== 'VERIFIED_PENDING_REVIEW') return false;
      const last = await repo.getLastDecision(ctx.db, id);
      return last?.decision === 'TAKE_BACK' && last.reason === reason && last.byIdentity === identityOf(actor);
    },
    (claim) =>
      claim.status === 'APPROVED_PENDING_MULTISIG'
        ? new LiqPassError(
            'PAYOUT_IN_BATCH',
            'The payout is in a batch, which may be signed already: drop the batch first (POST /admin/payouts/batches/:id/drop).',
          )
        : notAllowed(claim, 'taken back'),
  );
}

/** Records the payout's transaction, by another than who approved. One transaction may pay several claims, but a claim is paid once. */
export async function markClaimPaid(
  ctx: HallContext,
  id: string,
  payment: {
    multisigTxHash: string;
    paidAtSec: number;
    /** Why it is believed without the chain. */ byHand?: string | null;
  },
  actor: Actor,
): Promise<Claim> {
  const { byHand = null, ...told } = payment;
  const paidAtMs = payment.paidAtSec * SECOND_MS;
  if (paidAtMs > ctx.clock.now())
    throw new LiqPassError(
      'PAID_AT_IN_FUTURE',
      `paidAtSec ${payment.paidAtSec} (${formatIso(paidAtMs)}) is in the future.`,
    );
  const moved = await repo.markClaimPaid(
    ctx.db,
    id,
    { multisigTxHash: payment.multisigTxHash, multisigSafe: ctx.settings.treasurySafe, paidAtMs },
    entry(ctx, actor, 'mark_paid', {
      why: byHand,
      details: { ...told, ...(byHand === null ? {} : { by_hand: true }) },
    }),
  );
  return settle(
    ctx,
    id,
    moved,
    (claim) =>
      claim.status === 'PAID' && claim.multisigTxHash === payment.multisigTxHash && claim.paidAtMs === paidAtMs,
    async (claim) => {
      return claim.status === 'APPROVED_PENDING_MULTISIG' && (await hasApproved(ctx, claim, actor))
        ? new LiqPassError(
            'SECOND_PERSON_REQUIRED',
            'Whoever approved a claim does not record its payment: a second person must, or an admin sets the one-person switch.',
          )
        : notAllowed(claim, 'marked as paid');
    },
  );
}
