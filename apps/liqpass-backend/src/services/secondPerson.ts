import { identityOf, type Actor } from '../db/audit/auditRepo.ts';
import { getLastDecision } from '../db/decisionsRepo.ts';
import { readShop } from '../db/people/settingsRepo.ts';
import type { HallContext } from './hallContext.ts';

/** Whether this person may record the payment of an approved claim: another approved it, or the shop has one person only. */
export async function mayRecordPayment(ctx: HallContext, claimId: string, actor: Actor): Promise<boolean> {
  const last = await getLastDecision(ctx.db, claimId);
  return last?.byIdentity !== identityOf(actor) || (await readShop(ctx.db)).onePersonShop;
}
