import type { Receipt, Transaction } from './chainData.ts';
import { safeExecutions, type Treasury } from './executions.ts';
import type { Hex } from './hex.ts';
import { transferInLog } from './transfers.ts';

/** Why a transaction does not prove a payout, in the order in which it is looked at. */
export const PAYOUT_REFUSALS = [
  'WRONG_CHAIN',
  'NOT_FOUND',
  'PENDING',
  'REVERTED',
  'REORGED',
  'NOT_FINAL',
  'TOO_OLD',
  'MODULE_EXECUTION',
  'INNER_FAILURE',
  'NOT_A_SAFE_EXECUTION',
  'UNKNOWN_DELEGATECALL',
  'SAFE_TX_HASH_MISMATCH',
  'MONEY_CAME_BACK',
  'NOT_SIGNED_FOR',
  'ALREADY_USED',
  'AMOUNT_MISMATCH',
  'NO_MATCHING_TRANSFER',
] as const;
export type PayoutRefusal = (typeof PAYOUT_REFUSALS)[number];

/** What time heals: the same transaction is looked at again. */
export const RETRIED_REFUSALS: readonly PayoutRefusal[] = ['NOT_FOUND', 'PENDING', 'REORGED', 'NOT_FINAL'];

/** Of those, what is known to be on its way: it is worth waiting for. A hash that nobody knows may be a slip of the pen. */
export const KEPT_REFUSALS: readonly PayoutRefusal[] = ['PENDING', 'REORGED', 'NOT_FINAL'];

/** What was read from the chain about one transaction. */
export type TransactionFacts = {
  /** Whom the RPC says it is. */
  readonly chainId: number;
  /** null: not known there. */
  readonly transaction: Transaction | null;
  /** null: not in a block. */
  readonly receipt: Receipt | null;
  /** The block that stands at the receipt's number now; null without a receipt, or where there is none. */
  readonly block: { readonly hash: Hex; readonly timestamp: number } | null;
  /** The number of the last final block. */
  readonly finalBlock: number;
};

export type ExpectedPayout = {
  readonly payoutId: string;
  readonly to: Hex;
  /** In millionths. */
  readonly amount: bigint;
  /** Seconds since 1970: money that left before the approval was not for it. */
  readonly approvedAt: number;
  /** What was proposed to the owners; null where that is not known. */
  readonly safeTxHash: Hex | null;
};

export type PayoutProof = {
  readonly proven: true;
  readonly txHash: Hex;
  readonly logIndex: number;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  /** Seconds since 1970. */
  readonly paidAt: number;
  readonly safeTxHash: Hex;
  readonly safeNonce: bigint;
  /** How many transfers the Safe made in that execution. */
  readonly transfers: number;
};
export type PayoutNotProven = {
  readonly proven: false;
  readonly refusal: PayoutRefusal;
  /** What was seen, for a person. */
  readonly seen: string;
};

const not = (refusal: PayoutRefusal, seen: string): PayoutNotProven => ({ proven: false, refusal, seen });

/**
 * Whether a transaction proves that the treasury paid exactly this payout. A receipt that says success does not: an
 * inner failure of a Safe is one too. `payoutOfLog` says which payout a log of this transaction has proven already, so
 * that two equal payouts in one batch take a log each.
 */
