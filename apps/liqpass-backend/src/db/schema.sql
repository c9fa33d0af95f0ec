-- Made by `npm run schema` from the migrations: look here for what the database holds. Do not edit.

TABLE audit_log
  id bigint NOT NULL IDENTITY
  at timestamp with time zone NOT NULL
  actor text NOT NULL
  action text NOT NULL
  subject_type text NOT NULL
  subject_id text NOT NULL
  from_status text
  to_status text
  why text
  details jsonb
  request_id text
  CONSTRAINT audit_log_pkey PRIMARY KEY (id)
  CREATE INDEX audit_log_subject ON audit_log USING btree (subject_id, id)

TABLE idempotency_keys
  scope text NOT NULL
  key text NOT NULL
  body_hash text NOT NULL
  status_code integer NOT NULL
  answer json NOT NULL
  created_at timestamp with time zone NOT NULL
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (scope, key)
  CREATE INDEX idempotency_keys_age ON idempotency_keys USING btree (created_at)

TABLE insurance_claims
  id uuid NOT NULL
  purchase_order_id uuid NOT NULL
  claimant text NOT NULL
  submit_tx_hash text
  triggered_at_sec bigint NOT NULL
  okx_event_id text NOT NULL
  status text NOT NULL
  verdict text
  flags text[] NOT NULL DEFAULT '{}'::text[]
  evidence_json json
  evidence_root text
  liquidation_time_ms bigint
  coverage_window_start timestamp with time zone NOT NULL
  coverage_window_end timestamp with time zone NOT NULL
  payout_amount_usdc numeric(38,6)
  payout_cap_usdc numeric(38,6) NOT NULL
  hold_reasons text[] NOT NULL DEFAULT '{}'::text[]
  attempts integer NOT NULL DEFAULT 0
  last_attempt_reason text
  next_attempt_at timestamp with time zone
  approved_by text
  approved_at timestamp with time zone
  rejected_reason text
  multisig_safe text
  multisig_tx_hash text
  paid_at timestamp with time zone
  created_at timestamp with time zone NOT NULL
  updated_at timestamp with time zone NOT NULL
  CONSTRAINT insurance_claims_check CHECK (coverage_window_start < coverage_window_end)
  CONSTRAINT insurance_claims_check1 CHECK (payout_amount_usdc <= payout_cap_usdc)
  CONSTRAINT insurance_claims_check2 CHECK ((status = 'VERIFYING'::text) = (next_attempt_at IS NOT NULL))
  CONSTRAINT insurance_claims_check3 CHECK ((status <> ALL (ARRAY['REJECTED'::text, 'FAILED'::text])) OR rejected_reason IS NOT NULL)
  CONSTRAINT insurance_claims_check4 CHECK ((status <> ALL (ARRAY['VERIFIED_PENDING_REVIEW'::text, 'APPROVED_PENDING_MULTISIG'::text, 'PAID'::text])) OR (verdict = ANY (ARRAY['LIQUIDATED'::text, 'PARTIALLY_LIQUIDATED'::text])) AND evidence_root IS NOT NULL AND evidence_json IS NOT NULL AND payout_amount_usdc IS NOT NULL AND liquidation_time_ms IS NOT NULL AND liquidation_time_ms::numeric >= (EXTRACT(epoch FROM coverage_window_start) * 1000::numeric) AND liquidation_time_ms::numeric < (EXTRACT(epoch FROM coverage_window_end) * 1000::numeric))
  CONSTRAINT insurance_claims_check5 CHECK ((status = ANY (ARRAY['APPROVED_PENDING_MULTISIG'::text, 'PAID'::text])) = (approved_by IS NOT NULL))
  CONSTRAINT insurance_claims_check6 CHECK ((approved_by IS NULL) = (approved_at IS NULL))
  CONSTRAINT insurance_claims_check7 CHECK ((status = 'PAID'::text) = (multisig_tx_hash IS NOT NULL) AND (multisig_tx_hash IS NULL) = (paid_at IS NULL))
  CONSTRAINT insurance_claims_evidence_root_check CHECK (evidence_root ~ '^0x[0-9a-f]{64}$'::text)
  CONSTRAINT insurance_claims_multisig_tx_hash_check CHECK (multisig_tx_hash ~ '^0x[0-9a-f]{64}$'::text)
  CONSTRAINT insurance_claims_payout_amount_usdc_check CHECK (payout_amount_usdc > 0::numeric)
  CONSTRAINT insurance_claims_payout_cap_usdc_check CHECK (payout_cap_usdc > 0::numeric)
  CONSTRAINT insurance_claims_status_check CHECK (status = ANY (ARRAY['VERIFYING'::text, 'VERIFIED_PENDING_REVIEW'::text, 'APPROVED_PENDING_MULTISIG'::text, 'PAID'::text, 'REJECTED'::text, 'FAILED'::text]))
  CONSTRAINT insurance_claims_verdict_check CHECK (verdict = ANY (ARRAY['LIQUIDATED'::text, 'PARTIALLY_LIQUIDATED'::text, 'NOT_LIQUIDATED'::text, 'STILL_OPEN'::text, 'INELIGIBLE'::text, 'INCONCLUSIVE'::text]))
  CONSTRAINT insurance_claims_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT insurance_claims_pkey PRIMARY KEY (id)
  CONSTRAINT insurance_claims_purchase_order_id_okx_event_id_key UNIQUE (purchase_order_id, okx_event_id)
  CREATE INDEX insurance_claims_by_status ON insurance_claims USING btree (status, created_at DESC, id DESC)
  CREATE INDEX insurance_claims_newest ON insurance_claims USING btree (created_at DESC, id DESC)
  CREATE INDEX insurance_claims_next_attempt ON insurance_claims USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL)

