import { partyOf, type Actor } from '../db/audit/auditRepo.ts';
import { getLastDecision } from '../db/decisionsRepo.ts';
import { readShop } from '../db/people/settingsRepo.ts';
import type { Claim } from '../domain/claim.ts';
import { isSamePerson } from '../domain/people/person.ts';
import type { HallContext } from './hallContext.ts';

/** Whether an approved claim was approved by this person, or under their name. */
export async function hasApproved(
  ctx: HallContext,
  claim: Pick<Claim, 'id' | 'approvedBy'>,
  actor: Actor,
): Promise<boolean> {
  const last = await getLastDecision(ctx.db, claim.id);
  if (!last) return false;
  const second = partyOf(actor);
  const shown = { name: claim.approvedBy ?? last.byName, identity: last.byIdentity };
  return isSamePerson({ name: last.byName, identity: last.byIdentity }, second) || isSamePerson(shown, second);
}

/** Whether this person may record the payment of an approved claim: another approved it, or the shop has one person only. */
export async function mayRecordPayment(
  ctx: HallContext,
  claim: Pick<Claim, 'id' | 'approvedBy'>,
  actor: Actor,
): Promise<boolean> {
  return !(await hasApproved(ctx, claim, actor)) || (await readShop(ctx.db)).onePersonShop;
}
