import { formatUsdc, parseUsdc, type Usdc } from '@liqpass/kernel/money';
import { formatIso, HOUR_MS, MINUTE_MS, type EpochMs, type Window } from '@liqpass/kernel/time';
import { chainName } from '@liqpass/kernel/chains';
import { BASE_CHAIN_ID } from '@liqpass/kernel/vocabulary';
import { invariant } from '@liqpass/kernel/invariant';
import { quoteCover, type CoverRequest, type Offer, type QuoteRefused } from '@liqpass/underwriting/quoteCover';

/** What is sold: the server, never the client, is the authority on price. */
export type Product = {
  readonly policyType: string;
  /** The longest window sold, and the one the server sets. */
  readonly coverMs: number;
  readonly premium: Usdc;
  readonly payoutFixed: Usdc;
  readonly payoutCap: Usdc;
};

const amount = (text: string): Usdc => {
  const value = parseUsdc(text);
  invariant(value !== null, `not an amount: ${text}`);
  return value;
};

/** The catalogue of fixed prices. */
export const PRODUCTS: readonly Product[] = [
  {
    policyType: 'OKX_24H',
    coverMs: 24 * HOUR_MS,
    premium: amount('1.00'),
    payoutFixed: amount('50'),
    payoutCap: amount('50'),
  },
];

/** Where premiums are paid, unless CHAIN_ID says another chain. */
export const CHAINS: readonly number[] = [BASE_CHAIN_ID];

/** Cover begins this long after buying or paying: the mark price must not be about to touch the liquidation price already. */
export const WAITING_MS = 10 * MINUTE_MS;

/** A quoted price may be paid for this long after it was last computed: the market moves on, and a price is no free option. */
export const PAY_WITHIN_MS = 30 * MINUTE_MS;

export type Application = {
  readonly policyType: string;
  readonly chainId: number;
  readonly premium: Usdc;
  readonly payoutFixed: Usdc;
  readonly payoutCap: Usdc;
  readonly startMs: EpochMs | null;
  readonly endMs: EpochMs | null;
  /** The end of the cover that it follows: it begins then at the earliest. null where it follows none. */
  readonly afterMs?: EpochMs | null;
};

/** What refuses an application, and what the sentence in the reader's language takes from it. */
type Refusal<Code> = {
  readonly accepted: false;
  readonly code: Code;
  readonly message: string;
  readonly params?: Readonly<Record<string, string>>;
};

export type ApplicationDecision =
  | {
      readonly accepted: true;
      readonly window: Window;
      /** Whether the window moves to the payment. */ readonly windowMoves: boolean;
    }
  | Refusal<
      | 'PRODUCT_NOT_FOUND'
      | 'CHAIN_NOT_SUPPORTED'
      | 'PREMIUM_NOT_ACCEPTABLE'
      | 'PAYOUT_NOT_ACCEPTABLE'
      | 'COVERAGE_WINDOW_NOT_ACCEPTABLE'
      | 'START_TOO_FAR'
    >;

const refuse = (
  code: Exclude<ApplicationDecision, { accepted: true }>['code'],
  message: string,
): ApplicationDecision => ({ accepted: false, code, message });

const refuseChain = (chainId: number, chains: readonly number[]): ApplicationDecision => {
  const network = chains.map(chainName).join(', ');
  return {
    accepted: false,
    code: 'CHAIN_NOT_SUPPORTED',
    message: `Premiums are paid on ${network} (chain ${chains.join(', ')}), not on chain ${chainId}.`,
    params: { network },
  };
};

/** Whether an application is one of the things sold, and the window it gets. */
export function decideApplication(
  application: Application,
  nowMs: EpochMs,
  chains: readonly number[] = CHAINS,
): ApplicationDecision {
  const product = PRODUCTS.find((candidate) => candidate.policyType === application.policyType);
  if (!product)
    return refuse(
      'PRODUCT_NOT_FOUND',
      `There is no product ${application.policyType}: ${PRODUCTS.map((each) => each.policyType).join(', ')} is sold.`,
    );
  if (!chains.includes(application.chainId)) return refuseChain(application.chainId, chains);
  if (application.premium !== product.premium)
    return refuse(
      'PREMIUM_NOT_ACCEPTABLE',
      `The premium of ${product.policyType} is ${formatUsdc(product.premium)} USDC.`,
    );
  if (application.payoutFixed !== product.payoutFixed || application.payoutCap !== product.payoutCap)
    return refuse(
      'PAYOUT_NOT_ACCEPTABLE',
      `${product.policyType} pays ${formatUsdc(product.payoutFixed)} USDC, at most ${formatUsdc(product.payoutCap)} USDC.`,
    );
  return decideWindow(application, product.coverMs, nowMs);
}

