import { DAY_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { forgetAnswers } from '../db/platform/idempotencyRepo.ts';
import { forgetRateLimits } from '../db/platform/rateLimitsRepo.ts';
import { forgetSessions } from '../db/people/sessionsRepo.ts';
import type { HallContext } from '../services/hallContext.ts';
import { deleteUnneededCredentials } from '../services/people/credentials.ts';

const EVERY_MS = MINUTE_MS;

/** Runs the upkeep now and then once a minute, until it is stopped. */
export function startUpkeep(ctx: HallContext): () => void {
  const run = (): void => {
    Promise.resolve()
      .then(() => forgetAnswers(ctx.db, ctx.clock.now() - DAY_MS))
      .then(() => forgetSessions(ctx.db, ctx.clock.now() - DAY_MS))
      .then(() => forgetRateLimits(ctx.db, ctx.clock.now()))
      .then(() => deleteUnneededCredentials(ctx))
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'upkeep failed; it runs again in a minute'));
  };
  run();
  const timer = setInterval(run, EVERY_MS);
  return () => clearInterval(timer);
}
