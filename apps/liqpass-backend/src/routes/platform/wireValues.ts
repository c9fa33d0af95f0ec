import { invariant } from '@liqpass/kernel/invariant';
import { formatUsdc, parseUsdc, type Usdc } from '@liqpass/kernel/money';
import { formatIso, parseIso, type EpochMs } from '@liqpass/kernel/time';

// What a schema let through as it is held, and what is held as it is said.

export const amount = (text: string): Usdc => {
  const value = parseUsdc(text);
  invariant(value !== null, 'the schema let an amount through');
  return value;
};
export const instantMs = (text: string | undefined): number | null => (text === undefined ? null : parseIso(text));

export const isoOrNull = (ms: EpochMs | null): string | null => (ms === null ? null : formatIso(ms));
export const usdcOrNull = (amount: Usdc | null): string | null => (amount === null ? null : formatUsdc(amount));
