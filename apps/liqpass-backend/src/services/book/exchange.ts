import type { ExchangeStandingAnswer } from '@liqpass/api/exchange';
import { formatIso } from '@liqpass/kernel/time';
import { keepExchangeReading, listExchangeIntervals } from '../../db/book/exchangeRepo.ts';
import { judgeExchange, SAYS_FOR_MS } from '../../domain/book/exchangeHealth.ts';
import type { BookContext } from './bookContext.ts';
import type { MarketClient } from './marketClient.ts';

/** Reads how the exchange is, and keeps it. A jp-verify that does not answer says nothing about the exchange. */
export async function feedExchange(ctx: BookContext, client: MarketClient, signal: AbortSignal): Promise<void> {
  const reading = await client.exchange(signal).catch((error: unknown) => {
    ctx.log.debug({ err: error }, 'jp-verify did not say how the exchange is');
    return null;
  });
  if (reading === null) return;
  const health = judgeExchange(reading);
  const nowMs = ctx.clock.now();
  const before = ctx.exchange.stateAt(nowMs);
  await keepExchangeReading(ctx.db, health, nowMs, SAYS_FOR_MS);
  await ctx.exchange.refresh(ctx.db);
  if (before === health.state || (before === null && health.state === 'UP')) return;
  const words = { from: before, to: health.state, trouble: health.trouble, title: health.title };
  if (health.state === 'UP') ctx.log.info(words, 'the exchange answers as usual again');
  else ctx.log.warn(words, 'the exchange is in trouble');
  ctx.changes.announce('sales');
}

/** So many times of trouble are told. */
const TOLD = 20;

/** As the wire has it. */
export async function readExchange(ctx: BookContext): Promise<ExchangeStandingAnswer> {
  const now = ctx.exchange.at(ctx.clock.now());
  const troubles = await listExchangeIntervals(ctx.db, { limit: TOLD, onlyTrouble: true });
  return {
    state: now?.state ?? null,
    trouble: now?.trouble ?? null,
    title: now?.title ?? null,
    since: now ? formatIso(now.fromMs) : null,
    troubles: troubles.map(({ state, trouble, fromMs, untilMs }) => ({
      state,
      trouble,
      from: formatIso(fromMs),
      until: formatIso(untilMs),
    })),
  };
}
