import type { Treasury } from './executions.ts';
import type { Hex } from './hex.ts';
import type { TransactionFacts } from './payoutProof.ts';
import { transferInLog } from './transfers.ts';

/** Why a transaction brought the treasury nothing, in the order in which it is looked at. */
export const PAYMENT_REFUSALS = ['WRONG_CHAIN', 'NOT_FOUND', 'REVERTED', 'NOTHING_CAME'] as const;
export type PaymentRefusal = (typeof PAYMENT_REFUSALS)[number];

/** Money that a transaction brought to the treasury, in millionths. */
export type Credit = { readonly logIndex: number; readonly from: Hex; readonly amount: bigint };

/** What a transaction brought; `block` is null while it is in none, or in one that no longer stands. */
export type PaymentSeen =
  | { readonly refusal: null; readonly block: number | null; readonly credits: readonly Credit[] }
  | { readonly refusal: PaymentRefusal; /** What was seen, for a person. */ readonly seen: string };

const not = (refusal: PaymentRefusal, seen: string): PaymentSeen => ({ refusal, seen });

/** What a transaction brought to the treasury in USDC, as far as it is in a block. Whether that is final is for who asks. */
export function seePayment(
  facts: Omit<TransactionFacts, 'finalBlock'>,
  treasury: Pick<Treasury, 'chainId' | 'safe' | 'usdc'>,
): PaymentSeen {
  const { receipt, transaction, block } = facts;
  if (facts.chainId !== treasury.chainId)
    return not('WRONG_CHAIN', `the RPC is of chain ${facts.chainId}, not ${treasury.chainId}`);
  if (transaction === null) return not('NOT_FOUND', 'unknown here: never sent, on another chain, dropped, or replaced');
  if (receipt === null) return { refusal: null, block: null, credits: [] };
  if (!receipt.succeeded) return not('REVERTED', 'the transaction was undone: it paid nothing');
  const credits = receipt.logs.flatMap((log): Credit[] => {
    const transfer = transferInLog(log, treasury.usdc);
    const isCredit = transfer !== null && transfer.to === treasury.safe && transfer.from !== treasury.safe;
    return isCredit && transfer.amount > 0n
      ? [{ logIndex: log.logIndex, from: transfer.from, amount: transfer.amount }]
      : [];
  });
  if (credits.length === 0) return not('NOTHING_CAME', 'it brought no USDC to the treasury');
  const stands = block !== null && block.hash === receipt.blockHash;
  return { refusal: null, block: stands ? receipt.blockNumber : null, credits };
}
