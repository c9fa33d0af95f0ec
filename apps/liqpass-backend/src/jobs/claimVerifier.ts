import { SECOND_MS } from '@liqpass/kernel/time';
import type { HallContext } from '../services/hallContext.ts';
import { repeatedly } from './platform/repeatedly.ts';

/** Whoever files a claim asks about it in the same process; this is for later attempts, and for what a process left behind. */
const EVERY_MS = SECOND_MS;

/** Takes up claims that are due, once a second, until it is stopped. */
export function startClaimVerifier(ctx: HallContext): () => Promise<void> {
  return repeatedly(async () => {
    try {
      await ctx.verifications.takeUpDue();
    } catch (error) {
      ctx.log.warn({ err: error }, 'claims that are due could not be taken up now; it is tried again');
    }
    return EVERY_MS;
  });
}
