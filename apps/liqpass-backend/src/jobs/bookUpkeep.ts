import { DAY_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { forgetQuotes } from '../db/quotesRepo.ts';
import type { Context } from '../services/context.ts';
import { STOPS_EVERY_MS } from '../services/salesStops.ts';

/** Reads the operators' stops every few seconds, and clears the book once a minute, until it is stopped. */
export function startBookUpkeep(ctx: Context): () => Promise<void> {
  let stopped = false;
  let clearedAtMs = -Infinity;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    try {
      await ctx.sales.refresh(ctx.db);
      const nowMs = performance.now();
      if (nowMs - clearedAtMs >= MINUTE_MS) {
        await forgetQuotes(ctx.db, ctx.clock.now() - DAY_MS);
        clearedAtMs = nowMs;
      }
    } catch (error) {
      if (!stopped) ctx.log.warn({ err: error }, 'the upkeep of the book failed; it runs again in a moment');
    }
    if (!stopped) timer = setTimeout(again, STOPS_EVERY_MS);
  }
  let running = run();
  function again(): void {
    running = run();
  }

  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
