import { DAY_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { listOverdueClaims } from '../db/claimsRepo.ts';
import { forgetAnswers } from '../db/platform/idempotencyRepo.ts';
import { forgetRateLimits } from '../db/platform/rateLimitsRepo.ts';
import { forgetSessions } from '../db/people/sessionsRepo.ts';
import type { HallContext } from '../services/hallContext.ts';
import { deleteUnneededCredentials } from '../services/people/credentials.ts';

/** A claim this long past its next attempt has no job any more: jobs are taken up within a minute, even after a crash. */
const OVERDUE_MS = 3 * MINUTE_MS;
const EVERY_MS = MINUTE_MS;

/** Gives claims whose job was lost a new one: no claim hangs in VERIFYING, whatever happened to the queue. */
export async function takeUpLostClaims(ctx: HallContext): Promise<number> {
  const nowMs = ctx.clock.now();
  const overdue = await listOverdueClaims(ctx.db, nowMs - OVERDUE_MS, 200);
  for (const { id } of overdue) await ctx.jobs.verifyClaimAt(ctx.db, id, nowMs);
  if (overdue.length > 0) ctx.log.warn({ claims: overdue.length }, 'claims without a job were taken up again');
  return overdue.length;
}

/** Runs the upkeep now and then once a minute, until it is stopped. */
export function startUpkeep(ctx: HallContext): () => void {
  const run = (): void => {
    Promise.resolve()
      .then(() => takeUpLostClaims(ctx))
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
