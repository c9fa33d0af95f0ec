import { SECOND_MS } from '@liqpass/kernel/time';
import { randomUUID } from 'node:crypto';
import { takeDueWatches } from '../../db/watch/watchesRepo.ts';
import { bringLooksForward } from './danger.ts';
import { look } from './look.ts';
import type { LookoutContext } from './lookoutContext.ts';
import { OBSERVE_TIMEOUT_MS } from './observeClient.ts';

/** How long whoever took a watch has it to itself; one whose process was killed is due again by itself after it. */
const TAKEN_MS = OBSERVE_TIMEOUT_MS + 5 * SECOND_MS;
/** Looks at once. Most of one is waiting: a position that is gone is asked about twice, 5 s apart, and a falling market takes many at once. */
const MOST_LOOKS = 512;

export type Lookout = {
  /** Brings forward what has become dangerous, and takes up what is due, as many as may be looked at at once. */
  takeUpDue(): Promise<void>;
  /** Resolves when no look is under way. */
  idle(): Promise<void>;
  /** Takes up nothing any more, and lets what runs finish. */
  stop(): Promise<void>;
};

export function buildLookout(ctx: LookoutContext): Lookout {
  const running = new Map<string, Promise<void>>();
  let stopping = false;
  const idle = async (): Promise<void> => void (await Promise.all(running.values()));
  return {
    async takeUpDue() {
      const free = stopping ? 0 : MOST_LOOKS - running.size;
      if (free <= 0) return;
      await bringLooksForward(ctx);
      const nowMs = ctx.clock.now();
      for (const watch of await takeDueWatches(ctx.db, randomUUID(), nowMs, nowMs + TAKEN_MS, free)) {
        // Still looking: a verification is slow.
        if (running.has(watch.orderId)) continue;
        running.set(
          watch.orderId,
          look(ctx, watch)
            .catch((error: unknown) =>
              ctx.log.error({ err: error, orderId: watch.orderId }, 'a look failed: it is tried again'),
            )
            .finally(() => running.delete(watch.orderId)),
        );
      }
    },
    idle,
    stop() {
      stopping = true;
      return idle();
    },
  };
}
