import type { Usdc } from '@liqpass/kernel/money';

/** What is paid to whom. */
export type PayeeAndAmount = { readonly to: string; readonly amount: Usdc };

/** How a payout is not what was approved: its approval keeps none, another payee, or another amount. */
export type Difference = 'NOT_KEPT' | 'PAYEE' | 'AMOUNT';

/** Whether a payout is still what was approved; null when it is. Looked at each time something that pays is made of it. */
export function differsFromApproval(payout: PayeeAndAmount, approved: PayeeAndAmount | null): Difference | null {
  if (approved === null) return 'NOT_KEPT';
  if (payout.to !== approved.to) return 'PAYEE';
  return payout.amount === approved.amount ? null : 'AMOUNT';
}
