import { distanceTo } from '@liqpass/kernel/liqPrice';
import { isLiqPriceOf } from '@liqpass/kernel/liqPrice';
import { LiqPassError } from '@liqpass/api/errors';
import { formatUsdc, type Usdc } from '@liqpass/kernel/money';
import { formatIso, HOUR_MS, type EpochMs } from '@liqpass/kernel/time';
import type { Side } from '@liqpass/kernel/vocabulary';
import { eventsWithin } from '@liqpass/underwriting/calendar';
import type { Market } from '@liqpass/underwriting/market';
import { RULES } from '@liqpass/underwriting/params';
import { leverageAt, liquidationPriceAt } from '@liqpass/underwriting/price';
import { coinOf, productOf, PRODUCTS, type Product } from '@liqpass/underwriting/products';
import { QUOTE_TTL_MS, type Offer, type QuoteRefused } from '@liqpass/underwriting/quoteCover';
import { randomBytes, randomUUID } from 'node:crypto';
import { freeQuoteRoom, lockBook } from '../../db/book/exposureRepo.ts';
import { insertQuote, type StoredQuote } from '../../db/book/quotesRepo.ts';
import { MAX_START_AHEAD_MS, MIN_PAYOUT, offerCover, PAYOUT_CHOICES, WAITING_MS } from '../../domain/book/product.ts';
import type { BookContext } from './bookContext.ts';
import { inTransaction, limitsOf, takeRoom } from './exposure.ts';
import { INSTRUMENTS, PARAMS } from './market.ts';
import { refuseStopped, salesStopped } from './sales.ts';

export type QuoteRequest = {
  readonly policyType: string;
  readonly instId: string;
  readonly side: Side;
  /** Where the position is, or would be, liquidated: by its leverage at the mark, or by its price. */
  readonly at: { readonly leverage: number } | { readonly liqPx: string };
  readonly payout: Usdc;
  /** From when it is to cover; null: from ten minutes ahead, which is the earliest. */
  readonly startMs: EpochMs | null;
  /** An earlier quote of the same buyer: the room it holds is given back first. */
  readonly replaces: string | null;
  /** Who asks, by wallet or address, as their requests are counted. */
  readonly caller: string;
};

export type Cheaper = {
  readonly leverage: number;
  readonly liqPx: string;
  readonly probability: number;
  readonly premium: Usdc;
};
export type Quote = {
  readonly stored: Omit<StoredQuote, 'purchaseOrderId'>;
  readonly product: Product;
  readonly offer: Offer;
  readonly events: number;
  readonly market: Market;
  readonly cheaper: readonly Cheaper[];
  /** The largest payout that costs no more at this place; null where each costs more. */
  readonly morePayout: Usdc | null;
  readonly signature: string;
  readonly typedData: unknown;
};

/** The releases that move the market inside a window of `hours` from `startMs`. */
export const eventsIn = (startMs: EpochMs, hours: number): number =>
  eventsWithin(startMs, startMs + hours * HOUR_MS).length;

/** The product of a policy type; refused where there is none. */
export function readProduct(policyType: string): Product {
  const product = productOf(policyType);
  if (!product)
    throw new LiqPassError(
      'PRODUCT_NOT_FOUND',
      `There is no product ${policyType}: ${PRODUCTS.map((each) => each.policyType).join(', ')} are sold.`,
    );
  return product;
}

/** The market of an instrument, where it can be sold on now; refused with the reason where not. */
export function readMarket(ctx: BookContext, instId: string): Market {
  if (coinOf(instId) === null)
    throw new LiqPassError('PRODUCT_NOT_FOUND', `${instId} is not covered: ${INSTRUMENTS.join(' and ')} are.`);
  const answer = ctx.market.at(instId, ctx.clock.now());
  if (!answer.open) throw salesStopped(answer.reason);
  return answer.market;
}

/**
 * Prices a cover and holds room for it until the quote expires; refused where it is not sold, with what would be. The
 * price is computed before the book's lock is taken, and nothing is awaited under it but the database.
 */
