/** A refusal a person can act on: its code, an English sentence, and the numbers for a sentence in another language. */
export type Refusal<Code extends string> = {
  readonly code: Code;
  readonly message: string;
  /** max_leverage (whole), min_distance (fraction), max_payout, min_margin (USDC), probability … as text. */
  readonly params: Readonly<Record<string, string>>;
};

/** "8.41 %", rounded up: a distance that is said to do must do. */
export function percentUp(fraction: number): string {
  return `${(Math.ceil(fraction * 1e4) / 1e2).toFixed(2)} %`;
}

/** A fraction as text with four decimals, rounded up. */
export function fractionUp(fraction: number): string {
  return (Math.ceil(fraction * 1e4) / 1e4).toFixed(4);
}
