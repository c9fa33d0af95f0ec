import { parseDecimal, toUsdcDown } from '@liqpass/kernel/decimal';
import { minUsdc, type Usdc } from '@liqpass/kernel/money';

/** Currencies of a proven loss that are taken as USDC, one for one. */
const DOLLARS: readonly string[] = ['USDT', 'USDC'];

export type PayoutDecision =
  | { readonly amount: Usdc }
  | { readonly amount: null; readonly reason: 'NO_LOSS_PROVEN' | 'LOSS_CURRENCY_UNSUPPORTED' };

/**
 * What is owed for a proven liquidation: min(fixed payout, cap, the loss proven for the insured part of the position), the
 * loss rounded down to the millionth, in favour of the treasury.
 */
export function decidePayout(
  terms: { payoutFixed: Usdc; payoutCap: Usdc },
  loss: { ccy: string; insured: string },
): PayoutDecision {
  if (!DOLLARS.includes(loss.ccy)) return { amount: null, reason: 'LOSS_CURRENCY_UNSUPPORTED' };
  const proven = parseDecimal(loss.insured);
  const insuredLoss = proven === null ? null : toUsdcDown(proven);
  if (insuredLoss === null || insuredLoss === 0n) return { amount: null, reason: 'NO_LOSS_PROVEN' };
  return { amount: minUsdc(terms.payoutFixed, terms.payoutCap, insuredLoss) };
}
