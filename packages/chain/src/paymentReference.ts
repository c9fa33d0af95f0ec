import type { Transaction } from './chainData.ts';
import { TRANSFER_SELECTOR } from './contracts.ts';
import { addressAt, keccakText, sizeOf, sliceBytes, wordAt, wordOf, wordOfAddress, type Hex } from './hex.ts';

const DOMAIN = 'liqpass:payment-reference:1\n';

/** What a payment for this order carries behind transfer(to, value): 32 bytes, from the order's id (a UUID) and nothing else. */
export const paymentReference = (purchaseOrderId: string): Hex =>
  keccakText(`${DOMAIN}${purchaseOrderId.toLowerCase()}`);

/** transfer(to, amount) of USDC, with the reference behind it: USDC ignores bytes after its arguments, and they cost 600 gas. */
export const payCalldata = (to: Hex, amount: bigint, reference: Hex): Hex =>
  `${TRANSFER_SELECTOR}${wordOfAddress(to)}${wordOf(amount)}${reference.slice(2)}`;

const ARGUMENTS_END = 4 + 64;

/**
 * The reference behind transfer() in a transaction that was sent to USDC itself and pays `to` exactly `amount`; null
 * where there is none. What a wallet appends behind our 32 bytes is left alone.
 */
export function referenceInTransaction(
  transaction: Transaction,
  usdc: Hex,
  pays: { readonly to: Hex; readonly amount: bigint },
): Hex | null {
  const { input } = transaction;
  if (transaction.to !== usdc || !input.startsWith(TRANSFER_SELECTOR) || sizeOf(input) < ARGUMENTS_END + 32)
    return null;
  if (addressAt(input, 4) !== pays.to || wordAt(input, 36) !== pays.amount) return null;
  return sliceBytes(input, ARGUMENTS_END, 32);
}
