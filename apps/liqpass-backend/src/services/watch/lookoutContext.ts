import type { TreasuryContext } from '../treasury/treasuryContext.ts';
import type { ObserveClient } from './observeClient.ts';
import type { TellingSettings } from './tellingContext.ts';

/** What the watch over positions touches: all of the rooms below, and whoever looks. (`ctx.watch` is the treasury's.) */
export type LookoutContext = TreasuryContext & {
  readonly observe: ObserveClient;
  readonly settings: { readonly telling: TellingSettings };
};
