import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import type { BatchStatus } from '@liqpass/kernel/vocabulary';

/** A frozen list of payouts that the Safe pays in one transaction. */
export type PayoutBatch = {
  readonly id: string;
  readonly listHash: string;
  readonly count: number;
  readonly total: Usdc;
  /** The Safe it is paid from; null where none was configured when it was made. */
  readonly safe: string | null;
  /** How many of its payouts are recorded as paid. */
  readonly paid: number;
  readonly createdBy: string;
  readonly createdAtMs: EpochMs;
  readonly dropped: { readonly by: string; readonly why: string; readonly atMs: EpochMs } | null;
};

/** Payouts that one batch holds at most: what Safe's CSV airdrop reads, and one transaction has the gas for. */
export const MOST_IN_BATCH = 400;

/** Where a batch stands; dropped, it says so even where some of it was paid. */
export const batchStatus = (batch: PayoutBatch): BatchStatus =>
  batch.dropped ? 'DROPPED' : batch.paid === batch.count ? 'PAID' : 'OPEN';
