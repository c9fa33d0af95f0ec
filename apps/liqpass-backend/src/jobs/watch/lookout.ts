import { SECOND_MS } from '@liqpass/kernel/time';
import type { LookoutContext } from '../../services/watch/lookoutContext.ts';
import { buildLookout } from '../../services/watch/lookout.ts';
import { repeatedly } from '../platform/repeatedly.ts';

const EVERY_MS = SECOND_MS;

/** Looks at watched positions that are due, once a second, until it is stopped; what it then looks at it ends. */
export function startLookout(ctx: LookoutContext): () => Promise<void> {
  const lookout = buildLookout(ctx);
  const stop = repeatedly(async (stopping) => {
    try {
      await lookout.takeUpDue();
    } catch (error) {
      if (!stopping.aborted)
        ctx.log.warn({ err: error }, 'watched positions could not be taken up now; it is tried again');
    }
    return EVERY_MS;
  });
  return async () => {
    await stop();
    await lookout.stop();
  };
}
