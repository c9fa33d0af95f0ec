import { DAY_MS, MINUTE_MS, type EpochMs } from '@liqpass/kernel/time';
import { keepPublicLiquidations } from '../../db/book/publicLiquidationsRepo.ts';
import type { BookContext } from './bookContext.ts';
import type { MarketClient } from './marketClient.ts';

/** Where jp-verify does not listen, or does not say, it is asked again after this. */
const ASKED_AGAIN_MS = 5 * MINUTE_MS;
const MOST_ROUNDS = 20;
/** Rows that are kept a day: more than the worst day had, and a channel that invents without end fills no disk. */
const MOST_A_DAY = 200_000;

/** Fetches what jp-verify heard of the exchange's public channel since the last time, and keeps it. It fails by itself: prices come first. */
export function buildLiquidationFeed(
  client: Pick<MarketClient, 'liquidations'>,
  mostADay = MOST_A_DAY,
): (ctx: BookContext, signal: AbortSignal) => Promise<void> {
  let since: { readonly stream: string; readonly after: number } | null = null;
  let notBeforeMs: EpochMs = -Infinity;
  let today = { day: 0, rows: 0 };
  return async (ctx, signal) => {
    const nowMs = ctx.clock.now();
    if (nowMs < notBeforeMs) return;
    try {
      for (let round = 0, more = true; more && round < MOST_ROUNDS; round += 1) {
        const heard = await client.liquidations(since, signal);
        notBeforeMs = heard.on ? -Infinity : nowMs + ASKED_AGAIN_MS;
        const day = Math.floor(nowMs / DAY_MS);
        if (day !== today.day) today = { day, rows: 0 };
        today.rows += heard.items.length;
        if (today.rows <= mostADay) await keepPublicLiquidations(ctx.db, heard.items, nowMs);
        else if (today.rows - heard.items.length <= mostADay)
          ctx.log.warn('the channel of liquidations tells of more than can be: for today no more is kept of it');
        since = heard.on ? { stream: heard.stream, after: heard.next } : null;
        more = heard.items.length > 0;
      }
    } catch (error) {
      notBeforeMs = nowMs + MINUTE_MS;
      ctx.log.debug({ err: error }, 'what the exchange tells everybody of liquidations could not be read now');
    }
  };
}
