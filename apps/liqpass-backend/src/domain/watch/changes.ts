import type { MarginTransfer, ObservedPosition } from '@liqpass/api/observe';
import { absolute, compare, decimal, isNegative, negate, formatDecimal } from '@liqpass/kernel/decimal';
import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import type { WatchChangeKind } from '@liqpass/kernel/vocabulary';

export type Change = {
  readonly kind: WatchChangeKind;
  /** What makes it itself, however often it is seen. */
  readonly ref: string;
  readonly atMs: EpochMs;
  readonly before: string | null;
  readonly after: string | null;
  readonly amount: string | null;
};

/**
 * What the holder of a position did between two looks. Margin by the exchange's bills, each once; leverage and size by comparing,
 * since the exchange writes no bill of the one and the fills of the other are the proof's matter. What is not told has not changed.
 */
export function changesBetween(
  before: ObservedPosition | null,
  after: ObservedPosition | null,
  transfers: readonly MarginTransfer[] | null,
  seenAtMs: EpochMs,
): Change[] {
  const moved = (transfers ?? []).map(({ billId, timeMs, amount }): Change => {
    const isTaken = isNegative(decimal(amount));
    return {
      kind: isTaken ? 'MARGIN_REMOVED' : 'MARGIN_ADDED',
      ref: billId,
      atMs: timeMs,
      before: null,
      after: null,
      amount: isTaken ? formatDecimal(negate(decimal(amount))) : amount,
    };
  });
  if (before === null || after === null) return moved;
  const seen = { ref: formatIso(seenAtMs), atMs: seenAtMs, amount: null };
  const changes = [...moved];
  if (before.lever !== null && after.lever !== null && compare(decimal(before.lever), decimal(after.lever)) !== 0)
    changes.push({ ...seen, kind: 'LEVERAGE_CHANGED', before: before.lever, after: after.lever });
  const grown = compare(absolute(decimal(after.pos)), absolute(decimal(before.pos)));
  if (grown !== 0)
    changes.push({
      ...seen,
      kind: grown > 0 ? 'SIZE_ADDED' : 'SIZE_REDUCED',
      before: before.pos,
      after: after.pos,
    });
  return changes;
}
