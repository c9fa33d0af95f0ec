import { formatUsdc, shareDown, type Usdc } from '@liqpass/kernel/money';
import type { EligibilityRefusal, Side } from '@liqpass/kernel/vocabulary';
import { MAINTENANCE, type Price } from './price.ts';
import { coinOf } from './products.ts';
import { HONOURED_RISE, quoteCover, type CoverRequest, type QuoteRefused } from './quoteCover.ts';
import { fractionUp, type Refusal } from './refusal.ts';

/** The position as the snapshot shows it. */
export type BoundPosition = {
  readonly instId: string;
  readonly marginMode: string;
  readonly side: Side;
  readonly leverage: number;
  /** Margin really at risk for the insured part, USDT taken as USDC, rounded down: margin × insuredPos / |pos|. */
  readonly margin: Usdc;
  readonly liqPx: number;
  /** For the cross-check only: entry price, margin of the whole position and its size in coins. Null where not read. */
  readonly ledger: { readonly entry: number; readonly margin: number; readonly coins: number } | null;
  /** OKX's tier for this size; null where it could not be read. */
  readonly tier: number | null;
};

export type BindingFacts = Omit<CoverRequest, 'side' | 'liqPx' | 'leverage'> & {
  readonly position: BoundPosition;
  /** The quote the order carries; null when it was ordered at the fixed price, or at whatever the price is now. */
  readonly quoted: {
    readonly instId: string;
    readonly side: Side;
    readonly probability: number;
    readonly premium: Usdc;
  } | null;
  /** The live covers of the same main account, this one not among them, each with the margin verified for it. */
  readonly otherCovers: readonly { readonly payout: Usdc; readonly margin: Usdc }[];
};

/** The verifier refuses cross margin itself; the same word is used when it is met here. */
export type BindingRefusal = EligibilityRefusal | 'CROSS_MARGIN' | 'PRICE_MOVED';
export type BindingDecision =
  | {
      readonly eligible: true;
      readonly price: Price;
      /** What is charged: the quoted premium when it is honoured, else the fixed or the computed one. */
      readonly premium: Usdc;
      /** What could not be checked, for the operator: missing data is never a denial. */
      readonly unchecked: readonly ('TIER' | 'LIQ_PRICE')[];
      /** What did not fit, for the operator: OKX's liqPx is more than 1 % of the mark from our own computation. */
      readonly doubts: readonly 'LIQ_PRICE_DISAGREES'[];
    }
  | {
      readonly eligible: false;
      readonly refusal: Refusal<BindingRefusal>;
      /** The price now, where there is one: what a new quote would say. */
      readonly price: Price | null;
    };

const HIGHEST_TIER = 2;
const LIQ_PRICE_TOLERANCE = 0.01;

/** The cross-check of OKX's liqPx from entry, margin and size: long (E − M/q)/(1 − m), short (E + M/q)/(1 + m), tier 1. */
export function liquidationPriceOf(entry: number, margin: number, coins: number, side: Side): number {
  const cushion = margin / Math.abs(coins);
  return side === 'long' ? (entry - cushion) / (1 - MAINTENANCE) : (entry + cushion) / (1 + MAINTENANCE);
}

/**
 * What a main account may be promised in all, by rule 2 against the insured: half of the largest single margin verified.
 * Margins are not added up: the same USDT can be moved from one position to the next between two bindings. So two
 * purchases get no more than one could, in whatever order they come.
 */
export function accountPayoutLimit(margins: readonly Usdc[]): Usdc {
  const largest = margins.reduce((most, margin) => (margin > most ? margin : most));
  return shareDown(largest, 1n, 2n);
}

const FROM_QUOTE: Readonly<Record<QuoteRefused['refusal']['code'], EligibilityRefusal>> = {
  TOO_LIKELY: 'TOO_LIKELY',
  TOO_CLOSE_TO_LIQUIDATION: 'TOO_CLOSE_TO_LIQUIDATION',
  LIQUIDATION_PRICE_ON_WRONG_SIDE: 'ALREADY_TOUCHED',
  // Asked of what somebody types; a price that the exchange shows is its own.
  LIQUIDATION_PRICE_OF_ANOTHER: 'POSITION_DIFFERS_FROM_QUOTE',
  LEVERAGE_TOO_HIGH: 'LEVERAGE_TOO_HIGH',
  FIXED_PRICE_DOES_NOT_HOLD: 'FIXED_PRICE_DOES_NOT_HOLD',
  MARKET_TURMOIL: 'MARKET_TURMOIL',
  // Payouts are decided when the order is made; here they can only be too large for the margin.
  PAYOUT_ABOVE_POLICY_LIMIT: 'MARGIN_TOO_SMALL',
  PAYOUT_NOT_OFFERED: 'MARGIN_TOO_SMALL',
};

