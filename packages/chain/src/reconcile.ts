import type { Transfer } from './chainData.ts';
import type { Hex } from './hex.ts';

export type Reconciliation = {
  /** Millionths that came in and went out. */
  readonly moneyIn: bigint;
  readonly moneyOut: bigint;
  /** What the chain says beyond opening + in − out: 0 where nothing was missed or made up. */
  readonly difference: bigint;
};

/**
 * The equation that tells whether a transfer was lost: balanceOf at a final block = the balance before the first block
 * that was read + all that came in − all that went out. A transfer from the Safe to itself is in both sums.
 */
export function reconcile(
  safe: Hex,
  openingBalance: bigint,
  closingBalance: bigint,
  transfers: Iterable<Pick<Transfer, 'from' | 'to' | 'amount'>>,
): Reconciliation {
  let moneyIn = 0n;
  let moneyOut = 0n;
  for (const { from, to, amount } of transfers) {
    if (to === safe) moneyIn += amount;
    if (from === safe) moneyOut += amount;
  }
  return { moneyIn, moneyOut, difference: closingBalance - (openingBalance + moneyIn - moneyOut) };
}
