import { SECOND_MS } from '@liqpass/kernel/time';
import type { LookoutContext } from '../../services/watch/lookoutContext.ts';
import { buildNotices } from '../../services/watch/notice.ts';
import { sendDue } from '../../services/watch/tell.ts';
import { repeatedly } from '../platform/repeatedly.ts';

const EVERY_MS = SECOND_MS;

/**
 * Notices what is to be told, and sends what is due, once a second, until it is stopped; what it sends then it ends. What people ask for
 * (tests, links to confirm) is sent beside what happened, so that however much of it waits for slow servers, the rest does not.
 */
export function startTeller(ctx: LookoutContext): () => Promise<void> {
  const notices = buildNotices(ctx);
  const every = (...steps: readonly (() => Promise<unknown>)[]): (() => Promise<void>) =>
    repeatedly(async (stopping) => {
      // What cannot be noticed keeps nothing from being sent.
      for (const step of steps)
        try {
          await step();
        } catch (error) {
          if (!stopping.aborted)
            ctx.log.warn({ err: error }, 'messages could not be noticed or sent now; it is tried again');
        }
      return EVERY_MS;
    });
  const loops = [
    every(
      () => notices.notice(),
      () => sendDue(ctx, 'happened'),
    ),
    every(() => sendDue(ctx, 'asked')),
    // A long trail takes a while: nothing waits for it.
    every(() => notices.checkTrail()),
  ];
  return async () => void (await Promise.all(loops.map((stop) => stop())));
}
