import { formatUsdc, usdc, type Usdc } from '@liqpass/kernel/money';
import { HOUR_MS, type EpochMs } from '@liqpass/kernel/time';
import type { QuoteRefusal, Side } from '@liqpass/kernel/vocabulary';
import { isTurmoil, type Market } from './market.ts';
import { RULES, type ParamSet } from './params.ts';
import { leverageAt, loadedSigma, priceCover, sigmaOf, smallestDistance, type Price } from './price.ts';
import type { Product } from './products.ts';
import { fractionUp, percentUp, type Refusal } from './refusal.ts';

/** How long a price lives, and by how much the probability may have risen at binding for it to be honoured. */
export const QUOTE_TTL_MS = 30_000;
export const HONOURED_RISE = 1.1;

export type CoverRequest = {
  readonly set: ParamSet;
  readonly product: Product;
  readonly market: Market;
  readonly side: Side;
  readonly liqPx: number;
  /** As set on the exchange; null when only the liquidation price is known. */
  readonly leverage: number | null;
  readonly payout: Usdc;
  /** When cover starts, and the releases inside its window (calendar.ts). */
  readonly startMs: EpochMs;
  readonly nEvents: number;
  /** True to buy at the product's fixed price, false at the computed one. */
  readonly fixedPrice: boolean;
};

export type Offer = {
  readonly offered: true;
  readonly price: Price;
  /** What is charged: the computed premium, or the fixed one. */
  readonly premium: Usdc;
  /** The margin that must be verified at binding for this payout, in USDT. */
  readonly minMargin: Usdc;
  /** At binding the price holds while the probability is at most this. */
  readonly honouredUpToProbability: number;
};
export type QuoteRefused = {
  readonly offered: false;
  readonly refusal: Refusal<QuoteRefusal | 'MARKET_TURMOIL'>;
  readonly price: Price | null;
};

/** Twice the payout: nobody may gain by being liquidated. */
export function minMarginFor(payout: Usdc): Usdc {
  return usdc(payout * BigInt(1 / RULES.maxPayoutToMargin));
}

/** What could be covered now at a probability of at most `pMax`: the smallest distance, and the highest whole leverage (null: none). */
export function acceptableNow(
  request: Pick<CoverRequest, 'set' | 'product' | 'market' | 'side' | 'startMs' | 'nEvents'>,
  pMax: number = RULES.pMax,
): { readonly minDistance: number; readonly maxLeverage: number | null } {
  const { market, side } = request;
  const modelSigma = sigmaOf({ ...request, features: market.features, horizon: request.product.horizon });
  const sigma = loadedSigma(modelSigma, side, market.features.rally);
  const minDistance = Math.max(RULES.dMin, smallestDistance(pMax, sigma));
  const maxLeverage = Math.min(request.product.maxLeverage, Math.floor(leverageAt(minDistance, side)));
  return { minDistance, maxLeverage: maxLeverage >= 1 ? maxLeverage : null };
}

/** Prices a cover and says whether it is sold: p ≤ 15 %, d ≥ 1 %, no turmoil, the product's leverage, the fixed price's own gate. */
export function quoteCover(request: CoverRequest): Offer | QuoteRefused {
  const { market, product, payout, side } = request;
  const refused = (
    code: QuoteRefused['refusal']['code'],
    message: string,
    params: Record<string, string> = {},
    price: Price | null = null,
  ): QuoteRefused => ({ offered: false, refusal: { code, message, params }, price });

  const fixed = request.fixedPrice ? product.fixedPrice : null;
  if (payout <= 0n || (request.fixedPrice && payout !== fixed?.payout)) {
    return refused('PAYOUT_NOT_OFFERED', 'This payout is not offered for this product.');
  }
  if (request.leverage !== null && request.leverage > product.maxLeverage) {
    const max = product.maxLeverage;
    return refused('LEVERAGE_TOO_HIGH', `${product.hours} hours of cover are sold at ${max}x or less.`, {
      max_leverage: String(max),
    });
  }
  const past = side === 'long' ? request.liqPx >= market.mark : request.liqPx <= market.mark;
  if (!Number.isFinite(request.liqPx) || request.liqPx < 0 || past) {
    const where = side === 'long' ? 'below' : 'above';
    return refused(
      'LIQUIDATION_PRICE_ON_WRONG_SIDE',
      `The liquidation price of a ${side} must lie ${where} the mark, ${market.mark}.`,
      { mark_px: String(market.mark) },
    );
  }

  const price = priceCover({
    ...request,
    features: market.features,
    mark: market.mark,
    horizon: product.horizon,
  });
  const wouldDo = (pMax: number): { params: Record<string, string>; sentence: string } => {
    const { minDistance, maxLeverage } = acceptableNow(request, pMax);
    const params: Record<string, string> = { min_distance: fractionUp(minDistance) };
    if (maxLeverage === null) return { params, sentence: `It must be at least ${percentUp(minDistance)} away.` };
    params['max_leverage'] = String(maxLeverage);
    const sentence = `At ${maxLeverage}x or less, or at least ${percentUp(minDistance)} away from the mark, it can be covered.`;
    return { params, sentence };
  };

  if (isTurmoil(market.lastHourVariance, product.hours, price.modelSigma)) {
    const retryAtMs = Math.floor(market.markAtMs / HOUR_MS + 1) * HOUR_MS;
    return refused(
      'MARKET_TURMOIL',
      'The last hour moved too much for a price to hold; sales go on when it calms, after the full hour at the earliest.',
      { retry_at_ms: String(retryAtMs) },
      price,
    );
  }
  if (price.distance < RULES.dMin) {
    const { params, sentence } = wouldDo(RULES.pMax);
    const message = `The liquidation price is ${(price.distance * 100).toFixed(2)} % from the mark, less than ${RULES.dMin * 100} %. ${sentence}`;
    return refused('TOO_CLOSE_TO_LIQUIDATION', message, params, price);
  }
  const likely = `${(price.probability * 100).toFixed(2)} %`;
  if (!(price.probability <= RULES.pMax)) {
    const { params, sentence } = wouldDo(RULES.pMax);
    const message = `A liquidation within ${product.hours} hours is too likely to be covered: ${likely}, at most ${RULES.pMax * 100} %. ${sentence}`;
    return refused('TOO_LIKELY', message, { ...params, probability: fractionUp(price.probability) }, price);
  }
  if (fixed && !(price.probability <= fixed.pMax)) {
    const { params, sentence } = wouldDo(fixed.pMax);
    const message = `${formatUsdc(fixed.premium)} does not buy ${formatUsdc(fixed.payout)} here: a liquidation is ${likely} likely, at most ${(fixed.pMax * 100).toFixed(2)} % is sold at that price. ${sentence}`;
    const all = {
      ...params,
      probability: fractionUp(price.probability),
      computed_premium: formatUsdc(price.premium),
    };
    return refused('FIXED_PRICE_DOES_NOT_HOLD', message, all, price);
  }

  const minMargin = minMarginFor(payout);
  return {
    offered: true,
    price,
    premium: fixed ? fixed.premium : price.premium,
    minMargin: fixed && fixed.minMargin > minMargin ? fixed.minMargin : minMargin,
    honouredUpToProbability: Math.min(RULES.pMax, Math.max(fixed?.pMax ?? 0, HONOURED_RISE * price.probability)),
  };
}
