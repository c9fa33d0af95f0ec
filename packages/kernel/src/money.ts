import { invariant } from './invariant.ts';

declare const usdcBrand: unique symbol;
/** An amount of USDC in millionths (USDC has 6 decimals). Never a float; never negative unless a name says so. */
export type Usdc = bigint & { readonly [usdcBrand]: true };

export const USDC_DECIMALS = 6;
const ONE = 1_000_000n;
/** The largest amount that NUMERIC(38,6) holds: 32 digits before the point. */
const MAX = 10n ** 38n - 1n;

const PATTERN = /^(0|[1-9]\d{0,31})(?:\.(\d{1,6}))?$/;

/** Whether `text` is a plain decimal amount: no sign, no exponent, no leading zero, at most 6 decimals. */
export function isUsdcText(text: string): boolean {
  return PATTERN.test(text);
}

/** Millionths from a decimal string ("1.00" → 1000000n); null when it is not one. */
export function parseUsdc(text: string): Usdc | null {
  const match = PATTERN.exec(text);
  if (!match) return null;
  const [, whole = '0', fraction = ''] = match;
  return usdc(BigInt(whole) * ONE + BigInt(fraction.padEnd(USDC_DECIMALS, '0')));
}

/** Brands millionths as an amount. */
export function usdc(millionths: bigint): Usdc {
  invariant(millionths >= 0n && millionths <= MAX, 'an amount is between 0 and 10^32 USDC');
  return millionths as Usdc;
}

/** The decimal string of an amount, with two decimals at least and six at most: 1000000n → "1.00", 7526867n → "7.526867". */
export function formatUsdc(amount: Usdc): string {
  const whole = amount / ONE;
  const fraction = (amount % ONE)
    .toString()
    .padStart(USDC_DECIMALS, '0')
    .replace(/0{1,4}$/, '');
  return `${whole}.${fraction}`;
}

/** The smallest of the amounts. */
export function minUsdc(first: Usdc, ...rest: Usdc[]): Usdc {
  return rest.reduce((least, amount) => (amount < least ? amount : least), first);
}

/** `amount × numerator / denominator`, rounded down: in favour of the treasury when it is paid out. */
export function shareDown(amount: Usdc, numerator: bigint, denominator: bigint): Usdc {
  invariant(denominator > 0n && numerator >= 0n, 'a share is a non-negative ratio');
  return usdc((amount * numerator) / denominator);
}
