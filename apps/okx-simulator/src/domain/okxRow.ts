import type { EpochMs } from '@liqpass/kernel/time';

/** A row as the exchange answers it, before it is JSON. */
export type OkxRow = Readonly<Record<string, unknown>>;

/** A row, what it is sorted and paged by, and from when on it is there. */
export type Stored = {
  readonly id: bigint;
  /** What begin and end look at: ts of bills and fills, cTime of orders, uTime of histories. */
  readonly atMs: EpochMs;
  readonly visibleMs: EpochMs;
  readonly row: OkxRow;
};
