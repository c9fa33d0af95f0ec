import { usdc } from '@liqpass/kernel/money';
import type { Usdc } from '@liqpass/kernel/money';
import type { Horizon } from './params.ts';

// What is sold: 24 h and 8 h; 7 days only up to 5x, because the model overcharges there by a fifth and a week is long;
// 30 days and 100x never.

/** The coins whose liquidations can be covered. They crash together: the book counts them as one risk. */
export const COINS = ['BTC', 'ETH'] as const;
export type Coin = (typeof COINS)[number];

/** The contracts of OKX that can be covered: settled in USDT, because losses are taken one for one as USDC. */
export const COIN_OF_INSTRUMENT: Readonly<Record<string, Coin>> = { 'BTC-USDT-SWAP': 'BTC', 'ETH-USDT-SWAP': 'ETH' };

/** The coin of an instrument; null when it is not covered. */
export function coinOf(instId: string): Coin | null {
  return Object.hasOwn(COIN_OF_INSTRUMENT, instId) ? (COIN_OF_INSTRUMENT[instId] ?? null) : null;
}

/** "1.00 buys 50": sold exactly where the probability and the margin really at risk allow it. */
export type FixedPrice = {
  readonly premium: Usdc;
  readonly payout: Usdc;
  readonly pMax: number;
  readonly minMargin: Usdc;
};
export type Product = {
  readonly policyType: string;
  readonly horizon: Horizon;
  readonly hours: number;
  /** Highest leverage sold, whatever the distance. */
  readonly maxLeverage: number;
  readonly fixedPrice: FixedPrice | null;
};

/** Out of sample, so gated, it paid 15–34 % of its premiums; ungated at 15x BTC 190 %, at 20x 400 %. */
const ONE_BUYS_FIFTY: FixedPrice = {
  premium: usdc(1_000_000n),
  payout: usdc(50_000_000n),
  pMax: 0.0139,
  minMargin: usdc(100_000_000n),
};

export const OKX_24H: Product = {
  policyType: 'OKX_24H',
  horizon: '24h',
  hours: 24,
  maxLeverage: 99,
  fixedPrice: ONE_BUYS_FIFTY,
};
export const OKX_8H: Product = { policyType: 'OKX_8H', horizon: '8h', hours: 8, maxLeverage: 99, fixedPrice: null };
export const OKX_7D: Product = { policyType: 'OKX_7D', horizon: '7d', hours: 168, maxLeverage: 5, fixedPrice: null };

export const PRODUCTS: readonly Product[] = [OKX_24H, OKX_8H, OKX_7D];

/** The product of a policy type; null when there is none. */
export function productOf(policyType: string): Product | null {
  return PRODUCTS.find((product) => product.policyType === policyType) ?? null;
}
