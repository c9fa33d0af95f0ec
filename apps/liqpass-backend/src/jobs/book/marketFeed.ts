import { SECOND_MS } from '@liqpass/kernel/time';
import { releaseLease } from '../../db/book/marketRepo.ts';
import type { BookContext } from '../../services/book/bookContext.ts';
import { MARKET_LEASE, type MarketFeed } from '../../services/book/feedMarket.ts';
import { repeatedly } from '../platform/repeatedly.ts';

const EVERY_MS = 15 * SECOND_MS;
/**
 * How often the turn is kept, or taken from a process that was killed: a watched position that is touched meanwhile is to be looked at within
 * half a minute, and until somebody reads the mark nobody knows of it.
 */
const TURN_MS = 2 * SECOND_MS;
/** Until the first answer, and after a failure: jp-verify may be starting at this moment. */
const AGAIN_MS = 2 * SECOND_MS;

/** Keeps the market up to date until it is stopped; stopping waits for what runs, and lets another process take over. */
export function startMarketFeed(ctx: BookContext, feed: MarketFeed): () => Promise<void> {
  let failing = false;
  let wasMine = false;
  let dueAtMs = -Infinity;
  let rest: Promise<void> | null = null;
  const failed = (error: unknown, stopping: AbortSignal): void => {
    // Said once, not every two seconds: sales stop by themselves while prices are old.
    if (!failing && !stopping.aborted)
      ctx.log.warn({ err: error }, 'market data could not be read: sales stop when the last are 2 minutes old');
    failing = true;
  };
  /** All of it, the past last: pages of it may take longer than the next mark can wait. */
  const feedAll = async (stopping: AbortSignal): Promise<void> => {
    try {
      await feed.feed(ctx, stopping);
      await feed.feedPast(ctx, stopping).catch((error: unknown) => {
        if (!stopping.aborted) ctx.log.debug({ err: error }, 'the past could not be read now; it is tried again');
      });
      if (failing) ctx.log.info('market data come in again');
      failing = false;
    } catch (error) {
      failed(error, stopping);
      dueAtMs = -Infinity;
    }
  };
  const stop = repeatedly(async (stopping) => {
    try {
      const isMine = await feed.holdTurn(ctx);
      const isTaken = isMine && !wasMine;
      wasMine = isMine;
      const nowMs = performance.now();
      if (nowMs < dueAtMs && !isTaken) return Math.min(TURN_MS, dueAtMs - nowMs);
      dueAtMs = nowMs + EVERY_MS;
      // Still at it: the mark alone.
      if (rest) await feed.feedMarks(ctx, stopping);
      else rest = feedAll(stopping).finally(() => (rest = null));
      return TURN_MS;
    } catch (error) {
      failed(error, stopping);
      dueAtMs = -Infinity;
      return AGAIN_MS;
    }
  });

  return async () => {
    await stop();
    await rest;
    await releaseLease(ctx.db, MARKET_LEASE, feed.name).catch((error: unknown) =>
      ctx.log.debug({ err: error }, 'the lease of the market feed runs out by itself'),
    );
  };
}
