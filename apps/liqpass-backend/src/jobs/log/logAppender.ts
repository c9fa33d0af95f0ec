import { MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import { repeatedly } from '../platform/repeatedly.ts';
import { appendLog } from '../../services/log/appendLog.ts';
import type { LogContext, LogSettings } from '../../services/log/logContext.ts';
import { showWitnesses } from '../../services/log/witnesses.ts';

/** A checkpoint at most once a second. */
const EVERY_MS = SECOND_MS;
const WITNESSES_EVERY_MS = 10 * SECOND_MS;
const FAR_EVERY_MS = MINUTE_MS;

/** Keeps the log growing: what was committed is logged within a second or two, by one process at a time. Stopped, it ends what it began. */
export function startLogAppender(ctx: LogContext, publicLog: LogSettings): () => Promise<void> {
  let farAt = 0;
  let shownAt = 0;
  const look = async (): Promise<void> => {
    const nowMs = performance.now();
    try {
      const far = nowMs - farAt >= FAR_EVERY_MS;
      if (far) farAt = nowMs;
      await appendLog(ctx, publicLog, far ? 'far' : 'near');
      if (publicLog.witnesses.length > 0 && nowMs - shownAt >= WITNESSES_EVERY_MS) {
        shownAt = nowMs;
        await showWitnesses(ctx, publicLog);
      }
    } catch (error) {
      ctx.log.warn({ err: error }, 'the log could not be appended to now; it is tried again');
    }
  };
  const stop = repeatedly(async () => {
    await look();
    return EVERY_MS;
  }, EVERY_MS);
  return async () => {
    await stop();
    await look();
  };
}
