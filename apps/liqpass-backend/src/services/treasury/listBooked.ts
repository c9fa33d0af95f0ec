import type { BookedTransfer } from '../../db/treasury/chainTransfersRepo.ts';
import { listTransfers, type TransferKind } from '../../db/treasury/treasuryRepo.ts';
import type { WatchContext } from './treasuryContext.ts';

export type Booked = BookedTransfer;

/** What moved, newest first. */
export const listBooked = (
  ctx: WatchContext,
  filter: {
    kind: TransferKind | null;
    before: { block: number; logIndex: number } | null;
    limit: number;
  },
): Promise<Booked[]> => listTransfers(ctx.db, ctx.watch.readerId, filter);
