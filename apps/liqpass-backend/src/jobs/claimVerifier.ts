import { SECOND_MS } from '@liqpass/kernel/time';
import type { HallContext } from '../services/hallContext.ts';

/** Whoever files a claim asks about it in the same process; this is for later attempts, and for what a process left behind. */
const EVERY_MS = SECOND_MS;

/** Takes up claims that are due, once a second, until it is stopped. */
export function startClaimVerifier(ctx: HallContext): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    try {
      await ctx.verifications.takeUpDue();
    } catch (error) {
      ctx.log.warn({ err: error }, 'claims that are due could not be taken up now; it is tried again');
    }
    if (!stopped) timer = setTimeout(() => (running = run()), EVERY_MS);
  };
  let running = run();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
