import { MINUTE_MS } from '@liqpass/kernel/time';
import { SYSTEM } from '../../db/audit/auditRepo.ts';
import { lockBook } from '../../db/book/exposureRepo.ts';
import { countWrongSums, forgetEmptySums, keepSums, mendSums, takeSumsCheck } from '../../db/book/keptSums.ts';
import { resumeAfterWrongSums, stopForWrongSums, type SalesStop } from '../../db/book/salesRepo.ts';
import { stampKeyOf } from '../audit/auditContext.ts';
import type { BookContext } from './bookContext.ts';

export const CHECKED_EVERY_MS = MINUTE_MS;

/** Whether a stop is the one that wrong sums made. */
export const isForWrongSums = (stop: SalesStop): boolean => stop.by === SYSTEM.name;

/** Takes what was sold, freed and ended since the last time into the kept sums, so that a sale has little to add to them. */
export async function keepBook(ctx: BookContext): Promise<void> {
  await ctx.db.transaction().execute(async (trx) => {
    await lockBook(trx);
    await keepSums(trx, ctx.clock.now());
  });
}

/**
 * Adds the book up anew, once in a minute whatever processes there are, and compares it with the sums that are kept. Where they
 * differ: everything is off sale, the operators are told, and the sums are made what they should be; the next check that
 * finds nothing puts it back on sale. Answers how many sums were wrong, null where another process checks.
 */
export async function checkBook(ctx: BookContext): Promise<number | null> {
  const atMs = ctx.clock.now();
  if (!(await takeSumsCheck(ctx.db, atMs, CHECKED_EVERY_MS))) return null;
  const wrong = await countWrongSums(ctx.db);
  const entry = { actor: SYSTEM, subjectType: 'setting' as const, atMs, stampKey: stampKeyOf(ctx) };
  if (wrong > 0) {
    const why = `${wrong} of the book's kept sums were not what it adds up to`;
    ctx.log.error({ wrong }, `${why}; nothing is sold until they are`);
    await stopForWrongSums(ctx.db, why, { ...entry, action: 'stop_sales', why });
  } else if (await resumeAfterWrongSums(ctx.db, { ...entry, action: 'resume_sales', why: 'the kept sums are right' }))
    ctx.log.info("the book's kept sums are what it adds up to again; it is on sale");
  await ctx.db.transaction().execute(async (trx) => {
    await lockBook(trx);
    if (wrong > 0) await mendSums(trx);
    await forgetEmptySums(trx);
  });
  await ctx.sales.refresh(ctx.db);
  return wrong;
}
