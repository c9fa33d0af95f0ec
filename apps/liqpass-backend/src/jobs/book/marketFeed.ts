import { SECOND_MS } from '@liqpass/kernel/time';
import { releaseLease } from '../../db/book/marketRepo.ts';
import type { BookContext } from '../../services/book/bookContext.ts';
import { MARKET_LEASE, type MarketFeed } from '../../services/book/feedMarket.ts';

const EVERY_MS = 15 * SECOND_MS;
/** Until the first answer, and after a failure: jp-verify may be starting at this moment. */
const AGAIN_MS = 2 * SECOND_MS;

/** Keeps the market up to date until it is stopped; stopping waits for what runs, and lets another process take over. */
export function startMarketFeed(ctx: BookContext, feed: MarketFeed): () => Promise<void> {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let failing = false;

  async function run(): Promise<void> {
    let waitMs = EVERY_MS;
    try {
      await feed.feed(ctx, stopping.signal);
      await feed.feedPast(ctx, stopping.signal).catch((error: unknown) => {
        if (!stopping.signal.aborted)
          ctx.log.debug({ err: error }, 'the past could not be read now; it is tried again');
      });
      if (failing) ctx.log.info('market data come in again');
      failing = false;
    } catch (error) {
      if (stopping.signal.aborted) return;
      waitMs = AGAIN_MS;
      // Said once, not every two seconds: sales stop by themselves while prices are old.
      if (!failing)
        ctx.log.warn({ err: error }, 'market data could not be read: sales stop when the last are 2 minutes old');
      failing = true;
    }
    if (!stopping.signal.aborted) timer = setTimeout(again, waitMs);
  }
  let running = run();
  function again(): void {
    running = run();
  }

  return async () => {
    stopping.abort();
    clearTimeout(timer);
    await running;
    await releaseLease(ctx.db, MARKET_LEASE, feed.name).catch((error: unknown) =>
      ctx.log.debug({ err: error }, 'the lease of the market feed runs out by itself'),
    );
  };
}
