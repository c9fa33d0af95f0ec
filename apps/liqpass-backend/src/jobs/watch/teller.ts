import { SECOND_MS } from '@liqpass/kernel/time';
import type { LookoutContext } from '../../services/watch/lookoutContext.ts';
import { buildNotices } from '../../services/watch/notice.ts';
import { sendDue } from '../../services/watch/tell.ts';

const EVERY_MS = SECOND_MS;

/** Notices what is to be told, and sends what is due, once a second, until it is stopped; what it sends then it ends. */
export function startTeller(ctx: LookoutContext): () => Promise<void> {
  const notices = buildNotices(ctx);
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    // What cannot be noticed keeps nothing from being sent.
    for (const step of [() => notices.notice(), () => sendDue(ctx)])
      try {
        await step();
      } catch (error) {
        if (!stopped) ctx.log.warn({ err: error }, 'messages could not be noticed or sent now; it is tried again');
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
