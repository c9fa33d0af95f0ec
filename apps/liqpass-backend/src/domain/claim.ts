import type { Usdc } from '@liqpass/kernel/money';
import { isWithin, MINUTE_MS, SECOND_MS, type EpochMs, type Window } from '@liqpass/kernel/time';
import type { ClaimStatus, ExchangeState, RefundReason, Verdict } from '@liqpass/kernel/vocabulary';
import { isExchangesDoing, WHILE_DOWN_MS } from './book/exchangeHealth.ts';
import { decidePayout } from './payout.ts';

/** A claim as its facts stand. */
export type Claim = {
  readonly id: string;
  readonly purchaseOrderId: string;
  readonly claimant: string;
  readonly submitTxHash: string | null;
  readonly triggeredAtSec: number;
  readonly okxEventId: string;
  readonly status: ClaimStatus;
  readonly verdict: Verdict | null;
  readonly flags: readonly string[];
  readonly evidenceRoot: string | null;
  readonly liquidationTimeMs: EpochMs | null;
  readonly window: Window;
  readonly payoutAmount: Usdc | null;
  readonly payoutCap: Usdc;
  readonly holdReasons: readonly string[];
  readonly attempts: number;
  readonly lastAttemptReason: string | null;
  readonly nextAttemptAtMs: EpochMs | null;
  readonly approvedBy: string | null;
  readonly approvedAtMs: EpochMs | null;
  readonly rejectedReason: string | null;
  readonly multisigSafe: string | null;
  readonly multisigTxHash: string | null;
  readonly paidAtMs: EpochMs | null;
  readonly createdAtMs: EpochMs;
  readonly updatedAtMs: EpochMs;
  readonly attested: boolean;
};

/**
 * The steps a claim may take; docs/states.md says who takes them and why. PAID is left only where its record was a
 * mistake and is undone within a day; triggering moves FAILED alone. Back to review goes what a person decided and takes back; a
 * rejection by the verifier stands.
 */
export const CLAIM_STEPS: Readonly<Record<ClaimStatus, readonly ClaimStatus[]>> = {
  VERIFYING: ['VERIFIED_PENDING_REVIEW', 'REJECTED', 'FAILED'],
  VERIFIED_PENDING_REVIEW: ['APPROVED_PENDING_MULTISIG', 'REJECTED'],
  APPROVED_PENDING_MULTISIG: ['PAID', 'VERIFIED_PENDING_REVIEW'],
  PAID: ['APPROVED_PENDING_MULTISIG'],
  REJECTED: ['VERIFIED_PENDING_REVIEW'],
  FAILED: ['VERIFYING'],
};

/** What jp-verify said, as far as the claim is concerned; or that it said nothing. */
export type Finding =
  | {
      readonly kind: 'answer';
      readonly verdict: Verdict;
      readonly reason: string | null;
      readonly flags: readonly string[];
      readonly liquidation: {
        readonly liquidationTimeMs: EpochMs;
        readonly lossCcy: string;
        readonly lossInsured: string;
      } | null;
    }
  | { readonly kind: 'no_answer'; readonly reason: string };

export type ClaimDecision =
  | { readonly to: 'VERIFIED_PENDING_REVIEW'; readonly liquidationTimeMs: EpochMs; readonly payoutAmount: Usdc }
  | { readonly to: 'REJECTED'; readonly reason: string }
  | { readonly to: 'FAILED'; readonly reason: string }
  | { readonly to: 'VERIFYING'; readonly reason: string; readonly nextAttemptAtMs: EpochMs; readonly uncounted?: true };

/** Waits before the second, third, … attempt: quick at first for late publications, then patient for an exchange that is down; 83 minutes in all. */
const BACKOFF_MS: readonly number[] = [
  2 * SECOND_MS,
  5 * SECOND_MS,
  15 * SECOND_MS,
  45 * SECOND_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  30 * MINUTE_MS,
];

/** How often jp-verify is asked before a claim is given up as FAILED (which may be triggered again). */
export const MAX_ATTEMPTS = BACKOFF_MS.length + 1;

/**
 * What a finding means for a claim: the table of the contract, section 1. Missing data is never a denial and never a
 * payment: whatever is not a clear answer is asked again, with backoff, and then FAILED.
 * What came to nothing because the exchange is in trouble is not counted: waiting for it never becomes FAILED.
 * @param attempt how many times jp-verify has been asked, this one included
 * @param exchange how the exchange is; null: not known
 */
export function decideClaim(
  claim: { window: Window; payoutFixed: Usdc; payoutCap: Usdc; refundReason: RefundReason | null },
  finding: Finding,
  attempt: number,
  nowMs: EpochMs,
  exchange: ExchangeState | null = null,
): ClaimDecision {
  // A cover that was voided meanwhile owes its premium back and nothing else, whatever was found.
  if (claim.refundReason !== null) return { to: 'REJECTED', reason: claim.refundReason };
  const inconclusive = (reason: string): ClaimDecision =>
    isExchangesDoing(reason, exchange)
      ? { to: 'VERIFYING', reason, nextAttemptAtMs: nowMs + WHILE_DOWN_MS, uncounted: true }
      : tryAgain(reason, attempt, nowMs);
  if (finding.kind === 'no_answer') return inconclusive(finding.reason);
  switch (finding.verdict) {
    case 'LIQUIDATED':
    case 'PARTIALLY_LIQUIDATED': {
      const { liquidation } = finding;
      // A liquidation without its facts, without a moment, or in the future is no verdict.
      if (!liquidation || liquidation.liquidationTimeMs === 0 || liquidation.liquidationTimeMs > nowMs)
        return tryAgain('EVIDENCE_CONTRADICTS', attempt, nowMs);
      // Cover is decided by when it happened, and that is ours to say, whatever the verifier took for the window.
      if (!isWithin(claim.window, liquidation.liquidationTimeMs))
        return { to: 'REJECTED', reason: 'OUT_OF_COVERAGE_WINDOW' };
      const payout = decidePayout(claim, { ccy: liquidation.lossCcy, insured: liquidation.lossInsured });
      if (payout.amount === null) return { to: 'FAILED', reason: payout.reason };
      return {
        to: 'VERIFIED_PENDING_REVIEW',
        liquidationTimeMs: liquidation.liquidationTimeMs,
        payoutAmount: payout.amount,
      };
    }
    case 'NOT_LIQUIDATED':
    case 'INELIGIBLE':
      // A denial needs its reason: without one it is as good as no answer.
      return finding.reason === null
        ? tryAgain('JP_VERIFY_ERROR', attempt, nowMs)
        : { to: 'REJECTED', reason: finding.reason };
    case 'STILL_OPEN':
      return { to: 'FAILED', reason: 'STILL_OPEN' };
    case 'INCONCLUSIVE':
      return inconclusive(finding.reason ?? 'INCONCLUSIVE');
  }
}

function tryAgain(reason: string, attempt: number, nowMs: EpochMs): ClaimDecision {
  const wait = BACKOFF_MS[attempt - 1];
  return wait === undefined ? { to: 'FAILED', reason } : { to: 'VERIFYING', reason, nextAttemptAtMs: nowMs + wait };
}
