// One tuple for each closed set of words. The wire's schemas, the database's CHECKs, the types and the screens are made
// from these; a test holds the database against them.

export const CLAIM_STATUSES = [
  'VERIFYING',
  'VERIFIED_PENDING_REVIEW',
  'APPROVED_PENDING_MULTISIG',
  'PAID',
  'REJECTED',
  'FAILED',
] as const;
export type ClaimStatus = (typeof CLAIM_STATUSES)[number];

/** Derived from facts and the time, never stored. */
export const PURCHASE_ORDER_STATUSES = [
  'AWAITING_BINDING',
  'AWAITING_PAYMENT',
  'SCHEDULED',
  'ACTIVE',
  'EXPIRED',
  'LAPSED',
  'REFUND_DUE',
  'CLAIMED',
  'SETTLED',
] as const;
export type PurchaseOrderStatus = (typeof PURCHASE_ORDER_STATUSES)[number];

export const VERDICTS = [
  'LIQUIDATED',
  'PARTIALLY_LIQUIDATED',
  'NOT_LIQUIDATED',
  'STILL_OPEN',
  'INELIGIBLE',
  'INCONCLUSIVE',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Why a verdict is not a liquidation inside the window. */
export const VERDICT_REASONS = [
  'OUT_OF_COVERAGE_WINDOW',
  'CLOSED_NORMALLY',
  'ADL',
  'STILL_OPEN',
  'BOUND_AFTER_LIQUIDATION',
  'ORDER_IS_A_CLOSE',
  'ORDER_NEVER_FILLED',
  'UID_MISMATCH',
  'KEY_NOT_READ_ONLY',
  'CROSS_MARGIN',
  'NOT_A_SWAP',
  'ORDER_NOT_FOUND',
  'EVIDENCE_INCOMPLETE',
  'EVIDENCE_CONTRADICTS',
  'EXCHANGE_UNAVAILABLE',
  'KEY_REJECTED',
] as const;
export type VerdictReason = (typeof VERDICT_REASONS)[number];

/** What a person should look at before paying; never decides by itself. */
export const VERDICT_FLAGS = [
  'MARGIN_REDUCED_AFTER_BIND',
  'SIZE_ADDED_AFTER_BIND',
  'LEVERAGE_CHANGED_AFTER_BIND',
  'MARK_NEVER_REACHED_LIQ_PRICE',
  'LOSS_SOURCES_DISAGREE',
  'NET_MODE_FLIP',
  'ORDER_ID_TIME_MISMATCH',
  'HISTORY_DISAGREES',
] as const;
export type VerdictFlag = (typeof VERDICT_FLAGS)[number];

export const CHECK_RESULTS = ['pass', 'fail', 'no_data'] as const;
export type CheckResult = (typeof CHECK_RESULTS)[number];

/** Why money that came buys no cover and goes back. */
export const REFUND_REASONS = ['PAID_BEFORE_BINDING', 'PAID_AFTER_WINDOW', 'PAID_SHORT'] as const;
export type RefundReason = (typeof REFUND_REASONS)[number];

/** The chain premiums are paid on: Base. */
export const BASE_CHAIN_ID = 8453;
/** USDC on Base, as Circle publishes it. */
export const USDC_ON_BASE = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';
