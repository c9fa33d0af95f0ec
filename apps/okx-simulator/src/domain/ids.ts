import type { EpochMs } from '@liqpass/kernel/time';

/** Ids carry time: ms = (id >> 25) + 1672502400000 (orders, bills, new posIds, the absolute value of negative tradeIds). */
export const ID_EPOCH_MS = 1_672_502_400_000;
const TIME_SHIFT = 25n;
/** Where the lower bits begin in the recordings: a machine's number, kept for looks. */
const LOW_BITS = { order: 26_255_360n, bill: 26_255_361n, trade: 864_258n, position: 12_582_912n };
const STEP = 4n;

export type IdKind = keyof typeof LOW_BITS;

export type IdSource = { readonly last: Record<IdKind, bigint>; readonly taken: Set<bigint> };
export const newIdSource = (): IdSource => ({
  last: { order: 0n, bill: 0n, trade: 0n, position: 0n },
  taken: new Set(),
});

/** The instant inside an id, epoch ms. */
export const timeOfId = (id: bigint): EpochMs => Number((id < 0n ? -id : id) >> TIME_SHIFT) + ID_EPOCH_MS;

/** A new id of a kind at an instant: unique across kinds, growing with time within its kind. */
export function nextId(ids: IdSource, kind: IdKind, atMs: EpochMs): string {
  let id = (BigInt(atMs - ID_EPOCH_MS) << TIME_SHIFT) + LOW_BITS[kind];
  if (id <= ids.last[kind]) id = ids.last[kind] + STEP;
  while (ids.taken.has(id)) id += STEP;
  ids.last[kind] = id;
  return String(id);
}

/** The id moved in time by `offsetMs`, its lower bits kept; moved on until nobody has it. It is taken from then on. */
export function movedId(ids: IdSource, id: bigint, offsetMs: number): bigint {
  const isNegative = id < 0n;
  let moved = (isNegative ? -id : id) + (BigInt(offsetMs) << TIME_SHIFT);
  while (ids.taken.has(moved)) moved += STEP;
  ids.taken.add(moved);
  return isNegative ? -moved : moved;
}