/** A given start may be so far ahead: the price is of today's market. */
export const MAX_START_AHEAD_MS = HOUR_MS;

/** The window asked for where it is given, else from WAITING_MS from now, or from the end of the cover that it follows; half-open, never longer than `coverMs`. */
export function decideWindow(
  asked: Pick<Application, 'startMs' | 'endMs' | 'afterMs'>,
  coverMs: number,
  nowMs: EpochMs,
): ApplicationDecision {
  const startMs = asked.startMs ?? Math.max(nowMs + WAITING_MS, asked.afterMs ?? 0);
  const endMs = asked.endMs ?? startMs + coverMs;
  if (endMs <= startMs)
    return refuse(
      'COVERAGE_WINDOW_NOT_ACCEPTABLE',
      'The cover window ends before it starts: coverageEndAt must be later than coverageStartAt.',
    );
  if (startMs > nowMs + MAX_START_AHEAD_MS)
    return refuse(
      'START_TOO_FAR',
      `Cover can start until ${formatIso(nowMs + MAX_START_AHEAD_MS)}, an hour ahead: a price is of the market now.`,
    );
  if (endMs - startMs > coverMs)
    return refuse(
      'COVERAGE_WINDOW_NOT_ACCEPTABLE',
      `The cover window is longer than the ${coverMs / HOUR_MS} hours sold.`,
    );
  return { accepted: true, window: { startMs, endMs }, windowMoves: asked.startMs === null && asked.endMs === null };
}

/** Payouts below this are not offered: the smallest premium would eat them. */
export const MIN_PAYOUT: Usdc = amount('10');
/** What the shop shows; any amount from MIN_PAYOUT up to the book's limit for one policy is quoted. */
export const PAYOUT_CHOICES: readonly Usdc[] = ['25', '50', '100', '250', '500'].map(amount);

export type CoverOffer = (Offer & { readonly fixedPrice: boolean }) | QuoteRefused;

/**
 * What a cover costs now. The catalogue's price ("1.00 buys 50") where it holds, otherwise the computed one. A cover that
 * pays more than the catalogue's costs at least as much as that one: more cover is never sold for less.
 */
export function offerCover(request: Omit<CoverRequest, 'fixedPrice'>): CoverOffer {
  const computed = quoteCover({ ...request, fixedPrice: false });
  const fixed = request.product.fixedPrice;
  if (!computed.offered) return computed;
  if (!fixed || request.payout < fixed.payout) return { ...computed, fixedPrice: false };
  if (request.payout === fixed.payout) {
    const atFixed = quoteCover({ ...request, fixedPrice: true });
    return atFixed.offered ? { ...atFixed, fixedPrice: true } : { ...computed, fixedPrice: false };
  }
  const premium = computed.premium > fixed.premium ? computed.premium : fixed.premium;
  return { ...computed, premium, fixedPrice: false };
}

/** What an order says beside its quote. */
export type QuotedTerms = { readonly policyType: string; readonly premium: Usdc; readonly payout: Usdc };

/** Whether an order is the one that was quoted, and the window it gets: from now, for as long as was priced. */
export function decideQuotedApplication(
  application: Application,
  quoted: QuotedTerms & { readonly coverMs: number },
  nowMs: EpochMs,
  chains: readonly number[] = CHAINS,
): ApplicationDecision | Refusal<'QUOTE_HASH_MISMATCH'> {
  if (!chains.includes(application.chainId)) return refuseChain(application.chainId, chains);
  const same =
    application.policyType === quoted.policyType &&
    application.premium === quoted.premium &&
    application.payoutFixed === quoted.payout &&
    application.payoutCap === quoted.payout;
  if (!same)
    return {
      accepted: false,
      code: 'QUOTE_HASH_MISMATCH',
      message: `The quote is for ${quoted.policyType}: ${formatUsdc(quoted.premium)} buys ${formatUsdc(quoted.payout)} USDC. The order must say the same.`,
    };
  // The price is of the hours from now on: a later start is another price.
  if (
    application.startMs !== null &&
    application.startMs > nowMs + WAITING_MS &&
    application.startMs <= nowMs + MAX_START_AHEAD_MS
  )
    return refuse(
      'COVERAGE_WINDOW_NOT_ACCEPTABLE',
      'A quoted price is for cover from now on: leave coverageStartAt out, or let it begin within 10 minutes.',
    );
  return decideWindow(application, quoted.coverMs, nowMs);
}
