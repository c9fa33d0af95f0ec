import type {
  ClaimStatus,
  OkxRegion,
  OperatorRole,
  RefundReason,
  RejectionCode,
  Verdict,
  WaitingCheck,
} from '@liqpass/kernel/vocabulary';
import type { ColumnType, GeneratedAlways } from 'kysely';
import type { DeskTables } from './deskTables.ts';
import type { PayoutTables } from './payoutTables.ts';
import type { TreasuryTables } from './treasuryTables.ts';
import type { TellingTables } from './tellingTables.ts';
import type { WatchTables } from './watchTables.ts';
import type { PositionJson, UnderwritingTables } from './underwritingTables.ts';

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
  /** The cover that this one goes on from. */
  follows: string | null;
  /** Bound for the position's next place, while the cover before it still has the first. */
  behind: ColumnType<boolean, boolean | undefined, boolean>;
  reported_at: Timestamp | null;
  reported_tx_hash: string | null;
  paid_at: Timestamp | null;
  paid_amount_usdc: Numeric | null;
  payment_tx_hash: string | null;
  payment_note: string | null;
  payer: string | null;
  paid_probability: number | null;
  marked_paid_by: string | null;
  quote_hash: string | null;
  pay_by_grown_ms: ColumnType<string, number | undefined, number>;
  refund_reason: RefundReason | null;
  waiting_check: WaitingCheck | null;
  /** Taken back by its trader while it was unpaid. */
  cancelled_at: Date | null;
  refunded_at: Timestamp | null;
  refund_to: string | null;
  refund_tx_hash: string | null;
  position_json: ColumnType<PositionJson | null, string | null, string | null>;
  credential_id: string | null;
  snapshot_id: string | null;
  okx_uid: string | null;
  okx_main_uid: string | null;
  okx_pos_id: string | null;
  okx_pos_ctime: string | null;
  amount_due_usdc: Numeric | null;
  payment_reference: string | null;
  payment_seen_tx_hash: string | null;
  payment_seen_block: BigInteger | null;
  payment_final: boolean;
  premium_vanished_at: Timestamp | null;
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
  checks_passed: number;
  checks_total: number;
  side: 'long' | 'short' | null;
  account_uid: string | null;
  evidence_json: ColumnType<unknown, string | null, string | null>;
  evidence_root: string | null;
  attestation_key_id: string | null;
  liquidation_time_ms: BigInteger | null;
  coverage_window_start: Timestamp;
  coverage_window_end: Timestamp;
  payout_amount_usdc: Numeric | null;
  payout_cap_usdc: Numeric;
  hold_reasons: string[];
  /** When a person released a hold for opposite covers; null: nobody has. */
  hedges_seen_at: Date | null;
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

export type SignInMessagesTable = {
  nonce: string;
  address: string;
  chain_id: number;
  message: string;
  purchase_order_id: string | null;
  payout_address: string | null;
  created_at: Timestamp;
  expires_at: Timestamp;
  used_at: Timestamp | null;
};

export type SessionsTable = {
  id: string;
  token_hash: Buffer;
  previous_token_hash: Buffer | null;
  address: string;
  by_chain: boolean;
  created_at: Timestamp;
  rotated_at: Timestamp;
  expires_at: Timestamp;
  revoked_at: Timestamp | null;
  revoked_why: string | null;
};

export type OperatorsTable = {
  address: string;
  name: string;
  role: OperatorRole;
  added_by: string;
  created_at: Timestamp;
  updated_at: Timestamp;
  removed_at: Timestamp | null;
};

export type SettingsTable = {
  key: string;
  value: ColumnType<unknown, string, string>;
  updated_by: string;
  updated_at: Timestamp;
};

export type RateLimitsTable = { key: string; count: number; resets_at: Timestamp };

export type OkxCredentialsTable = {
  id: string;
  owner: string;
  sealed: string | null;
  key_id: string;
  region: OkxRegion;
  label: string;
  uid: string;
  main_uid: string;
  created_at: Timestamp;
  delete_asked_at: Timestamp | null;
  deleted_at: Timestamp | null;
};

export type BindingSnapshotsTable = {
  id: string;
  purchase_order_id: string;
  credential_id: string;
  snapshot_json: ColumnType<unknown, string, never>;
  checks_json: ColumnType<unknown, string, never>;
  evidence_root: string;
  evidence_json: ColumnType<unknown, string, never>;
  attestation_json: ColumnType<unknown, string | null, never>;
  attestation_key_id: string | null;
  taken_at: Timestamp;
};

export type AttestationKeysTable = {
  verifier: string;
  key_id: string;
  public_key: string;
  first_seen_at: Timestamp;
};

export type ClaimDecision = 'APPROVE' | 'REJECT' | 'TAKE_BACK' | 'RELEASE_HOLD';
export type ClaimDecisionsTable = {
  id: GeneratedAlways<string>;
  claim_id: string;
  decision: ClaimDecision;
  at: Timestamp;
  by_name: string;
  by_identity: string;
  code: RejectionCode | null;
  reason: string | null;
};

export type AuditSealsTable = {
  first_seq: string;
  audit_ids: string[];
  span: string;
  up_to: string;
  prev_hash: Buffer;
  hashes: Buffer;
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
  /** null only in a row that LiqPass did not write. */
  stamp: Buffer | null;
  stamp_nonce: Buffer | null;
};

export type IdempotencyKeysTable = {
  scope: string;
  key: string;
  body_hash: string;
  status_code: number;
  answer: ColumnType<unknown, string, string>;
  created_at: Timestamp;
};

export type Tables = UnderwritingTables &
  PayoutTables &
  TreasuryTables &
  TellingTables &
  WatchTables &
  DeskTables & {
    purchase_orders: PurchaseOrdersTable;
    insurance_claims: InsuranceClaimsTable;
    audit_log: AuditLogTable;
    audit_seals: AuditSealsTable;
    sign_in_messages: SignInMessagesTable;
    sessions: SessionsTable;
    operators: OperatorsTable;
    settings: SettingsTable;
    rate_limits: RateLimitsTable;
    okx_credentials: OkxCredentialsTable;
    binding_snapshots: BindingSnapshotsTable;
    attestation_keys: AttestationKeysTable;
    claim_decisions: ClaimDecisionsTable;
    idempotency_keys: IdempotencyKeysTable;
  };
