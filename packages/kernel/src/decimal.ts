import { invariant } from './invariant.ts';
import { usdc, type Usdc } from './money.ts';

/**
 * An exact rational number. Exchange amounts keep every digit the exchange gave, and a pro-rata share such as 1/3
 * stays 1/3: nothing is rounded until it is money. Always in lowest terms, the denominator positive.
 */
export type Decimal = { readonly n: bigint; readonly d: bigint };

const PATTERN = /^(-?)(\d{1,60})(?:\.(\d{1,60}))?$/;
/** As JSON and exchanges write very small and very large numbers: "1.5e-7". Two digits of exponent are more than any amount has. */
const WITH_EXPONENT = /^([^eE]+)[eE]([+-]?\d{1,2})$/;

const LARGEST_NUMBER = BigInt(Number.MAX_SAFE_INTEGER);

function gcd(a: bigint, b: bigint): bigint {
  if (a < 0n) a = -a;
  if (b < 0n) b = -b;
  if (a <= LARGEST_NUMBER && b <= LARGEST_NUMBER) {
    // Most amounts: exact in numbers too, and many times as fast.
    let [first, second] = [Number(a), Number(b)];
    while (second !== 0) [first, second] = [second, first % second];
    return BigInt(first);
  }
  while (b !== 0n) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
}

/** n/d in lowest terms. */
export function ratio(n: bigint, d: bigint): Decimal {
  invariant(d !== 0n, 'division by zero');
  if (d < 0n) [n, d] = [-n, -d];
  const common = gcd(n, d);
  return common === 0n ? { n: 0n, d: 1n } : { n: n / common, d: d / common };
}

export const ZERO: Decimal = { n: 0n, d: 1n };
export const ONE: Decimal = { n: 1n, d: 1n };

/** An exact number from a decimal string as exchanges write them ("-7.5272128"); null for anything else (empty, exponent, NaN). */
export function parseDecimal(text: string): Decimal | null {
  const match = PATTERN.exec(text);
  if (!match) return null;
  const [, sign, whole = '0', fraction = ''] = match;
  const digits = BigInt(whole + fraction);
  return ratio(sign === '-' ? -digits : digits, 10n ** BigInt(fraction.length));
}

/** As parseDecimal, and with an exponent ("1.5e-7", "2E+3"): for what others wrote. Our own wire has none. */
export function parseNumeric(text: string): Decimal | null {
  const match = WITH_EXPONENT.exec(text);
  if (!match) return parseDecimal(text);
  const [, mantissa = '', exponent = ''] = match;
  const value = parseDecimal(mantissa);
  const power = Number(exponent);
  const scale = 10n ** BigInt(Math.abs(power));
  return value && (power < 0 ? ratio(value.n, value.d * scale) : ratio(value.n * scale, value.d));
}

/** As parseDecimal, for text that is known to be a number. */
export function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  invariant(value, `not a decimal number: ${JSON.stringify(text)}`);
  return value;
}

export const add = (a: Decimal, b: Decimal): Decimal => ratio(a.n * b.d + b.n * a.d, a.d * b.d);
export const negate = (a: Decimal): Decimal => ({ n: -a.n, d: a.d });
export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, negate(b));
export const multiply = (a: Decimal, b: Decimal): Decimal => ratio(a.n * b.n, a.d * b.d);
export const divide = (a: Decimal, b: Decimal): Decimal => ratio(a.n * b.d, a.d * b.n);
export const absolute = (a: Decimal): Decimal => (a.n < 0n ? negate(a) : a);
export const sum = (values: readonly Decimal[]): Decimal => values.reduce(add, ZERO);

/** -1, 0 or 1 as a is smaller than, equal to or greater than b. */
export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
export const equal = (a: Decimal, b: Decimal): boolean => compare(a, b) === 0;
export const isZero = (a: Decimal): boolean => a.n === 0n;
export const isNegative = (a: Decimal): boolean => a.n < 0n;
export const isPositive = (a: Decimal): boolean => a.n > 0n;
export const smaller = (a: Decimal, b: Decimal): Decimal => (compare(a, b) <= 0 ? a : b);
export const larger = (a: Decimal, b: Decimal): Decimal => (compare(a, b) >= 0 ? a : b);

/** The decimal string, exact where one exists within `places` decimals, otherwise cut off there (towards zero). "1", "7.52686752". */
export function formatDecimal(value: Decimal, places = 30): string {
  const scaled = (absolute(value).n * 10n ** BigInt(places)) / value.d;
  const digits = scaled.toString().padStart(places + 1, '0');
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '');
  const whole = digits.slice(0, digits.length - places);
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return value.n < 0n && scaled !== 0n ? `-${text}` : text;
}

/** Millionths of USDC, rounded down (against whoever is paid); negative amounts are not money and give null. */
export function toUsdcDown(value: Decimal): Usdc | null {
  return value.n < 0n ? null : usdc((value.n * 1_000_000n) / value.d);
}