TABLE purchase_orders
  id uuid NOT NULL
  policy_type text NOT NULL
  chain_id integer NOT NULL
  premium_amount_usdc numeric(38,6) NOT NULL
  policy_params_json jsonb NOT NULL
  coverage_start_at timestamp with time zone
  coverage_end_at timestamp with time zone
  coverage_moves boolean NOT NULL DEFAULT false
  owner text
  payout_address text
  okx_meta_json jsonb
  bound_at timestamp with time zone
  attested boolean
  binding_released_at timestamp with time zone
  reported_at timestamp with time zone
  reported_tx_hash text
  paid_at timestamp with time zone
  paid_amount_usdc numeric(38,6)
  payment_tx_hash text
  payment_note text
  marked_paid_by text
  quote_hash text
  refund_reason text
  version integer NOT NULL DEFAULT 1
  created_at timestamp with time zone NOT NULL
  updated_at timestamp with time zone NOT NULL
  CONSTRAINT purchase_orders_check CHECK (coverage_start_at < coverage_end_at)
  CONSTRAINT purchase_orders_check1 CHECK ((okx_meta_json IS NULL) = (bound_at IS NULL) AND (bound_at IS NULL) = (attested IS NULL))
  CONSTRAINT purchase_orders_check2 CHECK ((reported_at IS NULL) <= (reported_tx_hash IS NULL))
  CONSTRAINT purchase_orders_check3 CHECK ((paid_at IS NULL) = (marked_paid_by IS NULL))
  CONSTRAINT purchase_orders_check4 CHECK (paid_at IS NOT NULL OR refund_reason IS NULL AND payment_tx_hash IS NULL AND paid_amount_usdc IS NULL)
  CONSTRAINT purchase_orders_check5 CHECK (paid_at IS NULL OR okx_meta_json IS NOT NULL OR refund_reason = 'PAID_BEFORE_BINDING'::text)
  CONSTRAINT purchase_orders_premium_amount_usdc_check CHECK (premium_amount_usdc > 0::numeric)
  CONSTRAINT purchase_orders_refund_reason_check CHECK (refund_reason = ANY (ARRAY['PAID_BEFORE_BINDING'::text, 'PAID_AFTER_WINDOW'::text, 'PAID_SHORT'::text]))
  CONSTRAINT purchase_orders_pkey PRIMARY KEY (id)
  CREATE INDEX purchase_orders_queue ON purchase_orders USING btree ((
CASE
    WHEN ((paid_at IS NULL) AND (reported_at IS NOT NULL)) THEN 1
    ELSE 0
END) DESC, created_at DESC, id DESC)
  CREATE UNIQUE INDEX purchase_orders_live_okx_order ON purchase_orders USING btree (((okx_meta_json ->> 'ordId'::text))) WHERE ((okx_meta_json IS NOT NULL) AND (binding_released_at IS NULL))
  CREATE UNIQUE INDEX purchase_orders_payment_tx ON purchase_orders USING btree (payment_tx_hash) WHERE (payment_tx_hash IS NOT NULL)
  CREATE UNIQUE INDEX purchase_orders_reported_tx ON purchase_orders USING btree (reported_tx_hash) WHERE (reported_tx_hash IS NOT NULL)
