import type { Decimal } from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import { instants, type Market } from '../market/market.ts';
import type { Account, Exchange } from './exchange.ts';
import { priceNear, toNumber } from './figures.ts';
import { forceClose, liquidationSize } from './forced.ts';
import type { Order } from './order.ts';
import type { Instrument } from './instruments.ts';
import { liquidationPx, type Position } from './position.ts';
import { fillResting } from './trade.ts';

// Time passes: every second since the last look, each mark is held against liquidation prices and resting orders. What
// comes out depends on the seed and the commands alone, not on how often somebody looked.

type Watched = { readonly account: Account; readonly below: boolean; readonly px: number } & (
  | { readonly kind: 'position'; readonly slot: string }
  | { readonly kind: 'order'; readonly order: Order }
);
/** A position that a touch leaves alone: control does with it what it wants. */
export type Exempt = { readonly account: Account; readonly slot: string };

/** A position is never changed, only replaced: its liquidation price is computed once. null: it has none. */
const pricesOf = new WeakMap<Position, number | null>();
function liquidationOf(instrument: Instrument, position: Position): number | null {
  const known = pricesOf.get(position);
  if (known !== undefined) return known;
  const liqPx = liquidationPx(instrument, position);
  const px = liqPx && toNumber(liqPx);
  pricesOf.set(position, px);
  return px;
}

function watchedOf(exchange: Exchange, market: Market): Watched[] {
  const { instrument } = market;
  const watched: Watched[] = [];
  for (const account of exchange.accounts.values()) {
    for (const [slot, position] of account.positions) {
      const px = position.instId === instrument.instId ? liquidationOf(instrument, position) : null;
      if (px !== null) watched.push({ kind: 'position', account, slot, below: position.direction === 1, px });
    }
    for (const order of account.resting.values())
      if (order.px && order.instId === instrument.instId)
        watched.push({ kind: 'order', account, order, below: order.side === 'buy', px: toNumber(order.px) });
  }
  return watched;
}

const isReached = (each: Watched, mark: number): boolean => (each.below ? mark <= each.px : mark >= each.px);

/** Liquidates and fills everything that a mark price reaches at an instant. */
export function touchMark(
  exchange: Exchange,
  market: Market,
  markPx: Decimal,
  atMs: EpochMs,
  exempt: Exempt | null = null,
): void {
  const mark = toNumber(markPx);
  const isExempt = (each: Watched): boolean =>
    each.kind === 'position' && exempt !== null && each.account === exempt.account && each.slot === exempt.slot;
  // A partial liquidation may leave something that the same mark takes next: look until nothing is reached.
  for (;;) {
    const hit = watchedOf(exchange, market).find((each) => isReached(each, mark) && !isExempt(each));
    if (!hit) return;
    if (hit.kind === 'order') {
      fillResting(exchange, hit.account, hit.order, atMs);
      continue;
    }
    const position = hit.account.positions.get(hit.slot);
    if (!position) return;
    const { kind, size } = liquidationSize(market.instrument, position);
    forceClose(exchange, hit.account, position, kind, size, markPx, atMs);
  }
}

/** The first instant in (afterMs, untilMs] at which the mark reaches something; null when it reaches nothing. */
function firstReached(exchange: Exchange, market: Market, afterMs: EpochMs, untilMs: EpochMs): EpochMs | null {
  // Most looks come within the second of the one before: there is nothing to hold anything against.
  let watched: Watched[] | null = null;
  for (const { ms, px } of instants(market, afterMs, untilMs)) {
    watched ??= watchedOf(exchange, market);
    if (watched.length === 0) return null;
    const mark = toNumber(priceNear(px, market.instrument.tickSz));
    if (watched.some((each) => isReached(each, mark))) return ms;
  }
  return null;
}

/** Liquidates and fills whatever the marks reached since the last scan, each at its own second, in the order of time. */
export function scanMarks(exchange: Exchange, nowMs: EpochMs): void {
  if (nowMs <= exchange.scannedMs) return;
  const pending = [...exchange.markets.values()].map((market) => ({
    market,
    nextMs: firstReached(exchange, market, exchange.scannedMs, nowMs),
  }));
  for (;;) {
    let first: { market: Market; nextMs: EpochMs | null } | null = null;
    for (const each of pending)
      if (each.nextMs !== null && (first === null || first.nextMs === null || each.nextMs < first.nextMs)) first = each;
    if (first === null || first.nextMs === null) break;
    const { market, nextMs } = first;
    for (const { px } of instants(market, nextMs - 1, nextMs))
      touchMark(exchange, market, priceNear(px, market.instrument.tickSz), nextMs);
    first.nextMs = firstReached(exchange, market, nextMs, nowMs);
  }
  exchange.scannedMs = nowMs;
}
