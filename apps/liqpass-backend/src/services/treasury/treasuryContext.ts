import type { HallContext } from '../hallContext.ts';

/** What payouts and batches touch: the rooms below. */
export type TreasuryContext = HallContext;