/** Whether a position can be insured as the snapshot shows it, and at what premium. The book's own limits come after (book.ts). */
export function decideBinding(facts: BindingFacts): BindingDecision {
  const { position, payout, quoted } = facts;
  const refuse = (
    code: BindingRefusal,
    message: string,
    params: Record<string, string> = {},
    price: Price | null = null,
  ): BindingDecision => ({ eligible: false, refusal: { code, message, params }, price });

  if (coinOf(position.instId) !== facts.market.coin) {
    return refuse('INSTRUMENT_NOT_COVERED', 'Only BTC-USDT-SWAP and ETH-USDT-SWAP can be covered.');
  }
  if (position.marginMode !== 'isolated') {
    return refuse(
      'CROSS_MARGIN',
      'Only isolated positions can be covered: a cross position has no liquidation price of its own.',
    );
  }
  if (position.tier !== null && position.tier > HIGHEST_TIER) {
    return refuse(
      'TIER_TOO_HIGH',
      `A position of tier ${position.tier} is too large; up to tier ${HIGHEST_TIER} can be covered.`,
      {
        max_tier: String(HIGHEST_TIER),
      },
    );
  }
  if (quoted && (quoted.instId !== position.instId || quoted.side !== position.side)) {
    return refuse(
      'POSITION_DIFFERS_FROM_QUOTE',
      `The quote is for a ${quoted.side} of ${quoted.instId}, the position is a ${position.side} of ${position.instId}. Ask for a new quote.`,
    );
  }

  // A quote at the fixed price is honoured like any other, so that only an order without one meets the fixed price's gate.
  const atFixedPrice = facts.fixedPrice && quoted === null;
  const answer = quoteCover({
    ...facts,
    side: position.side,
    liqPx: position.liqPx,
    leverage: position.leverage,
    fixedPrice: atFixedPrice,
  });
  if (!answer.offered) {
    const { code, message, params } = answer.refusal;
    return refuse(FROM_QUOTE[code], message, params, answer.price);
  }
  const { price } = answer;

  const fixedMargin = facts.fixedPrice ? facts.product.fixedPrice?.minMargin : undefined;
  const needed = fixedMargin && fixedMargin > answer.minMargin ? fixedMargin : answer.minMargin;
  if (position.margin < needed) {
    const maxPayout = formatUsdc(shareDown(position.margin, 1n, 2n));
    return refuse(
      'MARGIN_TOO_SMALL',
      `A payout of ${formatUsdc(payout)} needs ${formatUsdc(needed)} USDT of margin, this position has ${formatUsdc(position.margin)}: at most ${maxPayout} can be covered.`,
      { max_payout: maxPayout, min_margin: formatUsdc(needed) },
      price,
    );
  }
  const limit = accountPayoutLimit([position.margin, ...facts.otherCovers.map((cover) => cover.margin)]);
  const promised = facts.otherCovers.reduce((sum, cover) => sum + cover.payout, 0n);
  if (promised + payout > limit) {
    const left = promised < limit ? shareDown(limit, limit - promised, limit) : shareDown(limit, 0n, 1n);
    return refuse(
      'ACCOUNT_LIMIT_REACHED',
      `All covers of one account together pay at most half of its largest verified margin, ${formatUsdc(limit)}: at most ${formatUsdc(left)} more can be covered.`,
      { max_payout: formatUsdc(left) },
      price,
    );
  }

  const risen = quoted !== null && price.probability > HONOURED_RISE * quoted.probability;
  // A new quote that costs no more than the old one would be a formality.
  if (quoted && risen && price.premium > quoted.premium) {
    return refuse(
      'PRICE_MOVED',
      `The price has moved: the same cover now costs ${formatUsdc(price.premium)} instead of ${formatUsdc(quoted.premium)}. Ask for a new quote.`,
      {
        premium: formatUsdc(price.premium),
        probability: fractionUp(price.probability),
        quoted_premium: formatUsdc(quoted.premium),
      },
      price,
    );
  }

  const { ledger, side, liqPx } = position;
  const computed = ledger ? liquidationPriceOf(ledger.entry, ledger.margin, ledger.coins, side) : null;
  const disagrees = computed !== null && Math.abs(computed - liqPx) / facts.market.mark > LIQ_PRICE_TOLERANCE;
  const unchecked: ('TIER' | 'LIQ_PRICE')[] = [];
  if (position.tier === null) unchecked.push('TIER');
  if (computed === null) unchecked.push('LIQ_PRICE');
  return {
    eligible: true,
    price,
    premium: quoted ? quoted.premium : answer.premium,
    unchecked,
    doubts: disagrees ? ['LIQ_PRICE_DISAGREES'] : [],
  };
}
