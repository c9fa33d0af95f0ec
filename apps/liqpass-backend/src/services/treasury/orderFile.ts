import type { EpochMs } from '@liqpass/kernel/time';
import { positionSnapshot, type PositionSnapshot } from '@liqpass/api/verify';
import { listAuditOfAll, type AuditRow } from '../../db/audit/auditRepo.ts';
import { getBindingSnapshot } from '../../db/claimReviewRepo.ts';
import { getClaimById } from '../../db/claimsRepo.ts';
import { listPayoutsOfOrder } from '../../db/treasury/payoutsRepo.ts';
import { readRecordedPremium } from '../../db/undoPremiumRepo.ts';
import type { Claim } from '../../domain/claim.ts';
import type { PurchaseOrder } from '../../domain/purchaseOrder.ts';
import type { Payout } from '../../domain/treasury/payout.ts';
import { refuseUndo } from '../../domain/undoPremium.ts';
import { readPurchaseOrder } from '../purchaseOrders.ts';
import type { TreasuryContext } from './treasuryContext.ts';

export type OrderFile = {
  readonly order: PurchaseOrder;
  readonly snapshot: PositionSnapshot | null;
  readonly recorded: { readonly by: string; readonly atMs: EpochMs | null; readonly note: string | null } | null;
  readonly claim: Claim | null;
  readonly payouts: readonly Payout[];
  readonly audit: readonly (AuditRow & { readonly subject_id: string })[];
  /** Whether the record of its premium can be undone now. */
  readonly mayUndo: boolean;
};

/** Everything that is known of an order: what was bought, seen, paid, decided, claimed and paid out, and who did it. */
export async function readOrderFile(ctx: TreasuryContext, id: string): Promise<OrderFile> {
  const order = await readPurchaseOrder(ctx, id);
  const kept = positionSnapshot.safeParse(await getBindingSnapshot(ctx.db, id));
  const claim = order.claim && (await getClaimById(ctx.db, order.claim.id));
  const payouts = await listPayoutsOfOrder(ctx.db, id);
  const recorded = await readRecordedPremium(ctx.db, id);
  return {
    order,
    snapshot: kept.success ? kept.data : null,
    recorded: recorded.by === null ? null : { by: recorded.by, atMs: recorded.recordedAtMs, note: recorded.note },
    claim,
    payouts,
    audit: await listAuditOfAll(ctx.db, [id, ...(claim ? [claim.id] : []), ...payouts.map((payout) => payout.id)]),
    mayUndo: refuseUndo(order, recorded, ctx.clock.now()) === null,
  };
}
