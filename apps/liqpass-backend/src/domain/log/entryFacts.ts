import type { CoverEntryType } from '@liqpass/log/entry';

/** What the audit trail says of a step, and what is on file of its order or claim. */
export type LoggedStep = {
  readonly subjectType: string;
  readonly subjectId: string;
  readonly action: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly why: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly order: {
    readonly policyType: string;
    readonly chainId: number;
    readonly premium: string;
    readonly payout: string;
    readonly payoutCap: string;
    readonly coverageStartAt: string | null;
    readonly coverageEndAt: string | null;
    readonly paidAt: string | null;
  } | null;
  readonly claim: {
    readonly orderId: string;
    readonly payout: string | null;
    readonly evidenceRoot: string | null;
    readonly verdict: string | null;
    readonly keyId: string | null;
    readonly payee: string;
    readonly txHash: string | null;
  } | null;
  readonly payout: {
    readonly kind: string;
    readonly orderId: string;
    readonly claimId: string | null;
    readonly payee: string | null;
    readonly amount: string;
    readonly txHash: string | null;
  } | null;
};

/** Which steps of orders, claims and payouts the log tells of. */
export const LOGGED_ACTIONS = ['bind', 'mark_paid', 'verify', 'approve', 'reject', 'take_back', 'undo_paid'] as const;

/** The entry that a step leaves, with what it commits to; null for a step that the log does not tell of. */
export function entryOfStep(
  step: LoggedStep,
): { readonly type: CoverEntryType; readonly facts: Readonly<Record<string, unknown>> } | null {
  const { subjectType, subjectId, action, from, to, details, order, claim, payout } = step;
  if (subjectType === 'purchase_order' && order !== null) {
    const of = { order_id: subjectId };
    if (action === 'bind')
      return {
        type: 'bound',
        facts: {
          ...of,
          ord_id: details.ordId ?? null,
          inst_id: details.instId ?? null,
          evidence_root: details.evidenceRoot ?? null,
        },
      };
    // Money that buys no cover is no sale.
    if (action === 'mark_paid' && to !== 'REFUND_DUE')
      return {
        type: 'sold',
        facts: {
          ...of,
          policy_type: order.policyType,
          chain_id: order.chainId,
          premium_usdc: order.premium,
          payout_usdc: order.payout,
          payout_cap_usdc: order.payoutCap,
          coverage_start_at: order.coverageStartAt,
          coverage_end_at: order.coverageEndAt,
          paid_at: order.paidAt,
        },
      };
    // What the log told as sold is taken back in the open; money that bought no cover it never told of.
    if (action === 'undo_paid' && from !== 'REFUND_DUE')
      return { type: 'decided', facts: { ...of, decision: 'premium_undone', reason: step.why } };
    return null;
  }
  if (subjectType === 'payout' && payout !== null) {
    const { kind, orderId, claimId, payee, amount, txHash } = payout;
    const facts = { payout_id: subjectId, kind, order_id: orderId, claim_id: claimId, payee, amount_usdc: amount };
    // A record that was a mistake is taken back in the open.
    if (action === 'undo_paid')
      return { type: 'decided', facts: { ...facts, decision: 'payment_undone', reason: step.why } };
    // A claim's payout is told of with its claim.
    return action === 'mark_paid' && kind !== 'claim'
      ? { type: 'refunded', facts: { ...facts, tx_hash: txHash } }
      : null;
  }
  if (subjectType !== 'claim' || claim === null) return null;
  const of = { claim_id: subjectId, order_id: claim.orderId };
  switch (action) {
    case 'verify':
      // An attempt that left the claim waiting has proven nothing.
      return claim.evidenceRoot === null || to === 'VERIFYING'
        ? null
        : {
            type: 'attested',
            facts: {
              ...of,
              evidence_root: claim.evidenceRoot,
              verdict: claim.verdict,
              key_id: claim.keyId,
              status: to,
            },
          };
    case 'approve':
      return { type: 'decided', facts: { ...of, decision: 'approved', payee: claim.payee, payout_usdc: claim.payout } };
    case 'reject':
      return { type: 'decided', facts: { ...of, decision: 'rejected', reason: step.why } };
    case 'take_back':
      return { type: 'decided', facts: { ...of, decision: 'taken_back', reason: step.why } };
    case 'mark_paid':
      return { type: 'paid', facts: { ...of, payee: claim.payee, payout_usdc: claim.payout, tx_hash: claim.txHash } };
    default:
      return null;
  }
}
