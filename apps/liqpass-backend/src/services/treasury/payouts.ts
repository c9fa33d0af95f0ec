import { LiqPassError } from '@liqpass/api/errors';
import { invariant } from '@liqpass/kernel/invariant';
import type { PayeeDoubt } from '@liqpass/kernel/vocabulary';
import { identityOf, partyOf, type Actor } from '../../db/audit/auditRepo.ts';
import { readShop } from '../../db/people/settingsRepo.ts';
import * as repo from '../../db/treasury/payoutsRepo.ts';
import { isSamePerson } from '../../domain/people/person.ts';
import { MOST_IN_BATCH } from '../../domain/treasury/payoutBatch.ts';
import { approver, payoutSteps, type Payout } from '../../domain/treasury/payout.ts';
import { requireAsApproved, type ApprovedLine } from '../asApproved.ts';
import { payeeAddress } from '../payeeAddress.ts';
import { checksummedAddress } from '../platform/checksummedAddress.ts';
import type { TreasuryContext } from './treasuryContext.ts';
import { entryOf } from '../audit/entryOf.ts';

const entry = entryOf('payout');

export const listPayouts = (ctx: TreasuryContext, filter: repo.PayoutFilter): Promise<Payout[]> =>
  repo.listPayouts(ctx.db, filter);

/** The payout; 404 where there is none, or it is owed no longer. */
export async function readPayout(ctx: TreasuryContext, id: string): Promise<Payout> {
  const payout = await repo.getPayout(ctx.db, id);
  if (!payout) throw new LiqPassError('PAYOUT_NOT_FOUND', `There is no payout ${id}.`);
  return payout;
}

/** What a person may do with payouts now, as far as their state says. */
export async function stepsFor(
  ctx: TreasuryContext,
  actor: Actor,
): Promise<(payout: Payout) => ReturnType<typeof payoutSteps>> {
  const person = { ...partyOf(actor), onePersonShop: (await readShop(ctx.db)).onePersonShop };
  return (payout) => payoutSteps(payout, person, ctx.clock.now());
}

/** Payees that are asked about for one page at most: each is two questions to an RPC. */
const MOST_ASKED = 40;

/**
 * What the chain says against whom money would go back to, told before anybody approves it; by payout, and nothing of those that
 * were not asked about or when the RPC does not answer. A claim's payee is asked about at its claim.
 */
export async function payeeDoubts(
  ctx: TreasuryContext,
  payouts: readonly Payout[],
): Promise<ReadonlyMap<string, readonly PayeeDoubt[]>> {
  const asked = payouts.filter((each) => each.kind !== 'claim' && each.approved === null).slice(0, MOST_ASKED);
  const doubts = await Promise.all(
    asked.map(async ({ id, payee }) => [id, payee && (await ctx.payees.doubts(payee.address))] as const),
  );
  return new Map(doubts.flatMap(([id, said]) => (said ? [[id, said] as const] : [])));
}

/** A payout as a list that is signed names it. */
export function toLine(payout: Payout): ApprovedLine {
  invariant(payout.payee !== null, 'an approved payout has its payee');
  const { id, claimId, amount } = payout;
  return { id, to: payout.payee.address, amount, approvalOf: claimId ?? id };
}

/** What is approved and in no batch yet, as it was approved: what a batch made now would hold. */
export async function listPayable(ctx: TreasuryContext): Promise<ApprovedLine[]> {
  const lines = (await repo.listPayable(ctx.db, MOST_IN_BATCH, null, false)).map(toLine);
  await requireAsApproved(ctx, lines);
  return lines;
}

const isEnteredBy = ({ payee }: Payout, actor: Actor): boolean =>
  payee !== null && payee.entered !== null && isSamePerson(approver(payee.entered), partyOf(actor));

const notAllowed = (payout: Payout, step: string): LiqPassError =>
  new LiqPassError('INVALID_STATUS_TRANSITION', `A ${payout.kind} that is ${standing(payout)} cannot be ${step}.`, {
    params: { status: payout.status },
  });
const standing = (payout: Payout): string =>
  payout.status === 'DUE' && payout.kind !== 'claim'
    ? payout.approved
      ? 'DUE and approved'
      : `DUE and not approved (POST /admin/payouts/${payout.id}/approve)`
    : payout.status;

/** After a step that may not have been taken: the payout as it stands, or why it was not taken. */
async function settle(
  ctx: TreasuryContext,
  id: string,
  taken: boolean,
  isSameCall: (payout: Payout) => boolean,
  refuse: (payout: Payout) => LiqPassError,
): Promise<Payout> {
  const payout = await readPayout(ctx, id);
  if (taken) {
    ctx.changes.announce(payout.purchaseOrderId);
    return payout;
  }
  if (isSameCall(payout)) return payout;
  throw refuse(payout);
}

/** Says where the money of an order that belongs to no wallet goes, after asking its buyer; until somebody approves it. */
export async function setPayee(
  ctx: TreasuryContext,
  id: string,
  given: { to: string; reason: string },
  actor: Actor,
): Promise<Payout> {
  const address = payeeAddress(ctx, given.to);
  const { reason: why } = given;
  const taken = await repo.setPayee(
    ctx.db,
    id,
    { address, why },
    entry(ctx, actor, 'set_payee', { why, details: { payee: address } }),
  );
  return settle(
    ctx,
    id,
    taken,
    () => false,
    (payout) => notAllowed(payout, 'sent elsewhere: only where nobody said where it goes, and nobody approved it'),
  );
}

/**
 * Approves a refund, or money that was too much. `seen` is the address that the person was shown: another one meanwhile is not
 * approved unseen.
 */
export async function approvePayout(
  ctx: TreasuryContext,
  id: string,
  seen: string | null,
  actor: Actor,
): Promise<Payout> {
  const before = await readPayout(ctx, id);
  const { payee } = before;
  if (payee === null)
    throw new LiqPassError(
      'PAYOUT_ADDRESS_MISSING',
      'Nobody has said where this goes: ask the buyer, then enter the address with the reason.',
    );
  if (seen !== null && checksummedAddress(seen) !== payee.address)
    throw new LiqPassError('PAYOUT_CHANGED', `It goes to ${payee.address} by now, not to ${seen}: look at it again.`);
  const taken = await repo.approvePayout(ctx.db, id, payee.address, entry(ctx, actor, 'approve'));
  return settle(
    ctx,
    id,
    taken,
    (payout) => payout.kind !== 'claim' && payout.status === 'DUE' && payout.approved?.identity === identityOf(actor),
    (payout) =>
      payout.kind !== 'claim' && payout.approved === null && isEnteredBy(payout, actor)
        ? new LiqPassError(
            'SECOND_PERSON_REQUIRED',
            'Whoever entered the address does not approve the refund: a second person must, or an admin sets the one-person switch.',
          )
        : notAllowed(payout, payout.kind === 'claim' ? 'approved here: its claim is what is approved' : 'approved'),
  );
}

/** Takes the approval of a refund back, until it is in a batch or paid. A claim's is taken back at the claim. */
export async function takeBackApproval(
  ctx: TreasuryContext,
  id: string,
  reason: string,
  actor: Actor,
): Promise<Payout> {
  const taken = await repo.takeBackApproval(ctx.db, id, entry(ctx, actor, 'take_back', { why: reason }));
  return settle(
    ctx,
    id,
    taken,
    () => false,
    (payout) => notAllowed(payout, 'taken back'),
  );
}
