import { SECOND_MS } from '@liqpass/kernel/time';
import type { LookoutContext } from '../../services/watch/lookoutContext.ts';
import { buildLookout } from '../../services/watch/lookout.ts';

const EVERY_MS = SECOND_MS;

/** Looks at watched positions that are due, once a second, until it is stopped; what it then looks at it ends. */
export function startLookout(ctx: LookoutContext): () => Promise<void> {
  const lookout = buildLookout(ctx);
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    try {
      await lookout.takeUpDue();
    } catch (error) {
      if (!stopped) ctx.log.warn({ err: error }, 'watched positions could not be taken up now; it is tried again');
    }
    if (!stopped) timer = setTimeout(() => (running = run()), EVERY_MS);
  };
  let running = run();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
    await lookout.stop();
  };
}
