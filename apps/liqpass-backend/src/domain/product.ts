import { formatUsdc, parseUsdc, type Usdc } from '@liqpass/kernel/money';
import { HOUR_MS, MINUTE_MS, type EpochMs, type Window } from '@liqpass/kernel/time';
import { BASE_CHAIN_ID } from '@liqpass/kernel/vocabulary';
import { invariant } from '@liqpass/kernel/invariant';

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

export const CHAINS: readonly number[] = [BASE_CHAIN_ID];

/** Cover begins this long after buying or paying: the mark price must not be about to touch the liquidation price already. */
export const WAITING_MS = 10 * MINUTE_MS;

export type Application = {
  readonly policyType: string;
  readonly chainId: number;
  readonly premium: Usdc;
  readonly payoutFixed: Usdc;
  readonly payoutCap: Usdc;
  readonly startMs: EpochMs | null;
  readonly endMs: EpochMs | null;
};

export type ApplicationDecision =
  | {
      readonly accepted: true;
      readonly window: Window;
      /** Whether the window moves to the payment. */ readonly windowMoves: boolean;
    }
  | {
      readonly accepted: false;
      readonly code:
        | 'PRODUCT_NOT_FOUND'
        | 'CHAIN_NOT_SUPPORTED'
        | 'PREMIUM_NOT_ACCEPTABLE'
        | 'PAYOUT_NOT_ACCEPTABLE'
        | 'COVERAGE_WINDOW_NOT_ACCEPTABLE';
      readonly message: string;
    };

const refuse = (
  code: Exclude<ApplicationDecision, { accepted: true }>['code'],
  message: string,
): ApplicationDecision => ({ accepted: false, code, message });

/** Whether an application is one of the things sold, and the window it gets. */
export function decideApplication(application: Application, nowMs: EpochMs): ApplicationDecision {
  const product = PRODUCTS.find((candidate) => candidate.policyType === application.policyType);
  if (!product)
    return refuse(
      'PRODUCT_NOT_FOUND',
      `There is no product ${application.policyType}: ${PRODUCTS.map((each) => each.policyType).join(', ')} is sold.`,
    );
  if (!CHAINS.includes(application.chainId))
    return refuse(
      'CHAIN_NOT_SUPPORTED',
      `Premiums are paid on Base (chain ${CHAINS.join(', ')}), not on chain ${application.chainId}.`,
    );
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

/** The window asked for where it is given, else from WAITING_MS from now; half-open, never longer than `coverMs`. */
export function decideWindow(
  asked: Pick<Application, 'startMs' | 'endMs'>,
  coverMs: number,
  nowMs: EpochMs,
): ApplicationDecision {
  const startMs = asked.startMs ?? nowMs + WAITING_MS;
  const endMs = asked.endMs ?? startMs + coverMs;
  if (endMs <= startMs)
    return refuse(
      'COVERAGE_WINDOW_NOT_ACCEPTABLE',
      'The cover window ends before it starts: coverageEndAt must be later than coverageStartAt.',
    );
  if (endMs - startMs > coverMs)
    return refuse(
      'COVERAGE_WINDOW_NOT_ACCEPTABLE',
      `The cover window is longer than the ${coverMs / HOUR_MS} hours sold.`,
    );
  return { accepted: true, window: { startMs, endMs }, windowMoves: asked.startMs === null && asked.endMs === null };
}
