import type { EpochMs } from '@liqpass/kernel/time';
import type { Verdict, WatchEnd } from '@liqpass/kernel/vocabulary';
import type { PurchaseOrder } from './purchaseOrder.ts';

/** How a position ended: by force, or otherwise. */
export type PositionEnd = 'LIQUIDATED' | 'CLOSED';

/** What the cover before this one shows of their position; null where it has no claim, or no watch. */
export type CoverBefore = {
  readonly claim: {
    readonly liquidationTimeMs: EpochMs | null;
    readonly verdict: Verdict | null;
    readonly reason: string | null;
    readonly updatedAtMs: EpochMs;
  } | null;
  readonly watch: { readonly endedAs: WatchEnd | null; readonly lookedAtMs: EpochMs | null } | null;
};

/** How the position of an order is known to have ended since it was bound, from the cover before it; null where nothing says so. */
export function positionEnd(
  { binding }: Pick<PurchaseOrder, 'binding'>,
  before: CoverBefore | null,
): PositionEnd | null {
  if (binding === null || before === null) return null;
  const { boundAtMs } = binding;
  const { claim, watch } = before;
  const seen = watch !== null && watch.lookedAtMs !== null && watch.lookedAtMs >= boundAtMs ? watch.endedAs : null;
  const liquidated = claim !== null && claim.liquidationTimeMs !== null && claim.liquidationTimeMs >= boundAtMs;
  if (liquidated || seen === 'LIQUIDATED' || seen === 'CLAIMED') return 'LIQUIDATED';
  const closed =
    claim?.verdict === 'NOT_LIQUIDATED' &&
    (claim.reason === 'CLOSED_NORMALLY' || claim.reason === 'ADL') &&
    claim.updatedAtMs >= boundAtMs;
  return closed || seen === 'CLOSED' ? 'CLOSED' : null;
}
