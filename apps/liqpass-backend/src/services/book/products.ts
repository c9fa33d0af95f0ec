import { SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import { SIDES, type SalesStopReason, type Side } from '@liqpass/kernel/vocabulary';
import type { BookTotals } from '@liqpass/underwriting/book';
import { isTurmoil, type Market } from '@liqpass/underwriting/market';
import { sigmaOf } from '@liqpass/underwriting/price';
import { OKX_24H, PRODUCTS, type Product } from '@liqpass/underwriting/products';
import { acceptableNow } from '@liqpass/underwriting/quoteCover';
import { MIN_PAYOUT, WAITING_MS } from '../../domain/book/product.ts';
import type { BookContext } from './bookContext.ts';
import { limitsOf, readTotals } from './exposure.ts';
import { INSTRUMENTS, PARAMS } from './market.ts';
import { eventsIn } from './quotes.ts';

type LeverageBySide = Record<Side, number | null>;
export type ProductNow = { readonly product: Product; readonly offSale: SalesStopReason | null };
export type MarketNow = {
  readonly instId: string;
  readonly mark: { readonly px: string; readonly atMs: EpochMs } | null;
  readonly stale: boolean;
  readonly stopped: SalesStopReason | null;
  readonly maxLeverage: LeverageBySide;
  readonly fixedPriceMaxLeverage: LeverageBySide;
};
export type Shop = { readonly products: readonly ProductNow[]; readonly markets: readonly MarketNow[] };

/** The book's sums for showing what is on sale are at most this old; sales never rest on them. */
const FRESH_MS = 2 * SECOND_MS;

/** Reads what is on sale now and, where not, why; the book's sums are asked for once, whoever looks. */
export function shopReader(ctx: BookContext): () => Promise<Shop> {
  let last: { readonly atMs: EpochMs; readonly totals: Promise<BookTotals> } | null = null;
  const totals = (nowMs: EpochMs): Promise<BookTotals> => {
    if (last && Math.abs(nowMs - last.atMs) < FRESH_MS) return last.totals;
    const read = readTotals(ctx, ctx.db, nowMs, { account: null, except: null, risk: ctx.market.risk(nowMs) });
    last = { atMs: nowMs, totals: read };
    read.catch(() => {
      last = null; // Whoever asked hears of it; the next one asks anew.
    });
    return read;
  };
  return async () => {
    const nowMs = ctx.clock.now();
    const book = await totals(nowMs);
    const markets = INSTRUMENTS.map((instId) => marketNow(ctx, instId, nowMs));
    return { markets, products: PRODUCTS.map((product) => ({ product, offSale: offSale(ctx, product, book, nowMs) })) };
  };
}

/** The first reason that leaves nothing of a product to sell; null while anything is. */
function offSale(ctx: BookContext, product: Product, book: BookTotals, nowMs: EpochMs): SalesStopReason | null {
  const limits = limitsOf(ctx);
  let first: SalesStopReason | null = null;
  for (const instId of INSTRUMENTS)
    for (const side of SIDES) {
      const reason = why(side, instId);
      if (reason === null) return null;
      first ??= reason;
    }
  return first;

  function why(side: Side, instId: string): SalesStopReason | null {
    if (ctx.sales.covering({ policyType: product.policyType, instId, side })) return 'STOPPED_BY_OPERATOR';
    if (ctx.exchange.stateAt(nowMs) === 'DOWN') return 'EXCHANGE_DOWN';
    const answer = ctx.market.at(instId, nowMs);
    if (!answer.open) return answer.reason;
    if (isTurbulent(product, answer.market, side, nowMs)) return 'MARKET_TURMOIL';
    const sums = book.sides[side];
    if (sums.restsUntilMs !== null) return 'CIRCUIT_BREAKER';
    const room = [
      limits.policy,
      limits.book - book.inForce,
      limits.side - sums.inForce,
      limits.hour - sums.soldLastHour,
    ];
    return room.some((left) => left < MIN_PAYOUT) ? 'NO_ROOM_IN_BOOK' : null;
  }
}

function isTurbulent(product: Product, market: Market, side: Side, nowMs: EpochMs): boolean {
  const startMs = nowMs + WAITING_MS;
  const nEvents = eventsIn(startMs, product.hours);
  const { horizon, hours } = product;
  const sigma = sigmaOf({ set: PARAMS, features: market.features, side, horizon, startMs, nEvents });
  return isTurmoil(market.lastHourVariance, hours, sigma);
}

const NONE: LeverageBySide = { long: null, short: null };

function marketNow(ctx: BookContext, instId: string, nowMs: EpochMs): MarketNow {
  const answer = ctx.market.at(instId, nowMs);
  const mark = ctx.market.lastMark(instId);
  const shown = mark ? { px: mark.markPx, atMs: mark.atMs } : null;
  const known = { instId, mark: shown };
  const isDown = ctx.exchange.stateAt(nowMs) === 'DOWN';
  if (!answer.open || isDown)
    return {
      ...known,
      stale: !answer.open && answer.reason !== 'PRICE_SOURCES_DISAGREE',
      stopped: answer.open || isDown ? 'EXCHANGE_DOWN' : answer.reason,
      maxLeverage: NONE,
      fixedPriceMaxLeverage: NONE,
    };
  const { market } = answer;
  const product = OKX_24H;
  const startMs = nowMs + WAITING_MS;
  const nEvents = eventsIn(startMs, product.hours);
  const highest = (pMax?: number): LeverageBySide => {
    const of = (side: Side): number | null =>
      acceptableNow({ set: PARAMS, product, market, side, startMs, nEvents }, pMax).maxLeverage;
    return { long: of('long'), short: of('short') };
  };
  const stoppedByOperator = SIDES.every((side) => ctx.sales.covering({ policyType: product.policyType, instId, side }));
  const turbulent = SIDES.every((side) => isTurbulent(product, market, side, nowMs));
  return {
    ...known,
    stale: false,
    stopped: stoppedByOperator ? 'STOPPED_BY_OPERATOR' : turbulent ? 'MARKET_TURMOIL' : null,
    maxLeverage: highest(),
    fixedPriceMaxLeverage: product.fixedPrice ? highest(product.fixedPrice.pMax) : NONE,
  };
}
