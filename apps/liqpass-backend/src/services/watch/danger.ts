import { SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import { coinOf } from '@liqpass/underwriting/products';
import { bringForward, listNear, type Watched } from '../../db/watch/watchesRepo.ts';
import { knownDistance, NEAREST_MS, nextLook, type Danger } from '../../domain/watch/nextLook.ts';
import type { BookContext } from '../book/bookContext.ts';
import { INSTRUMENTS } from '../book/market.ts';

const SIDES = ['long', 'short'] as const;
/** Beyond this share of the mark no price moves between two readings of it; who is further away keeps the look that was planned. */
const NEAR = 0.25;
/** The volatility is told for a day's cover: for an hour it is less by the root of 24. */
const HORIZON = '24h';
const HOURS = 24;

/** How near a position is to its liquidation, by the mark as it was last read, and whether the mark was there between two readings. */
export function dangerOf(
  ctx: Pick<BookContext, 'market'>,
  watch: Pick<Watched, 'instId' | 'side' | 'liqPx'>,
  nowMs: EpochMs,
): Danger {
  const mark = ctx.market.lastMark(watch.instId);
  const reach = ctx.market.reached(watch.instId);
  const worst = watch.side === 'long' ? reach?.low : reach?.high;
  const worstDistance = worst === undefined ? null : knownDistance(Number(watch.liqPx), worst, watch.side);
  const distance = mark ? knownDistance(Number(watch.liqPx), Number(mark.markPx), watch.side) : null;
  const coin = coinOf(watch.instId);
  const sigma = coin === null ? undefined : ctx.market.risk(nowMs)[coin]?.sigma[watch.side][HORIZON];
  return {
    distance,
    sigmaHour: sigma === undefined ? null : sigma / Math.sqrt(HOURS),
    touched: (distance !== null && distance <= 0) || (worstDistance !== null && worstDistance <= 0),
  };
}

/**
 * Brings forward the looks at positions that the price has come nearer to since they were planned. It asks nothing of the exchange,
 * and of the database one question for each instrument and side.
 */
export async function bringLooksForward(ctx: BookContext): Promise<number> {
  const nowMs = ctx.clock.now();
  const looks: { orderId: string; atMs: EpochMs; touchedAtMs: EpochMs | null }[] = [];
  for (const instId of INSTRUMENTS) {
    const mark = ctx.market.lastMark(instId);
    if (!mark) continue;
    const px = Number(mark.markPx);
    for (const side of SIDES) {
      const band = { instId, side, fromPx: px * (1 - NEAR), toPx: px * (1 + NEAR) };
      for (const watch of await listNear(ctx.db, band, nowMs + SECOND_MS)) {
        const { lookedAtMs, nextLookAtMs } = watch;
        // Before the first look cover has not begun.
        if (lookedAtMs === null || nextLookAtMs === null) continue;
        const danger = dangerOf(ctx, watch, nowMs);
        const last = { atMs: lookedAtMs, unsettled: 0, survivedTouch: watch.touchedAtMs !== null };
        // The window is the look's own matter: here it is only ever made earlier.
        const window = { startMs: lookedAtMs, endMs: Number.MAX_SAFE_INTEGER / 2 };
        const atMs = nextLook(danger, last, { window, covers: watch.covers }, nowMs) ?? nextLookAtMs;
        const isSooner = atMs < nextLookAtMs - NEAREST_MS || (danger.touched && !last.survivedTouch);
        if (isSooner)
          looks.push({
            orderId: watch.orderId,
            atMs: Math.max(atMs, nowMs),
            touchedAtMs: danger.touched ? nowMs : null,
          });
      }
    }
  }
  await bringForward(ctx.db, looks);
  return looks.length;
}
