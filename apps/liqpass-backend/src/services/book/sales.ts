import { LiqPassError } from '@liqpass/api/errors';
import type { SalesStopReason } from '@liqpass/kernel/vocabulary';
import type { Actor } from '../../db/audit/auditRepo.ts';
import * as repo from '../../db/book/salesRepo.ts';
import type { SalesScope, SalesStop } from '../../db/book/salesRepo.ts';
import { isForWrongSums } from './checkBook.ts';
import { stampKeyOf } from '../audit/auditContext.ts';
import type { BookContext } from './bookContext.ts';
import type { Sale } from './salesStops.ts';

/** What a stop says to whoever wants to buy: a code, a sentence, and when to ask again. */
const SENTENCES: Readonly<Record<SalesStopReason, string>> = {
  STOPPED_BY_OPERATOR: 'This is not on sale at the moment: an operator has stopped it.',
  EXCHANGE_DOWN: 'The exchange does not answer at the moment, so that no position can be looked at. Try again later.',
  MARKET_DATA_MISSING:
    'Nothing is sold until the last 30 days of prices and the price now are known. Try again in a minute.',
  MARKET_DATA_STALE: 'Nothing is sold on prices older than two minutes. Try again in a minute.',
  PRICE_SOURCES_DISAGREE: 'The mark and the index price differ by more than 0.3 %: nothing is sold until they agree.',
  MARKET_TURMOIL: 'The last hour moved too much for a price to hold. Try again after the full hour.',
  CIRCUIT_BREAKER: 'Covers of this side rest for a day: too many claims came at once.',
  NO_ROOM_IN_BOOK: 'The treasury covers as much as it can at the moment. Try again later.',
};

export function salesStopped(
  reason: SalesStopReason,
  more: { message?: string; params?: Record<string, string> } = {},
): LiqPassError {
  return new LiqPassError('SALES_STOPPED', more.message ?? SENTENCES[reason], { params: { reason, ...more.params } });
}

/** Refuses what an operator took off sale, and everything while the exchange is down. */
export function refuseStopped(ctx: BookContext, sale: Sale): void {
  const stop = ctx.sales.covering(sale);
  if (stop && isForWrongSums(stop))
    throw salesStopped('STOPPED_BY_OPERATOR', {
      message: 'This is not on sale at the moment: the book is being added up anew. Try again in a few minutes.',
    });
  if (stop) throw salesStopped('STOPPED_BY_OPERATOR');
  if (ctx.exchange.stateAt(ctx.clock.now()) === 'DOWN') throw salesStopped('EXCHANGE_DOWN');
}

/** Stops or resumes sales of a scope, and answers with the stops that then stand. Other processes follow within seconds. */
export async function setSales(
  ctx: BookContext,
  scope: SalesScope,
  change: { readonly stopped: boolean; readonly reason: string },
  actor: Actor,
): Promise<readonly SalesStop[]> {
  const entry = {
    actor,
    action: change.stopped ? 'stop_sales' : 'resume_sales',
    subjectType: 'setting' as const,
    atMs: ctx.clock.now(),
    stampKey: stampKeyOf(ctx),
    why: change.reason,
  };
  if (change.stopped) await repo.stopSales(ctx.db, scope, change.reason, entry);
  else await repo.resumeSales(ctx.db, scope, entry);
  await ctx.sales.refresh(ctx.db);
  ctx.changes.announce('sales');
  return ctx.sales.list();
}