export async function issueQuote(ctx: BookContext, request: QuoteRequest): Promise<Quote> {
  const nowMs = ctx.clock.now();
  const product = readProduct(request.policyType);
  refuseStopped(ctx, request);
  const market = readMarket(ctx, request.instId);
  refusePayout(ctx, request.payout);

  const { side, payout } = request;
  refusePriceOfAnother(request, market);
  if (request.startMs !== null && request.startMs > nowMs + MAX_START_AHEAD_MS)
    throw new LiqPassError(
      'START_TOO_FAR',
      `Cover can start until ${formatIso(nowMs + MAX_START_AHEAD_MS)}, an hour ahead: a price is of the market now.`,
    );
  // What covers later is priced as of then: its hours of the day, and the events in them.
  const fromMs = Math.max(nowMs, (request.startMs ?? 0) - WAITING_MS);
  const priced = priceAt(product, market, side, request.at, payout, fromMs);
  if (!priced.offer.offered) throw quoteRefused(priced.offer, whatWouldDo(product, market, request, fromMs));
  const { offer, liqPx, leverage, events } = priced;
  const stored = {
    policyType: product.policyType,
    instId: request.instId,
    side,
    leverage,
    markPx: ctx.market.lastMark(request.instId)?.markPx ?? priceText(market.mark),
    liqPx,
    probability: offer.price.probability,
    honouredUpTo: offer.honouredUpToProbability,
    premium: offer.premium,
    payout,
    fixedPrice: offer.fixedPrice,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + QUOTE_TTL_MS,
  };
  const signed = await ctx.quoteSigner.sign({
    ...stored,
    probabilityE9: BigInt(Math.ceil(offer.price.probability * 1e9)),
    salt: `0x${randomBytes(32).toString('hex')}`,
  });
  const quote = { quoteHash: signed.quoteHash, ...stored };
  await inTransaction(ctx.db, async (trx) => {
    if (request.replaces !== null) {
      await lockBook(trx);
      await freeQuoteRoom(trx, request.replaces, nowMs);
    }
    await insertQuote(trx, quote);
    await takeRoom(ctx, trx, {
      id: randomUUID(),
      quoteHash: quote.quoteHash,
      purchaseOrderId: null,
      policyType: quote.policyType,
      instId: quote.instId,
      side,
      liqPx,
      payout,
      probability: quote.probability,
      mainAccount: null,
      margin: null,
      soldAtMs: nowMs,
      heldUntilMs: quote.expiresAtMs,
      tentativeOf: request.caller,
    });
  });
  return {
    stored: quote,
    product,
    offer,
    events,
    market,
    cheaper: cheaperThan(product, market, side, payout, fromMs, { leverage, premium: offer.premium }),
    morePayout: moreForIt(ctx, request, { product, market }, offer.premium, fromMs),
    signature: signed.signature,
    typedData: signed.typedData,
  };
}

function refusePayout(ctx: BookContext, payout: Usdc): void {
  const most = limitsOf(ctx).policy;
  if (payout < MIN_PAYOUT)
    throw new LiqPassError('QUOTE_REFUSED', `Payouts from ${formatUsdc(MIN_PAYOUT)} USDC are offered.`, {
      params: { reason: 'PAYOUT_NOT_OFFERED', min_payout: formatUsdc(MIN_PAYOUT) },
    });
  if (payout > most)
    throw new LiqPassError('QUOTE_REFUSED', `One cover pays at most ${formatUsdc(most)} USDC now.`, {
      params: { reason: 'PAYOUT_ABOVE_POLICY_LIMIT', max_payout: formatUsdc(most) },
    });
}

/** The highest whole leverage that anybody may name. */
const MOST_LEVERAGE = 125;

/**
 * What is sold instead of what was refused, tried and not reckoned: the highest leverage of this cover, as leverage and as the
 * distance and price that it means; where there is none, a shorter cover of the same position.
 */
function whatWouldDo(
  product: Product,
  market: Market,
  { side, at, payout }: QuoteRequest,
  nowMs: EpochMs,
): Readonly<Record<string, string>> {
  const asked = 'leverage' in at ? Math.min(MOST_LEVERAGE, Math.ceil(at.leverage)) : MOST_LEVERAGE;
  for (let leverage = asked; leverage >= 1; leverage -= 1) {
    const { offer, liqPx } = priceAt(product, market, side, { leverage }, payout, nowMs);
    if (offer.offered)
      return {
        max_leverage: String(leverage),
        min_distance: distanceTo(Number(liqPx), market.mark, side).toFixed(4),
        liq_px: liqPx,
      };
  }
  const shorter = PRODUCTS.filter(({ hours }) => hours < product.hours)
    .toSorted((a, b) => b.hours - a.hours)
    .find((other) => priceAt(other, market, side, at, payout, nowMs).offer.offered);
  return shorter ? { policy_type: shorter.policyType, hours: String(shorter.hours) } : {};
}