export function provePayout(
  facts: TransactionFacts,
  want: ExpectedPayout,
  treasury: Treasury,
  payoutOfLog: (logIndex: number) => string | null,
): PayoutProof | PayoutNotProven {
  const { receipt, transaction, block } = facts;
  if (facts.chainId !== treasury.chainId)
    return not('WRONG_CHAIN', `the RPC is of chain ${facts.chainId}, not ${treasury.chainId}`);
  if (receipt === null || transaction === null)
    return transaction === null
      ? not('NOT_FOUND', 'unknown here: never sent, on another chain, dropped, or replaced by a faster one')
      : not('PENDING', 'sent, and in no block yet');
  if (!receipt.succeeded) return not('REVERTED', 'the transaction was undone: it paid nothing');
  if (block === null || block.hash !== receipt.blockHash)
    return not('REORGED', `block ${receipt.blockNumber} is another one now`);
  if (receipt.blockNumber > facts.finalBlock)
    return not('NOT_FINAL', `in block ${receipt.blockNumber}; final is ${facts.finalBlock}`);
  if (block.timestamp < want.approvedAt) return not('TOO_OLD', 'it was sent before the payout was approved');
  return proveInReceipt(receipt, block.timestamp, transaction, want, treasury, payoutOfLog);
}

function proveInReceipt(
  receipt: Receipt,
  paidAt: number,
  transaction: Transaction,
  want: ExpectedPayout,
  treasury: Treasury,
  payoutOfLog: (logIndex: number) => string | null,
): PayoutProof | PayoutNotProven {
  const { executions, failed, byModule } = safeExecutions(receipt, transaction, treasury);
  if (byModule) return not('MODULE_EXECUTION', 'a module of the Safe acted in it, not its owners');
  if (executions.length === 0)
    return failed > 0
      ? not('INNER_FAILURE', 'the Safe executed it and it failed: the nonce is spent, nothing was paid')
      : not('NOT_A_SAFE_EXECUTION', 'no execution of the treasury Safe is in it');
  for (const { unknownDelegate, signed, hashAgrees } of executions) {
    if (unknownDelegate !== null) return not('UNKNOWN_DELEGATECALL', `it delegates to ${unknownDelegate}`);
    if (signed !== null && !hashAgrees)
      return not('SAFE_TX_HASH_MISMATCH', 'what was executed is not what its hash says');
  }
  const proposed =
    want.safeTxHash === null ? executions : executions.filter((each) => each.safeTxHash === want.safeTxHash);
  if (proposed.length === 0)
    return not('SAFE_TX_HASH_MISMATCH', 'another transaction of the Safe than the one that was proposed');
  const cameBack = receipt.logs.some((log) => {
    const transfer = transferInLog(log, treasury.usdc);
    return transfer !== null && transfer.to === treasury.safe && transfer.amount > 0n;
  });
  if (cameBack) return not('MONEY_CAME_BACK', 'USDC came back to the Safe in the same transaction');

  let refused: PayoutNotProven | null = null;
  let toPayee: bigint | null = null;
  for (const each of proposed) {
    const isWanted = (transfer: { to: Hex; amount: bigint }): boolean =>
      transfer.to === want.to && transfer.amount === want.amount;
    let signedLeft = each.signedTransfers.filter(isWanted).length;
    for (const transfer of each.paid) {
      if (transfer.to !== want.to) continue;
      toPayee = transfer.amount;
      if (!isWanted(transfer)) continue;
      if (signedLeft === 0) {
        refused ??= not('NOT_SIGNED_FOR', 'the USDC left, but the owners signed no transfer for it');
        continue;
      }
      signedLeft -= 1;
      const other = payoutOfLog(transfer.logIndex);
      if (other !== null && other !== want.payoutId) {
        refused = not('ALREADY_USED', `its log ${transfer.logIndex} has proven payout ${other}`);
        continue;
      }
      return {
        proven: true,
        txHash: receipt.txHash,
        logIndex: transfer.logIndex,
        blockNumber: receipt.blockNumber,
        blockHash: receipt.blockHash,
        paidAt,
        safeTxHash: each.safeTxHash,
        safeNonce: each.signed?.nonce ?? -1n,
        transfers: each.paid.length,
      };
    }
  }
  if (refused) return refused;
  return toPayee === null
    ? not('NO_MATCHING_TRANSFER', 'the Safe paid others in it, not this payee')
    : not('AMOUNT_MISMATCH', `it pays this payee ${toPayee} millionths, not ${want.amount}`);
}
