import { invariant } from '@liqpass/kernel/invariant';
import { formatUsdc, parseUsdc, type Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';

// Between the database's types and ours: NUMERIC is text, timestamptz a Date.

/** An amount from NUMERIC(38,6). */
export function amountOf(numeric: string): Usdc {
  const amount = parseUsdc(numeric);
  invariant(amount !== null, 'NUMERIC(38,6) holds an amount');
  return amount;
}
export const amountOrNull = (numeric: string | null): Usdc | null => (numeric === null ? null : amountOf(numeric));
export const numericOf = (amount: Usdc): string => formatUsdc(amount);
export const msOrNull = (date: Date | null): EpochMs | null => (date === null ? null : date.getTime());
export const dateOrNull = (ms: EpochMs | null): Date | null => (ms === null ? null : new Date(ms));
