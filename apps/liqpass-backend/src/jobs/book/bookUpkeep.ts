import { DAY_MS, MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import { freeSettledRooms } from '../../db/book/exposureRepo.ts';
import { forgetQuotes } from '../../db/book/quotesRepo.ts';
import type { BookContext } from '../../services/book/bookContext.ts';
import { checkBook, keepBook } from '../../services/book/checkBook.ts';
import { reportExposure } from '../../services/book/exposureReport.ts';
import { STOPS_EVERY_MS } from '../../services/book/salesStops.ts';
import { repeatedly } from '../platform/repeatedly.ts';

/** The highest in-force and reserve of a day are kept, whether somebody looks or not. */
const NOTED_EVERY_MS = 10 * MINUTE_MS;
/** What a sale adds to the kept sums is what happened in so long. */
const KEPT_EVERY_MS = 10 * SECOND_MS;

/** Every few seconds reads the operators' stops and looks at the waits that are over, keeps the book's sums, and clears and checks the book once a minute, until it is stopped. */
export function startBookUpkeep(ctx: BookContext, lookAtWaits: () => Promise<unknown>): () => Promise<void> {
  let clearedAtMs = -Infinity;
  let keptAtMs = -Infinity;
  let notedAtMs = performance.now();
  return repeatedly(async (stopping) => {
    try {
      await ctx.sales.refresh(ctx.db);
      await ctx.exchange.refresh(ctx.db);
      await lookAtWaits();
      const nowMs = performance.now();
      if (nowMs - keptAtMs >= KEPT_EVERY_MS) {
        await keepBook(ctx);
        await checkBook(ctx);
        keptAtMs = nowMs;
      }
      if (nowMs - clearedAtMs >= MINUTE_MS) {
        await forgetQuotes(ctx.db, ctx.clock.now() - DAY_MS);
        await freeSettledRooms(ctx.db, ctx.clock.now());
        clearedAtMs = nowMs;
      }
      if (nowMs - notedAtMs >= NOTED_EVERY_MS) {
        await reportExposure(ctx);
        notedAtMs = nowMs;
      }
    } catch (error) {
      if (!stopping.aborted) ctx.log.warn({ err: error }, 'the upkeep of the book failed; it runs again in a moment');
    }
    return STOPS_EVERY_MS;
  });
}
