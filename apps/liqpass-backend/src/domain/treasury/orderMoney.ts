import type { Usdc } from '@liqpass/kernel/money';
import { usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';

/** Money of one order that counts, as the chain has it. */
export type Credit = {
  readonly id: string;
  readonly txHash: string;
  readonly amount: Usdc;
  readonly blockTimeMs: EpochMs;
};

export type Premium = {
  /** What of the money it is made of; what came after it is another payment. */
  readonly credits: readonly Credit[];
  readonly amount: Usdc;
  /** When the last of it was in a block: then it is paid, or short. */
  readonly paidAtMs: EpochMs;
  readonly txHash: string;
};

/**
 * The premium that the money of an order makes: its transfers, in the order of the chain, until what is due has come. null
 * where nothing came. Less than is due makes a short one of all there is.
 */
export function premiumOf(due: Usdc, credits: readonly Credit[]): Premium | null {
  let amount = 0n;
  const taken: Credit[] = [];
  for (const credit of credits) {
    if (amount >= due) break;
    amount += credit.amount;
    taken.push(credit);
  }
  const last = taken.at(-1);
  return last ? { credits: taken, amount: usdc(amount), paidAtMs: last.blockTimeMs, txHash: last.txHash } : null;
}
