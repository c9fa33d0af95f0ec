import { DAY_MS, MINUTE_MS, SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import { tellOperators } from '../../db/watch/outboxRepo.ts';
import { LogBroken } from '../../services/log/logState.ts';
import { repeatedly } from '../platform/repeatedly.ts';
import { appendLog } from '../../services/log/appendLog.ts';
import type { LogContext, LogSettings } from '../../services/log/logContext.ts';
import { showWitnesses } from '../../services/log/witnesses.ts';

/** A checkpoint at most once a second. */
const EVERY_MS = SECOND_MS;
const WITNESSES_EVERY_MS = 10 * SECOND_MS;
const FAR_EVERY_MS = MINUTE_MS;
/** What passes by itself is over by then: operators are told that the log has stopped. */
export const STOPPED_AFTER_MS = 5 * MINUTE_MS;

/** Tells operators that the log is broken, or has failed since `failingSinceMs` for longer than what passes by itself; once a day. */
export async function tellLogTrouble(ctx: LogContext, error: unknown, failingSinceMs: EpochMs): Promise<void> {
  const nowMs = ctx.clock.now();
  const isBroken = error instanceof LogBroken;
  if (!isBroken && nowMs - failingSinceMs < STOPPED_AFTER_MS) return;
  const reason = isBroken ? error.reason : 'STOPPED';
  if (isBroken) ctx.log.error({ err: error }, 'the public log is broken: nothing is appended to it');
  await tellOperators(ctx.db, 'LOG_BROKEN', `log:${reason}:${Math.floor(nowMs / DAY_MS)}`, { reason }, nowMs);
}

/** Keeps the log growing: what was committed is logged within a second or two, by one process at a time. Stopped, it ends what it began. */
export function startLogAppender(ctx: LogContext, publicLog: LogSettings): () => Promise<void> {
  let farAt = 0;
  let shownAt = 0;
  let failingSinceMs: EpochMs | null = null;
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
      failingSinceMs = null;
    } catch (error) {
      ctx.log.warn({ err: error }, 'the log could not be appended to now; it is tried again');
      failingSinceMs ??= ctx.clock.now();
      await tellLogTrouble(ctx, error, failingSinceMs).catch((cause: unknown) =>
        ctx.log.warn({ err: cause }, 'operators could not be told of the log now; it is tried again'),
      );
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
