import { absolute, formatDecimal, isNegative, ratio, type Decimal } from '@liqpass/kernel/decimal';

// The exchange keeps balances on a grid of 12 decimals (recorded: bal "9.586139645823", balChg "-7.903573440000").
// Every change of a balance or margin is put on that grid once, so that sums stay exact.

const PLACES = 12;
const GRID = 10n ** BigInt(PLACES);

/** The nearest number of the 12-decimal grid towards zero. */
export function toGrid(value: Decimal): Decimal {
  return ratio((value.n * GRID) / value.d, GRID);
}

/** As `bal` and `balChg` are written: 12 decimals, always. */
export function fixed12(value: Decimal): string {
  const text = formatDecimal(absolute(value), PLACES);
  const [whole = '0', fraction = ''] = text.split('.');
  return `${isNegative(value) ? '-' : ''}${whole}.${fraction.padEnd(PLACES, '0')}`;
}

/** As amounts and prices are written: exact, without trailing zeros. */
export const plain = (value: Decimal): string => formatDecimal(value, PLACES);

/** As an order's leverage is written: "100.0". */
export function leverText(value: Decimal): string {
  const text = plain(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** The multiple of `tick` at or below `value`. */
export function floorTo(value: Decimal, tick: Decimal): Decimal {
  const [n, d] = [value.n * tick.d, value.d * tick.n];
  const steps = n >= 0n ? n / d : -((-n + d - 1n) / d);
  return ratio(steps * tick.n, tick.d);
}

/** The multiple of `tick` at or above `value`. */
export function ceilTo(value: Decimal, tick: Decimal): Decimal {
  const below = floorTo(value, tick);
  return below.n * value.d === value.n * below.d ? below : ratio(below.n * tick.d + tick.n * below.d, below.d * tick.d);
}

/** The multiple of `tick` next to a price that came out of floating point. */
export function priceNear(value: number, tick: Decimal): Decimal {
  const perUnit = Number(tick.d) / Number(tick.n);
  return ratio(BigInt(Math.max(1, Math.round(value * perUnit))) * tick.n, tick.d);
}

export const toNumber = (value: Decimal): number => Number(formatDecimal(value, 18));
