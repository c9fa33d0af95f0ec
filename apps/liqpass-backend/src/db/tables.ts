import type { ClaimStatus, RefundReason, Verdict } from '@liqpass/kernel/vocabulary';
import type { ColumnType, GeneratedAlways } from 'kysely';

/** numeric(38,6): text both ways, so that no amount ever is a float. */
type Numeric = string;
type Timestamp = ColumnType<Date, Date, Date>;
type BigInteger = ColumnType<string, string | number, string | number>;

export type PolicyParamsJson = { payout_fixed_usdc: string; payout_cap_usdc: string };
export type OkxMetaJson = { ordId: string; instId: string };

export type PurchaseOrdersTable = {
  id: string;
  policy_type: string;
  chain_id: number;
  premium_amount_usdc: Numeric;
  policy_params_json: ColumnType<PolicyParamsJson, string, string>;
  coverage_start_at: Timestamp | null;
  coverage_end_at: Timestamp | null;
  coverage_moves: boolean;
  owner: string | null;
  payout_address: string | null;
  okx_meta_json: ColumnType<OkxMetaJson | null, string | null, string | null>;
  bound_at: Timestamp | null;
  attested: boolean | null;
  binding_released_at: Timestamp | null;
  reported_at: Timestamp | null;
  reported_tx_hash: string | null;
  paid_at: Timestamp | null;
  paid_amount_usdc: Numeric | null;
  payment_tx_hash: string | null;
  payment_note: string | null;
  marked_paid_by: string | null;
  quote_hash: string | null;
  refund_reason: RefundReason | null;
  version: number;
  created_at: Timestamp;
  updated_at: Timestamp;
};

export type InsuranceClaimsTable = {
  id: string;
  purchase_order_id: string;
  claimant: string;
  submit_tx_hash: string | null;
  triggered_at_sec: BigInteger;
  okx_event_id: string;
  status: ClaimStatus;
  verdict: Verdict | null;
  flags: string[];
  evidence_json: ColumnType<unknown, string | null, string | null>;
  evidence_root: string | null;
  liquidation_time_ms: BigInteger | null;
  coverage_window_start: Timestamp;
  coverage_window_end: Timestamp;
  payout_amount_usdc: Numeric | null;
  payout_cap_usdc: Numeric;
  hold_reasons: string[];
  attempts: number;
  last_attempt_reason: string | null;
  next_attempt_at: Timestamp | null;
  approved_by: string | null;
  approved_at: Timestamp | null;
  rejected_reason: string | null;
  multisig_safe: string | null;
  multisig_tx_hash: string | null;
  paid_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
};

export type AuditLogTable = {
  id: GeneratedAlways<string>;
  at: Timestamp;
  actor: string;
  action: string;
  subject_type: string;
  subject_id: string;
  from_status: string | null;
  to_status: string | null;
  why: string | null;
  details: ColumnType<Record<string, unknown> | null, string | null, string | null>;
  request_id: string | null;
};

export type IdempotencyKeysTable = {
  scope: string;
  key: string;
  body_hash: string;
  status_code: number;
  answer: ColumnType<unknown, string, string>;
  created_at: Timestamp;
};

export type Tables = {
  purchase_orders: PurchaseOrdersTable;
  insurance_claims: InsuranceClaimsTable;
  audit_log: AuditLogTable;
  idempotency_keys: IdempotencyKeysTable;
};