/** A liquidation price of the other instrument, or a slip of the finger, is not priced as if it were far away. */
function refusePriceOfAnother({ instId, at }: QuoteRequest, { mark }: Market): void {
  if ('liqPx' in at && !isLiqPriceOf(Number(at.liqPx), mark))
    throw new LiqPassError(
      'QUOTE_REFUSED',
      `${at.liqPx} is no liquidation price of ${instId}, whose mark is ${priceText(mark)}: look at the position's own page on OKX.`,
      { params: { reason: 'LIQUIDATION_PRICE_OF_ANOTHER' } },
    );
}

function quoteRefused({ refusal }: QuoteRefused, instead: Readonly<Record<string, string>>): LiqPassError {
  const { code, message, params: reckoned } = refusal;
  const nearer = new Set(['LEVERAGE_TOO_HIGH', 'TOO_LIKELY', 'TOO_CLOSE_TO_LIQUIDATION']);
  // One number: what was tried, in place of what one rule alone would allow.
  const { max_leverage: _leverage, min_distance: _distance, ...others } = reckoned;
  const params = nearer.has(code) ? { ...others, ...instead } : reckoned;
  if (code === 'MARKET_TURMOIL') return salesStopped('MARKET_TURMOIL', { message, params });
  return new LiqPassError('QUOTE_REFUSED', message, { params: { reason: code, ...params } });
}

/** A price as text with at most four decimals, as exchanges quote them; what is signed is what was priced. */
export const priceText = (price: number): string => price.toFixed(4).replace(/\.?0+$/, '');

type Priced = {
  readonly offer: ReturnType<typeof offerCover>;
  readonly liqPx: string;
  readonly leverage: number;
  readonly events: number;
};

/** The price of one cover that would be bought now, by leverage at the mark or by liquidation price. */
export function priceAt(
  product: Product,
  market: Market,
  side: Side,
  at: QuoteRequest['at'],
  payout: Usdc,
  nowMs: EpochMs,
): Priced {
  const liqPx = 'liqPx' in at ? at.liqPx : priceText(liquidationPriceAt(market.mark, at.leverage, side));
  const distance = distanceTo(Number(liqPx), market.mark, side);
  // With the liquidation price alone the leverage is the one that a position opened now would have.
  const leverage =
    'leverage' in at ? at.leverage : Math.round(Math.max(1, leverageAt(Math.max(0, distance), side)) * 100) / 100;
  const startMs = nowMs + WAITING_MS;
  const events = eventsIn(startMs, product.hours);
  const offer = offerCover({
    set: PARAMS,
    product,
    market,
    side,
    liqPx: Number(liqPx),
    // Nearer than anything is sold, it is the distance that is wrong and not a leverage that nobody named.
    leverage: 'leverage' in at || distance >= RULES.dMin ? leverage : null,
    payout,
    startMs,
    nEvents: events,
  });
  return { offer, liqPx, leverage, events };
}

/** The smallest premium buys more than one payout, and the fixed price may buy less than a computed one: whoever asks is told. */
function moreForIt(
  ctx: BookContext,
  { side, at, payout }: QuoteRequest,
  { product, market }: { readonly product: Product; readonly market: Market },
  premium: Usdc,
  nowMs: EpochMs,
): Usdc | null {
  const most = limitsOf(ctx).policy;
  const larger = PAYOUT_CHOICES.filter((each) => each > payout && each <= most).toReversed();
  return (
    larger.find((each) => {
      const { offer } = priceAt(product, market, side, at, each, nowMs);
      return offer.offered && offer.premium <= premium;
    }) ?? null
  );
}

/** Steps down in leverage that a trader would take. */
const LADDER = [75, 50, 40, 30, 25, 20, 15, 12, 10, 8, 7, 6, 5, 4, 3, 2];
const MOST_CHEAPER = 3;

function cheaperThan(
  product: Product,
  market: Market,
  side: Side,
  payout: Usdc,
  nowMs: EpochMs,
  than: { readonly leverage: number; readonly premium: Usdc },
): Cheaper[] {
  const found: Cheaper[] = [];
  let least = than.premium;
  for (const leverage of LADDER) {
    if (leverage >= than.leverage || found.length === MOST_CHEAPER) continue;
    const { offer, liqPx } = priceAt(product, market, side, { leverage }, payout, nowMs);
    if (!offer.offered || offer.premium >= least) continue;
    least = offer.premium;
    found.push({ leverage, liqPx, probability: offer.price.probability, premium: offer.premium });
  }
  return found;
}
