-- Made by `npm run schema` from the migrations: look here for what the database holds. Do not edit.

TABLE address_names
  address text NOT NULL
  name text NOT NULL
  by_name text NOT NULL
  updated_at timestamp with time zone NOT NULL
  CONSTRAINT address_names_address_check CHECK (address ~ '^0x[0-9a-fA-F]{40}$'::text)
  CONSTRAINT address_names_name_check CHECK (btrim(name) <> ''::text AND length(name) <= 60)
  CONSTRAINT address_names_pkey PRIMARY KEY (address)
  CREATE INDEX address_names_by_name ON address_names USING btree (lower(name), address)

TABLE amounts_due
  amount_usdc numeric(38,6) NOT NULL
  purchase_order_id uuid NOT NULL
  held_by text
  CONSTRAINT amounts_due_amount_usdc_check CHECK (amount_usdc > 0::numeric)
  CONSTRAINT amounts_due_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT amounts_due_pkey PRIMARY KEY (amount_usdc)
  CONSTRAINT amounts_due_purchase_order_id_key UNIQUE (purchase_order_id)
  CREATE INDEX amounts_due_by_holder ON amounts_due USING btree (held_by)

TABLE attestation_keys
  verifier text NOT NULL
  key_id text NOT NULL
  public_key text NOT NULL
  first_seen_at timestamp with time zone NOT NULL
  CONSTRAINT attestation_keys_key_id_check CHECK (key_id ~ '^[0-9a-f]{16}$'::text)
  CONSTRAINT attestation_keys_public_key_check CHECK (public_key ~ '^[A-Za-z0-9_-]{43}$'::text)
  CONSTRAINT attestation_keys_pkey PRIMARY KEY (verifier, key_id)

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
  stamp bytea
  stamp_nonce bytea
  CONSTRAINT audit_log_pkey PRIMARY KEY (id)
  CREATE INDEX audit_log_subject ON audit_log USING btree (subject_id, id)
  CREATE TRIGGER tell AFTER INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION tell_of_audit()

TABLE audit_seals
  first_seq bigint NOT NULL
  audit_ids bigint[] NOT NULL
  span int8range NOT NULL
  up_to bigint NOT NULL
  prev_hash bytea NOT NULL
  hashes bytea NOT NULL
  CONSTRAINT audit_seals_check CHECK (cardinality(audit_ids) > 0 AND length(hashes) = (32 * cardinality(audit_ids)) AND length(prev_hash) = 32)
  CONSTRAINT audit_seals_pkey1 PRIMARY KEY (first_seq)
  CREATE INDEX audit_seals_span ON audit_seals USING gist (span)

TABLE binding_snapshots
  id uuid NOT NULL
  purchase_order_id uuid NOT NULL
  credential_id uuid NOT NULL
  snapshot_json json NOT NULL
  checks_json json NOT NULL
  evidence_root text NOT NULL
  evidence_json json NOT NULL
  taken_at timestamp with time zone NOT NULL
  attestation_json json
  attestation_key_id text
  CONSTRAINT binding_snapshots_attestation_key_id_check CHECK (attestation_key_id ~ '^[0-9a-f]{16}$'::text)
  CONSTRAINT binding_snapshots_attested CHECK ((attestation_json IS NULL) = (attestation_key_id IS NULL))
  CONSTRAINT binding_snapshots_evidence_root_check CHECK (evidence_root ~ '^0x[0-9a-f]{64}$'::text)
  CONSTRAINT binding_snapshots_credential_id_fkey FOREIGN KEY (credential_id) REFERENCES okx_credentials(id)
  CONSTRAINT binding_snapshots_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT binding_snapshots_pkey PRIMARY KEY (id)
  CREATE INDEX binding_snapshots_of_order ON binding_snapshots USING btree (purchase_order_id)

TABLE book_changes
  policy_type text NOT NULL
  inst_id text
  side text
  liq_px numeric
  payout_usdc numeric(38,6) NOT NULL
  tentative boolean NOT NULL
  sold_at timestamp with time zone NOT NULL
  held_until timestamp with time zone NOT NULL

TABLE book_days
  day date NOT NULL
  premiums_usdc numeric(38,6) NOT NULL
  payouts_usdc numeric(38,6) NOT NULL
  in_force_usdc numeric(38,6) NOT NULL
  reserve_usdc numeric(38,6)
  finished boolean NOT NULL
  CONSTRAINT book_days_pkey PRIMARY KEY (day)

TABLE book_distances
  policy_type text NOT NULL
  inst_id text NOT NULL
  side text NOT NULL
  px_step numeric NOT NULL
  in_force_usdc numeric(38,6) NOT NULL
  CONSTRAINT book_distances_pkey PRIMARY KEY (policy_type, inst_id, side, px_step)

TABLE book_kept
  one boolean NOT NULL DEFAULT true
  at timestamp with time zone NOT NULL
  checked_at timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone
  CONSTRAINT book_kept_one_check CHECK (one)
  CONSTRAINT book_kept_pkey PRIMARY KEY (one)

TABLE book_rooms
  id uuid NOT NULL
  quote_hash text
  purchase_order_id uuid
  policy_type text NOT NULL
  inst_id text
  side text
  liq_px numeric
  payout_usdc numeric(38,6) NOT NULL
  probability double precision
  main_account text
  margin_usdt numeric(38,6)
  sold_at timestamp with time zone NOT NULL
  held_until timestamp with time zone NOT NULL
  tentative_of text
  CONSTRAINT book_rooms_check CHECK (quote_hash IS NOT NULL OR purchase_order_id IS NOT NULL)
  CONSTRAINT book_rooms_check1 CHECK ((main_account IS NULL) = (margin_usdt IS NULL))
  CONSTRAINT book_rooms_payout_usdc_check CHECK (payout_usdc > 0::numeric)
  CONSTRAINT book_rooms_side_check CHECK (side = ANY (ARRAY['long'::text, 'short'::text]))
  CONSTRAINT book_rooms_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT book_rooms_quote_hash_fkey FOREIGN KEY (quote_hash) REFERENCES quotes(quote_hash) ON DELETE CASCADE
  CONSTRAINT book_rooms_pkey PRIMARY KEY (id)
  CONSTRAINT book_rooms_purchase_order_id_key UNIQUE (purchase_order_id)
  CONSTRAINT book_rooms_quote_hash_key UNIQUE (quote_hash)
  CREATE INDEX book_rooms_account ON book_rooms USING btree (main_account, held_until) WHERE (main_account IS NOT NULL)
  CREATE INDEX book_rooms_live ON book_rooms USING btree (held_until)
  CREATE INDEX book_rooms_sold ON book_rooms USING btree (sold_at)
  CREATE INDEX book_rooms_tentative ON book_rooms USING btree (tentative_of, held_until) WHERE (tentative_of IS NOT NULL)
  CREATE TRIGGER note AFTER INSERT OR DELETE OR UPDATE ON book_rooms FOR EACH ROW EXECUTE FUNCTION note_room()

TABLE book_sums
  policy_type text NOT NULL
  inst_id text NOT NULL
  side text NOT NULL
  in_force_usdc numeric(38,6) NOT NULL
  fresh_usdc numeric(38,6) NOT NULL
  tentative_usdc numeric(38,6) NOT NULL
  CONSTRAINT book_sums_pkey PRIMARY KEY (policy_type, inst_id, side)

TABLE chain_checkpoints
  reader_id text NOT NULL
  block_number bigint NOT NULL
  block_hash text NOT NULL
  CONSTRAINT chain_checkpoints_block_hash_check CHECK (block_hash ~ '^0x[0-9a-f]{64}$'::text)
  CONSTRAINT chain_checkpoints_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES chain_readers(id)
  CONSTRAINT chain_checkpoints_pkey PRIMARY KEY (reader_id, block_number)

TABLE chain_readers
  id text NOT NULL
  chain_id integer NOT NULL
  genesis_hash text NOT NULL
  first_block bigint NOT NULL
  opening_usdc numeric(38,6) NOT NULL
  last_block bigint NOT NULL
  last_hash text NOT NULL
  read_at timestamp with time zone NOT NULL
  head_block bigint NOT NULL
  safe_block bigint NOT NULL
  final_block bigint NOT NULL
  balanced_block bigint
  balance_usdc numeric(38,6)
  balanced_at timestamp with time zone
  difference_usdc numeric(38,6)
  trouble text
  trouble_detail text
  trouble_since timestamp with time zone
  lease_holder text
  lease_until timestamp with time zone
  CONSTRAINT chain_readers_check CHECK ((trouble IS NULL) = (trouble_since IS NULL))
  CONSTRAINT chain_readers_check1 CHECK ((balanced_block IS NULL) = (balance_usdc IS NULL) AND (balanced_block IS NULL) = (balanced_at IS NULL))
  CONSTRAINT chain_readers_genesis_hash_check CHECK (genesis_hash ~ '^0x[0-9a-f]{64}$'::text)
  CONSTRAINT chain_readers_last_hash_check CHECK (last_hash ~ '^0x[0-9a-f]{64}$'::text)
  CONSTRAINT chain_readers_opening_usdc_check CHECK (opening_usdc >= 0::numeric)
  CONSTRAINT chain_readers_pkey PRIMARY KEY (id)
  CREATE TRIGGER tell AFTER UPDATE OF trouble ON chain_readers FOR EACH ROW WHEN (((new.trouble IS DISTINCT FROM old.trouble) AND (new.trouble IS NOT NULL))) EXECUTE FUNCTION tell_of_reader()

TABLE chain_transfers
  id bigint NOT NULL IDENTITY
  reader_id text NOT NULL
  tx_hash text NOT NULL
  log_index integer NOT NULL
  block_number bigint NOT NULL
  block_hash text NOT NULL
  block_time timestamp with time zone NOT NULL
  direction text NOT NULL
  party text NOT NULL
  amount_usdc numeric(38,6) NOT NULL
  reference text
  purchase_order_id uuid
  matched_by text
  candidates uuid[] NOT NULL DEFAULT '{}'::uuid[]
  assigned_by text
  assigned_by_identity text
  assigned_why text
  counted_at timestamp with time zone
  counted_as text
  payout_id uuid
  vanished_at timestamp with time zone
  seen_at timestamp with time zone NOT NULL
  CONSTRAINT chain_transfers_amount_usdc_check CHECK (amount_usdc > 0::numeric)
  CONSTRAINT chain_transfers_block_hash_check CHECK (block_hash ~ '^0x[0-9a-f]{64}$'::text)
  CONSTRAINT chain_transfers_check CHECK ((purchase_order_id IS NULL) = (matched_by IS NULL))
  CONSTRAINT chain_transfers_check1 CHECK (direction = 'in'::text OR purchase_order_id IS NULL AND counted_at IS NULL)
  CONSTRAINT chain_transfers_check2 CHECK (direction = 'out'::text OR payout_id IS NULL)
  CONSTRAINT chain_transfers_check3 CHECK ((counted_at IS NULL) = (counted_as IS NULL))
  CONSTRAINT chain_transfers_check4 CHECK ((assigned_by IS NULL) = (assigned_by_identity IS NULL) AND (assigned_by IS NULL) = (assigned_why IS NULL))
  CONSTRAINT chain_transfers_check5 CHECK (vanished_at IS NULL OR counted_at IS NOT NULL OR payout_id IS NOT NULL)
  CONSTRAINT chain_transfers_counted_as_check CHECK (counted_as = ANY (ARRAY['premium'::text, 'second_payment'::text, 'other'::text]))
  CONSTRAINT chain_transfers_direction_check CHECK (direction = ANY (ARRAY['in'::text, 'out'::text]))
  CONSTRAINT chain_transfers_matched_by_check CHECK (matched_by = ANY (ARRAY['reference'::text, 'amount'::text, 'wallet'::text, 'operator'::text]))
  CONSTRAINT chain_transfers_party_check CHECK (party ~ '^0x[0-9a-f]{40}$'::text)
  CONSTRAINT chain_transfers_reference_check CHECK (reference ~ '^0x[0-9a-f]{64}$'::text)
  CONSTRAINT chain_transfers_tx_hash_check CHECK (tx_hash ~ '^0x[0-9a-f]{64}$'::text)
  CONSTRAINT chain_transfers_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT chain_transfers_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES chain_readers(id)
  CONSTRAINT chain_transfers_pkey PRIMARY KEY (id)
  CONSTRAINT chain_transfers_reader_id_tx_hash_log_index_key UNIQUE (reader_id, tx_hash, log_index)
  CREATE INDEX chain_transfers_by_block ON chain_transfers USING btree (reader_id, block_number)
  CREATE INDEX chain_transfers_of_order ON chain_transfers USING btree (purchase_order_id) WHERE (purchase_order_id IS NOT NULL)
  CREATE INDEX chain_transfers_uncounted ON chain_transfers USING btree (reader_id, block_number) WHERE ((direction = 'in'::text) AND (counted_at IS NULL))
  CREATE INDEX chain_transfers_unproven ON chain_transfers USING btree (reader_id, block_number) WHERE ((direction = 'out'::text) AND (payout_id IS NULL))
  CREATE INDEX chain_transfers_vanished ON chain_transfers USING btree (reader_id, tx_hash) WHERE (vanished_at IS NOT NULL)
  CREATE UNIQUE INDEX chain_transfers_of_payout ON chain_transfers USING btree (payout_id) WHERE (payout_id IS NOT NULL)

TABLE channels
  id uuid NOT NULL
  owner text
  kind text NOT NULL
  name text
  address text
  secret text
  locale text NOT NULL
  is_on boolean NOT NULL
  code_hash text
  code_until timestamp with time zone
  confirmed_at timestamp with time zone
  created_at timestamp with time zone NOT NULL
  removed_at timestamp with time zone
  last_sent_at timestamp with time zone
  failing_since timestamp with time zone
  failing_code text
  mailbox_hash text
  CONSTRAINT channels_check CHECK ((owner IS NULL) = (name IS NOT NULL))
  CONSTRAINT channels_check1 CHECK ((code_hash IS NULL) = (code_until IS NULL))
  CONSTRAINT channels_check2 CHECK ((failing_since IS NULL) = (failing_code IS NULL))
  CONSTRAINT channels_check3 CHECK (removed_at IS NULL OR address IS NULL AND secret IS NULL AND code_hash IS NULL AND NOT is_on)
  CONSTRAINT channels_kind_check CHECK (kind = ANY (ARRAY['telegram'::text, 'email'::text, 'feishu'::text, 'dingtalk'::text, 'wecom'::text, 'json'::text, 'push'::text]))
  CONSTRAINT channels_locale_check CHECK (locale = ANY (ARRAY['en'::text, 'zh'::text]))
  CONSTRAINT channels_pkey PRIMARY KEY (id)
  CONSTRAINT channels_code_hash_key UNIQUE (code_hash)
  CONSTRAINT channels_name_key UNIQUE (name)
  CREATE INDEX channels_of_mailbox ON channels USING btree (mailbox_hash) WHERE ((mailbox_hash IS NOT NULL) AND (confirmed_at IS NOT NULL))
  CREATE INDEX channels_own ON channels USING btree (owner, created_at) WHERE (owner IS NOT NULL)

TABLE claim_decisions
  id bigint NOT NULL IDENTITY
  claim_id uuid NOT NULL
  decision text NOT NULL
  at timestamp with time zone NOT NULL
  by_name text NOT NULL
  by_identity text NOT NULL
  code text
  reason text
  CONSTRAINT claim_decisions_sound CHECK (claim_decisions_sound(decision, code, reason))
  CONSTRAINT claim_decisions_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES insurance_claims(id)
  CONSTRAINT claim_decisions_pkey PRIMARY KEY (id)
  CREATE INDEX claim_decisions_of_claim ON claim_decisions USING btree (claim_id, id)

TABLE exchange_intervals
  id bigint NOT NULL IDENTITY
  state text NOT NULL
  trouble text
  title text
  from_at timestamp with time zone NOT NULL
  until_at timestamp with time zone NOT NULL
  CONSTRAINT exchange_intervals_check CHECK (until_at >= from_at)
  CONSTRAINT exchange_intervals_check1 CHECK ((state = 'UP'::text) = (trouble IS NULL))
  CONSTRAINT exchange_intervals_state_check CHECK (state = ANY (ARRAY['UP'::text, 'DEGRADED'::text, 'DOWN'::text]))
  CONSTRAINT exchange_intervals_trouble_check CHECK (trouble = ANY (ARRAY['NO_ANSWER'::text, 'MAINTENANCE'::text, 'PRE_OPEN'::text, 'MANY_FAILURES'::text]))
  CONSTRAINT exchange_intervals_pkey PRIMARY KEY (id)

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
  checks_passed integer NOT NULL DEFAULT 0
  checks_total integer NOT NULL DEFAULT 0
  side text
  attestation_key_id text
  account_uid text
  hedges_seen_at timestamp with time zone
  CONSTRAINT insurance_claims_sound CHECK (insurance_claims_sound(status, verdict, evidence_json, evidence_root, liquidation_time_ms, coverage_window_start, coverage_window_end, payout_amount_usdc, payout_cap_usdc, next_attempt_at, approved_by, approved_at, rejected_reason, multisig_tx_hash, paid_at, checks_passed, checks_total, side, attestation_key_id))
  CONSTRAINT insurance_claims_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT insurance_claims_pkey PRIMARY KEY (id)
  CONSTRAINT insurance_claims_purchase_order_id_okx_event_id_key UNIQUE (purchase_order_id, okx_event_id)
  CREATE INDEX insurance_claims_account ON insurance_claims USING btree (account_uid, created_at DESC) WHERE (account_uid IS NOT NULL)
  CREATE INDEX insurance_claims_by_status ON insurance_claims USING btree (status, created_at DESC, id DESC)
  CREATE INDEX insurance_claims_claimant ON insurance_claims USING btree (claimant, created_at DESC)
  CREATE INDEX insurance_claims_flags ON insurance_claims USING gin (flags) WHERE (flags <> '{}'::text[])
  CREATE INDEX insurance_claims_next_attempt ON insurance_claims USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL)
  CREATE INDEX insurance_claims_root ON insurance_claims USING btree (evidence_root) WHERE (evidence_root IS NOT NULL)
  CREATE INDEX insurance_claims_status_amount ON insurance_claims USING btree (status, COALESCE(payout_amount_usdc, (0)::numeric), id)

TABLE known_keys
  name text NOT NULL
  first_at timestamp with time zone NOT NULL
  CONSTRAINT known_keys_pkey PRIMARY KEY (name)

TABLE leases
  name text NOT NULL
  holder text NOT NULL
  until timestamp with time zone NOT NULL
  CONSTRAINT leases_pkey PRIMARY KEY (name)

TABLE liability_leaves
  tree_id bigint NOT NULL
  subject bytea NOT NULL
  order_id uuid
  amount numeric(38,6) NOT NULL
  CONSTRAINT liability_leaves_amount_check CHECK (amount >= 0::numeric)
  CONSTRAINT liability_leaves_subject_check CHECK (length(subject) = 32)
  CONSTRAINT liability_leaves_tree_id_fkey FOREIGN KEY (tree_id) REFERENCES liability_trees(id) ON DELETE CASCADE
  CONSTRAINT liability_leaves_pkey PRIMARY KEY (tree_id, subject)
  CREATE INDEX liability_leaves_order ON liability_leaves USING btree (order_id, tree_id) WHERE (order_id IS NOT NULL)

TABLE liability_trees
  id bigint NOT NULL IDENTITY
  at timestamp with time zone NOT NULL
  root text NOT NULL
  total numeric(38,6) NOT NULL
  count integer NOT NULL
  log_index bigint NOT NULL
  CONSTRAINT liability_trees_log_index_fkey FOREIGN KEY (log_index) REFERENCES log_entries(index)
  CONSTRAINT liability_trees_pkey PRIMARY KEY (id)

TABLE log_checkpoints
  size bigint NOT NULL
  root bytea NOT NULL
  note text NOT NULL
  at timestamp with time zone NOT NULL
  published_at timestamp with time zone
  CONSTRAINT log_checkpoints_root_check CHECK (length(root) = 32)
  CONSTRAINT log_checkpoints_pkey PRIMARY KEY (size)

TABLE log_entries
  index bigint NOT NULL
  type text NOT NULL
  entry text NOT NULL
  leaf bytea NOT NULL
  audit_id bigint
  order_id uuid
  opening text
  CONSTRAINT log_entries_check CHECK ((opening IS NULL) = (order_id IS NULL))
  CONSTRAINT log_entries_index_check CHECK (index >= 0)
  CONSTRAINT log_entries_leaf_check CHECK (length(leaf) = 32)
  CONSTRAINT log_entries_pkey PRIMARY KEY (index)
  CREATE INDEX log_entries_clear ON log_entries USING btree (type, index) WHERE (order_id IS NULL)
  CREATE INDEX log_entries_order ON log_entries USING btree (order_id, index) WHERE (order_id IS NOT NULL)
  CREATE UNIQUE INDEX log_entries_audit ON log_entries USING btree (audit_id) WHERE (audit_id IS NOT NULL)

TABLE log_nodes
  level smallint NOT NULL
  index bigint NOT NULL
  hash bytea NOT NULL
  CONSTRAINT log_nodes_hash_check CHECK (length(hash) = 32)
  CONSTRAINT log_nodes_level_check CHECK (level > 0 AND (level::integer % 8) = 0)
  CONSTRAINT log_nodes_pkey PRIMARY KEY (level, index)

TABLE log_state
  one boolean NOT NULL DEFAULT true
  size bigint NOT NULL
  roots bytea NOT NULL
  audit_id bigint NOT NULL DEFAULT 0
  CONSTRAINT log_state_one_check CHECK (one)
  CONSTRAINT log_state_roots_check CHECK ((length(roots) % 32) = 0)
  CONSTRAINT log_state_pkey PRIMARY KEY (one)

TABLE looks
  purchase_order_id uuid NOT NULL
  by_identity text NOT NULL
  by_name text NOT NULL
  first_at timestamp with time zone NOT NULL
  last_at timestamp with time zone NOT NULL
  CONSTRAINT looks_check CHECK (last_at >= first_at)
  CONSTRAINT looks_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT looks_pkey PRIMARY KEY (purchase_order_id, by_identity)

TABLE market_candles
  inst_id text NOT NULL
  at timestamp with time zone NOT NULL
  open numeric NOT NULL
  high numeric NOT NULL
  low numeric NOT NULL
  close numeric NOT NULL
  CONSTRAINT market_candles_check CHECK (low <= open AND low <= close AND high >= open AND high >= close)
  CONSTRAINT market_candles_close_check CHECK (close > 0::numeric)
  CONSTRAINT market_candles_low_check CHECK (low > 0::numeric)
  CONSTRAINT market_candles_open_check CHECK (open > 0::numeric)
  CONSTRAINT market_candles_pkey PRIMARY KEY (inst_id, at)

TABLE market_marks
  inst_id text NOT NULL
  at timestamp with time zone NOT NULL
  mark_px numeric NOT NULL
  index_px numeric
  index_at timestamp with time zone
  CONSTRAINT market_marks_check CHECK ((index_px IS NULL) = (index_at IS NULL))
  CONSTRAINT market_marks_index_px_check CHECK (index_px > 0::numeric)
  CONSTRAINT market_marks_mark_px_check CHECK (mark_px > 0::numeric)
  CONSTRAINT market_marks_pkey PRIMARY KEY (inst_id, at)

TABLE market_minutes
  inst_id text NOT NULL
  at timestamp with time zone NOT NULL
  low numeric NOT NULL
  high numeric NOT NULL
  close numeric NOT NULL
  CONSTRAINT market_minutes_check CHECK (low <= close AND high >= close)
  CONSTRAINT market_minutes_low_check CHECK (low > 0::numeric)
  CONSTRAINT market_minutes_pkey PRIMARY KEY (inst_id, at)

TABLE notes
  id uuid NOT NULL
  purchase_order_id uuid NOT NULL
  text text NOT NULL
  by_name text NOT NULL
  by_identity text NOT NULL
  at timestamp with time zone NOT NULL
  CONSTRAINT notes_text_check CHECK (btrim(text) <> ''::text AND length(text) <= 2000)
  CONSTRAINT notes_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT notes_pkey PRIMARY KEY (id)
  CREATE INDEX notes_of_order ON notes USING btree (purchase_order_id, at, id)

TABLE okx_credentials
  id uuid NOT NULL
  owner text NOT NULL
  sealed text
  key_id text NOT NULL
  region text NOT NULL
  label text NOT NULL
  uid text NOT NULL
  main_uid text NOT NULL
  created_at timestamp with time zone NOT NULL
  delete_asked_at timestamp with time zone
  deleted_at timestamp with time zone
  CONSTRAINT okx_credentials_check CHECK ((sealed IS NULL) = (deleted_at IS NOT NULL))
  CONSTRAINT okx_credentials_region_check CHECK (region = ANY (ARRAY['global'::text, 'us'::text, 'eea'::text]))
  CONSTRAINT okx_credentials_pkey PRIMARY KEY (id)
  CREATE INDEX okx_credentials_of_owner ON okx_credentials USING btree (owner, created_at DESC) WHERE (deleted_at IS NULL)
  CREATE INDEX okx_credentials_to_delete ON okx_credentials USING btree (delete_asked_at) WHERE ((delete_asked_at IS NOT NULL) AND (deleted_at IS NULL))

TABLE operators
  address text NOT NULL
  name text NOT NULL
  role text NOT NULL
  added_by text NOT NULL
  created_at timestamp with time zone NOT NULL
  updated_at timestamp with time zone NOT NULL
  removed_at timestamp with time zone
  CONSTRAINT operators_role_check CHECK (role = ANY (ARRAY['viewer'::text, 'reviewer'::text, 'treasurer'::text, 'admin'::text]))
  CONSTRAINT operators_pkey PRIMARY KEY (address)
  CONSTRAINT operators_name_key UNIQUE (name)

TABLE outbox
  id uuid NOT NULL DEFAULT gen_random_uuid()
  channel_id uuid NOT NULL
  event text NOT NULL
  dedup text NOT NULL
  purchase_order_id uuid
  facts jsonb NOT NULL
  at timestamp with time zone NOT NULL
  due_at timestamp with time zone
  tries integer NOT NULL DEFAULT 0
  taken_by uuid
  taken_until timestamp with time zone
  sent_at timestamp with time zone
  given_up_at timestamp with time zone
  error text
  CONSTRAINT outbox_check CHECK ((due_at IS NULL) = (sent_at IS NOT NULL OR given_up_at IS NOT NULL))
  CONSTRAINT outbox_check1 CHECK (sent_at IS NULL OR given_up_at IS NULL)
  CONSTRAINT outbox_check2 CHECK ((taken_by IS NULL) = (taken_until IS NULL))
  CONSTRAINT outbox_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id)
  CONSTRAINT outbox_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT outbox_pkey PRIMARY KEY (id)
  CONSTRAINT outbox_channel_id_dedup_key UNIQUE (channel_id, dedup)
  CREATE INDEX outbox_due ON outbox USING btree (due_at) WHERE (due_at IS NOT NULL)
  CREATE INDEX outbox_of_order ON outbox USING btree (purchase_order_id, at) WHERE (purchase_order_id IS NOT NULL)
  CREATE INDEX outbox_taken ON outbox USING btree (channel_id) WHERE (taken_until IS NOT NULL)

TABLE payout_batch_items
  batch_id uuid NOT NULL
  payout_id uuid NOT NULL
  payee text NOT NULL
  amount_usdc numeric(38,6) NOT NULL
  CONSTRAINT payout_batch_items_amount_usdc_check CHECK (amount_usdc > 0::numeric)
  CONSTRAINT payout_batch_items_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES payout_batches(id)
  CONSTRAINT payout_batch_items_payout_id_fkey FOREIGN KEY (payout_id) REFERENCES payouts(id)
  CONSTRAINT payout_batch_items_pkey PRIMARY KEY (batch_id, payout_id)
  CREATE INDEX payout_batch_items_payout ON payout_batch_items USING btree (payout_id)

TABLE payout_batches
  id uuid NOT NULL DEFAULT gen_random_uuid()
  list_hash text NOT NULL
  count integer NOT NULL
  total_usdc numeric(38,6) NOT NULL
  safe text
  created_by text NOT NULL
  created_at timestamp with time zone NOT NULL
  dropped_by text
  dropped_why text
  dropped_at timestamp with time zone
  CONSTRAINT payout_batches_check CHECK ((dropped_by IS NULL) = (dropped_at IS NULL) AND (dropped_why IS NULL) = (dropped_at IS NULL))
  CONSTRAINT payout_batches_count_check CHECK (count > 0)
  CONSTRAINT payout_batches_list_hash_check CHECK (list_hash ~ '^0x[0-9a-f]{64}$'::text)
  CONSTRAINT payout_batches_total_usdc_check CHECK (total_usdc > 0::numeric)
  CONSTRAINT payout_batches_pkey PRIMARY KEY (id)
  CREATE INDEX payout_batches_newest ON payout_batches USING btree (created_at DESC, id DESC)

TABLE payouts
  id uuid NOT NULL DEFAULT gen_random_uuid()
  kind text NOT NULL
  subject text NOT NULL
  purchase_order_id uuid NOT NULL
  claim_id uuid
  payee text
  payee_source text
  payee_by text
  payee_by_identity text
  payee_why text
  amount_usdc numeric(38,6) NOT NULL
  status text NOT NULL
  approved_by text
  approved_by_identity text
  approved_at timestamp with time zone
  batch_id uuid
  tx_hash text
  paid_at timestamp with time zone
  recorded_by text
  recorded_at timestamp with time zone
  withdrawn_at timestamp with time zone
  created_at timestamp with time zone NOT NULL
  updated_at timestamp with time zone NOT NULL
  CONSTRAINT payouts_sound CHECK (payouts_sound(kind, claim_id, payee, payee_source, payee_by, payee_by_identity, payee_why, amount_usdc, status, approved_by, approved_by_identity, approved_at, batch_id, tx_hash, paid_at, recorded_by, recorded_at, withdrawn_at))
  CONSTRAINT payouts_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES payout_batches(id)
  CONSTRAINT payouts_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES insurance_claims(id)
  CONSTRAINT payouts_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT payouts_pkey PRIMARY KEY (id)
  CREATE INDEX payouts_list ON payouts USING btree (((status = 'PAID'::text)), created_at DESC, id DESC) WHERE (withdrawn_at IS NULL)
  CREATE INDEX payouts_of_batch ON payouts USING btree (batch_id) WHERE (batch_id IS NOT NULL)
  CREATE INDEX payouts_of_order ON payouts USING btree (purchase_order_id)
  CREATE INDEX payouts_paid ON payouts USING btree (paid_at, id) WHERE (paid_at IS NOT NULL)
  CREATE INDEX payouts_payable ON payouts USING btree (approved_at, id) WHERE ((status = 'DUE'::text) AND (withdrawn_at IS NULL) AND (approved_at IS NOT NULL))
  CREATE INDEX payouts_tx ON payouts USING btree (tx_hash) WHERE (tx_hash IS NOT NULL)
  CREATE UNIQUE INDEX payouts_owed_once ON payouts USING btree (kind, subject) WHERE (withdrawn_at IS NULL)
  CREATE TRIGGER tell AFTER INSERT ON payouts FOR EACH ROW WHEN ((new.status = 'DUE'::text)) EXECUTE FUNCTION tell_of_payout()

TABLE public_liquidations
  inst_id text NOT NULL
  at timestamp with time zone NOT NULL
  side text NOT NULL
  px numeric NOT NULL
  size numeric NOT NULL
  CONSTRAINT public_liquidations_px_check CHECK (px > 0::numeric)
  CONSTRAINT public_liquidations_side_check CHECK (side = ANY (ARRAY['buy'::text, 'sell'::text]))
  CONSTRAINT public_liquidations_size_check CHECK (size > 0::numeric)
  CONSTRAINT public_liquidations_pkey PRIMARY KEY (inst_id, at, side, px, size)
  CREATE INDEX public_liquidations_brin ON public_liquidations USING brin (at)

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
  credential_id uuid
  snapshot_id uuid
  okx_uid text
  okx_main_uid text
  okx_pos_id text
  okx_pos_ctime text
  position_json jsonb
  waiting_check text
  payer text
  paid_probability double precision
  refunded_at timestamp with time zone
  refund_to text
  refund_tx_hash text
  amount_due_usdc numeric(38,6)
  payment_reference text
  payment_seen_tx_hash text
  payment_seen_block bigint
  payment_final boolean NOT NULL DEFAULT false
  premium_vanished_at timestamp with time zone
  cancelled_at timestamp with time zone
  pay_by_grown_ms bigint NOT NULL DEFAULT 0
  follows uuid
  behind boolean NOT NULL DEFAULT false
  CONSTRAINT purchase_orders_sound CHECK (purchase_orders_sound(premium_amount_usdc, coverage_start_at, coverage_end_at, okx_meta_json, bound_at, attested, binding_released_at, reported_at, reported_tx_hash, paid_at, paid_amount_usdc, payment_tx_hash, marked_paid_by, refund_reason, credential_id, snapshot_id, okx_uid, okx_main_uid, okx_pos_id, okx_pos_ctime, waiting_check, payer, paid_probability, refunded_at, refund_to, refund_tx_hash, amount_due_usdc, payment_reference, payment_seen_tx_hash, payment_seen_block, payment_final, pay_by_grown_ms, follows, behind)) NOT VALID
  CONSTRAINT purchase_orders_credential_id_fkey FOREIGN KEY (credential_id) REFERENCES okx_credentials(id)
  CONSTRAINT purchase_orders_follows_fkey FOREIGN KEY (follows) REFERENCES purchase_orders(id)
  CONSTRAINT purchase_orders_pkey PRIMARY KEY (id)
  CREATE INDEX purchase_orders_account ON purchase_orders USING btree (okx_main_uid, created_at DESC) WHERE (okx_main_uid IS NOT NULL)
  CREATE INDEX purchase_orders_confirmed ON purchase_orders USING btree (reported_at DESC) WHERE ((reported_at IS NOT NULL) AND (paid_at IS NOT NULL))
  CREATE INDEX purchase_orders_credential ON purchase_orders USING btree (credential_id) WHERE (credential_id IS NOT NULL)
  CREATE INDEX purchase_orders_own ON purchase_orders USING btree (owner, (
CASE
    WHEN ((paid_at IS NULL) AND (reported_at IS NOT NULL)) THEN 1
    ELSE 0
END) DESC, created_at DESC, id DESC) WHERE (owner IS NOT NULL)
  CREATE INDEX purchase_orders_paid_brin ON purchase_orders USING brin (paid_at)
  CREATE INDEX purchase_orders_payer ON purchase_orders USING btree (payer, coverage_end_at) WHERE (payer IS NOT NULL)
  CREATE INDEX purchase_orders_payout_address ON purchase_orders USING btree (payout_address, paid_at, coverage_end_at) WHERE (payout_address IS NOT NULL)
  CREATE INDEX purchase_orders_queue ON purchase_orders USING btree ((
CASE
    WHEN ((paid_at IS NULL) AND (reported_at IS NOT NULL)) THEN 1
    ELSE 0
END) DESC, created_at DESC, id DESC)
  CREATE INDEX purchase_orders_refund_due ON purchase_orders USING btree (created_at DESC, id DESC) WHERE ((refund_reason IS NOT NULL) AND (refunded_at IS NULL))
  CREATE INDEX purchase_orders_refunded ON purchase_orders USING btree (created_at DESC, id DESC) WHERE (refunded_at IS NOT NULL)
  CREATE INDEX purchase_orders_released_okx_order ON purchase_orders USING btree (((okx_meta_json ->> 'ordId'::text))) WHERE (binding_released_at IS NOT NULL)
  CREATE INDEX purchase_orders_reported_tx ON purchase_orders USING btree (reported_tx_hash) WHERE (reported_tx_hash IS NOT NULL)
  CREATE INDEX purchase_orders_uid ON purchase_orders USING btree (okx_uid) WHERE (okx_uid IS NOT NULL)
  CREATE INDEX purchase_orders_waiting ON purchase_orders USING btree (paid_at) WHERE (attested AND (refund_reason IS NULL) AND (waiting_check IS DISTINCT FROM 'UNTOUCHED'::text))
  CREATE INDEX purchase_orders_window_brin ON purchase_orders USING brin (coverage_end_at) WITH (pages_per_range='32', autosummarize='on')
  CREATE UNIQUE INDEX purchase_orders_live_okx_order ON purchase_orders USING btree (((okx_meta_json ->> 'ordId'::text)), behind) WHERE ((okx_meta_json IS NOT NULL) AND ((binding_released_at IS NULL) OR ((paid_at IS NOT NULL) AND (refund_reason IS NULL) AND (binding_released_at < coverage_end_at))))
  CREATE UNIQUE INDEX purchase_orders_live_position ON purchase_orders USING btree (okx_main_uid, okx_pos_id, okx_pos_ctime, behind) WHERE ((okx_pos_id IS NOT NULL) AND ((binding_released_at IS NULL) OR ((paid_at IS NOT NULL) AND (refund_reason IS NULL) AND (binding_released_at < coverage_end_at))))
  CREATE UNIQUE INDEX purchase_orders_payment_reference ON purchase_orders USING btree (payment_reference) WHERE (payment_reference IS NOT NULL)
  CREATE UNIQUE INDEX purchase_orders_payment_tx ON purchase_orders USING btree (payment_tx_hash) WHERE (payment_tx_hash IS NOT NULL)
  CREATE TRIGGER move_up AFTER UPDATE OF binding_released_at ON purchase_orders FOR EACH ROW WHEN (((old.binding_released_at IS NULL) AND (new.binding_released_at IS NOT NULL) AND (NOT new.behind) AND (new.okx_pos_id IS NOT NULL))) EXECUTE FUNCTION move_up_next_cover()
  CREATE TRIGGER tell_seen AFTER UPDATE OF payment_seen_tx_hash ON purchase_orders FOR EACH ROW WHEN (((new.payment_seen_tx_hash IS DISTINCT FROM old.payment_seen_tx_hash) AND (new.payment_seen_tx_hash IS NOT NULL) AND (new.paid_at IS NULL))) EXECUTE FUNCTION tell_of_payment_seen()

TABLE quotes
  quote_hash text NOT NULL
  policy_type text NOT NULL
  inst_id text NOT NULL
  side text NOT NULL
  leverage double precision NOT NULL
  mark_px numeric NOT NULL
  liq_px numeric NOT NULL
  probability double precision NOT NULL
  honoured_up_to double precision NOT NULL
  premium_usdc numeric(38,6) NOT NULL
  payout_usdc numeric(38,6) NOT NULL
  fixed_price boolean NOT NULL
  created_at timestamp with time zone NOT NULL
  expires_at timestamp with time zone NOT NULL
  purchase_order_id uuid
  used_at timestamp with time zone
  CONSTRAINT quotes_check CHECK (payout_usdc > premium_usdc)
  CONSTRAINT quotes_check1 CHECK ((purchase_order_id IS NULL) = (used_at IS NULL))
  CONSTRAINT quotes_premium_usdc_check CHECK (premium_usdc > 0::numeric)
  CONSTRAINT quotes_probability_check CHECK (probability >= 0::double precision AND probability <= 1::double precision)
  CONSTRAINT quotes_quote_hash_check CHECK (quote_hash ~ '^0x[0-9a-f]{64}$'::text)
  CONSTRAINT quotes_side_check CHECK (side = ANY (ARRAY['long'::text, 'short'::text]))
  CONSTRAINT quotes_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT quotes_pkey PRIMARY KEY (quote_hash)
  CONSTRAINT quotes_purchase_order_id_key UNIQUE (purchase_order_id)
  CREATE INDEX quotes_unused ON quotes USING btree (created_at) WHERE (purchase_order_id IS NULL)

TABLE rate_limits
  key text NOT NULL
  count integer NOT NULL
  resets_at timestamp with time zone NOT NULL
  CONSTRAINT rate_limits_pkey PRIMARY KEY (key)
  CREATE INDEX rate_limits_age ON rate_limits USING btree (resets_at)

TABLE sales_stops
  policy_type text
  inst_id text
  side text
  reason text NOT NULL
  stopped_by text NOT NULL
  stopped_at timestamp with time zone NOT NULL
  CONSTRAINT sales_stops_side_check CHECK (side = ANY (ARRAY['long'::text, 'short'::text]))
  CREATE UNIQUE INDEX sales_stops_scope ON sales_stops USING btree (COALESCE(policy_type, ''::text), COALESCE(inst_id, ''::text), COALESCE(side, ''::text))

TABLE sessions
  id uuid NOT NULL
  token_hash bytea NOT NULL
  previous_token_hash bytea
  address text NOT NULL
  created_at timestamp with time zone NOT NULL
  rotated_at timestamp with time zone NOT NULL
  expires_at timestamp with time zone NOT NULL
  revoked_at timestamp with time zone
  revoked_why text
  by_chain boolean NOT NULL DEFAULT false
  CONSTRAINT sessions_check CHECK ((revoked_at IS NULL) = (revoked_why IS NULL))
  CONSTRAINT sessions_pkey PRIMARY KEY (id)
  CONSTRAINT sessions_previous_token_hash_key UNIQUE (previous_token_hash)
  CONSTRAINT sessions_token_hash_key UNIQUE (token_hash)
  CREATE INDEX sessions_age ON sessions USING btree (expires_at)

TABLE settings
  key text NOT NULL
  value jsonb NOT NULL
  updated_by text NOT NULL
  updated_at timestamp with time zone NOT NULL
  CONSTRAINT settings_pkey PRIMARY KEY (key)

TABLE sign_in_messages
  nonce text NOT NULL
  address text NOT NULL
  chain_id integer NOT NULL
  message text NOT NULL
  purchase_order_id uuid
  payout_address text
  created_at timestamp with time zone NOT NULL
  expires_at timestamp with time zone NOT NULL
  used_at timestamp with time zone
  CONSTRAINT sign_in_messages_check CHECK ((purchase_order_id IS NULL) = (payout_address IS NULL))
  CONSTRAINT sign_in_messages_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT sign_in_messages_pkey PRIMARY KEY (nonce)
  CREATE INDEX sign_in_messages_age ON sign_in_messages USING btree (expires_at)

TABLE told_payments
  id bigint NOT NULL IDENTITY
  reader_id text NOT NULL
  tx_hash text NOT NULL
  purchase_order_id uuid
  payout_id uuid
  quote_hash text
  why text
  told_by text NOT NULL
  told_by_identity text NOT NULL
  told_at timestamp with time zone NOT NULL
  dropped_at timestamp with time zone
  dropped_why text
  CONSTRAINT told_payments_check CHECK ((purchase_order_id IS NULL) <> (payout_id IS NULL))
  CONSTRAINT told_payments_check1 CHECK ((dropped_at IS NULL) = (dropped_why IS NULL))
  CONSTRAINT told_payments_tx_hash_check CHECK (tx_hash ~ '^0x[0-9a-f]{64}$'::text)
  CONSTRAINT told_payments_payout_id_fkey FOREIGN KEY (payout_id) REFERENCES payouts(id)
  CONSTRAINT told_payments_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT told_payments_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES chain_readers(id)
  CONSTRAINT told_payments_pkey PRIMARY KEY (id)
  CREATE INDEX told_payments_by_hash ON told_payments USING btree (reader_id, tx_hash)
  CREATE UNIQUE INDEX told_payments_of_order ON told_payments USING btree (purchase_order_id, tx_hash) WHERE (purchase_order_id IS NOT NULL)
  CREATE UNIQUE INDEX told_payments_of_payout ON told_payments USING btree (payout_id) WHERE ((payout_id IS NOT NULL) AND (dropped_at IS NULL))

TABLE watch_changes
  purchase_order_id uuid NOT NULL
  kind text NOT NULL
  ref text NOT NULL
  at timestamp with time zone NOT NULL
  before text
  after text
  amount text
  CONSTRAINT watch_changes_kind_check CHECK (kind = ANY (ARRAY['MARGIN_ADDED'::text, 'MARGIN_REMOVED'::text, 'LEVERAGE_CHANGED'::text, 'SIZE_ADDED'::text, 'SIZE_REDUCED'::text]))
  CONSTRAINT watch_changes_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES watches(purchase_order_id)
  CONSTRAINT watch_changes_pkey PRIMARY KEY (purchase_order_id, kind, ref)
  CREATE TRIGGER tell AFTER INSERT ON watch_changes FOR EACH ROW EXECUTE FUNCTION tell_of_change()

TABLE watch_evidence
  purchase_order_id uuid NOT NULL
  kind text NOT NULL
  at timestamp with time zone NOT NULL
  verdict text NOT NULL
  reason text
  evidence_root text
  evidence_json json NOT NULL
  CONSTRAINT watch_evidence_kind_check CHECK (kind = ANY (ARRAY['GONE'::text, 'CLOSING'::text, 'PARTIAL'::text]))
  CONSTRAINT watch_evidence_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES watches(purchase_order_id)
  CONSTRAINT watch_evidence_pkey PRIMARY KEY (purchase_order_id, kind)
  CREATE TRIGGER tell AFTER INSERT OR UPDATE ON watch_evidence FOR EACH ROW WHEN ((new.kind = 'PARTIAL'::text)) EXECUTE FUNCTION tell_of_evidence()

TABLE watch_intervals
  id bigint NOT NULL IDENTITY
  purchase_order_id uuid NOT NULL
  from_at timestamp with time zone NOT NULL
  until_at timestamp with time zone NOT NULL
  CONSTRAINT watch_intervals_check CHECK (until_at >= from_at)
  CONSTRAINT watch_intervals_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES watches(purchase_order_id)
  CONSTRAINT watch_intervals_pkey PRIMARY KEY (id)
  CREATE INDEX watch_intervals_order ON watch_intervals USING btree (purchase_order_id, id)

TABLE watches
  purchase_order_id uuid NOT NULL
  is_on boolean NOT NULL
  files_claims boolean NOT NULL
  changed_at timestamp with time zone NOT NULL
  ended_as text
  next_look_at timestamp with time zone
  taken_by uuid
  taken_until timestamp with time zone
  looked_at timestamp with time zone
  unsettled integer NOT NULL DEFAULT 0
  inst_id text NOT NULL
  side text NOT NULL
  liq_px numeric NOT NULL
  touched_at timestamp with time zone
  seen_at timestamp with time zone
  seen_json json
  blind_since timestamp with time zone
  blind_code text
  ledger_read_at timestamp with time zone
  CONSTRAINT watches_check CHECK (next_look_at IS NULL OR is_on AND ended_as IS NULL)
  CONSTRAINT watches_check1 CHECK ((taken_by IS NULL) = (taken_until IS NULL))
  CONSTRAINT watches_check2 CHECK ((blind_since IS NULL) = (blind_code IS NULL))
  CONSTRAINT watches_check3 CHECK ((seen_at IS NULL) = (seen_json IS NULL))
  CONSTRAINT watches_ended_as_check CHECK (ended_as = ANY (ARRAY['LIQUIDATED'::text, 'CLAIMED'::text, 'CLOSED'::text, 'WINDOW_OVER'::text, 'NOT_COVERED'::text, 'KEY_GONE'::text]))
  CONSTRAINT watches_liq_px_check CHECK (liq_px > 0::numeric)
  CONSTRAINT watches_side_check CHECK (side = ANY (ARRAY['long'::text, 'short'::text]))
  CONSTRAINT watches_unsettled_check CHECK (unsettled >= 0)
  CONSTRAINT watches_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES purchase_orders(id)
  CONSTRAINT watches_pkey PRIMARY KEY (purchase_order_id)
  CREATE INDEX watches_due ON watches USING btree (next_look_at) WHERE (next_look_at IS NOT NULL)
  CREATE INDEX watches_near ON watches USING btree (inst_id, side, liq_px) WHERE (next_look_at IS NOT NULL)
  CREATE TRIGGER tell AFTER UPDATE ON watches FOR EACH ROW WHEN (((new.blind_code IS DISTINCT FROM old.blind_code) OR (new.ended_as IS DISTINCT FROM old.ended_as))) EXECUTE FUNCTION tell_of_watch()

CREATE OR REPLACE FUNCTION audit_stamp(id bigint, at timestamp with time zone, actor text, action text, subject_type text, subject_id text, from_status text, to_status text, why text, details jsonb, request_id text)
 RETURNS bytea
 LANGUAGE sql
 STABLE
AS $function$
      select sha256(convert_to(jsonb_build_array('liqpass audit row 1', id, extract(epoch from at), actor, action, subject_type,
        subject_id, from_status, to_status, why, details, request_id)::text, 'UTF8'))
    $function$

CREATE OR REPLACE FUNCTION claim_decisions_sound(decision text, code text, reason text)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
begin
  return ((decision = 'REJECT'::text) OR (code IS NULL)) -- claim_decisions_check
  and ((decision = 'APPROVE'::text) OR (reason IS NOT NULL)) -- claim_decisions_check1
  and (code = ANY (ARRAY['NOT_COVERED_BY_POLICY'::text, 'OUTSIDE_WINDOW'::text, 'POSITION_DOES_NOT_MATCH'::text, 'LOSS_NOT_PROVEN'::text, 'SELF_MADE_LIQUIDATION'::text, 'KEY_OR_ACCOUNT_DOUBTFUL'::text, 'CLAIMED_ELSEWHERE'::text, 'PREMIUM_NOT_RECEIVED'::text, 'OTHER'::text])) -- claim_decisions_code_check
  and (decision = ANY (ARRAY['APPROVE'::text, 'REJECT'::text, 'TAKE_BACK'::text, 'RELEASE_HOLD'::text])) -- claim_decisions_decision_check
  ;
end
$function$

CREATE OR REPLACE FUNCTION insurance_claims_sound(status text, verdict text, evidence_json json, evidence_root text, liquidation_time_ms bigint, coverage_window_start timestamp with time zone, coverage_window_end timestamp with time zone, payout_amount_usdc numeric, payout_cap_usdc numeric, next_attempt_at timestamp with time zone, approved_by text, approved_at timestamp with time zone, rejected_reason text, multisig_tx_hash text, paid_at timestamp with time zone, checks_passed integer, checks_total integer, side text, attestation_key_id text)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
begin
  return (attestation_key_id ~ '^[0-9a-f]{16}$'::text) -- insurance_claims_attestation_key_id_check
  and (coverage_window_start < coverage_window_end) -- insurance_claims_check
  and (payout_amount_usdc <= payout_cap_usdc) -- insurance_claims_check1
  and ((status = 'VERIFYING'::text) = (next_attempt_at IS NOT NULL)) -- insurance_claims_check2
  and ((status <> ALL (ARRAY['REJECTED'::text, 'FAILED'::text])) OR (rejected_reason IS NOT NULL)) -- insurance_claims_check3
  and ((status <> ALL (ARRAY['VERIFIED_PENDING_REVIEW'::text, 'APPROVED_PENDING_MULTISIG'::text, 'PAID'::text])) OR ((verdict = ANY (ARRAY['LIQUIDATED'::text, 'PARTIALLY_LIQUIDATED'::text])) AND (evidence_root IS NOT NULL) AND (evidence_json IS NOT NULL) AND (payout_amount_usdc IS NOT NULL) AND (liquidation_time_ms IS NOT NULL) AND ((liquidation_time_ms)::numeric >= (EXTRACT(epoch FROM coverage_window_start) * (1000)::numeric)) AND ((liquidation_time_ms)::numeric < (EXTRACT(epoch FROM coverage_window_end) * (1000)::numeric)))) -- insurance_claims_check4
  and ((status = ANY (ARRAY['APPROVED_PENDING_MULTISIG'::text, 'PAID'::text])) = (approved_by IS NOT NULL)) -- insurance_claims_check5
  and ((approved_by IS NULL) = (approved_at IS NULL)) -- insurance_claims_check6
  and (((status = 'PAID'::text) = (multisig_tx_hash IS NOT NULL)) AND ((multisig_tx_hash IS NULL) = (paid_at IS NULL))) -- insurance_claims_check7
  and ((checks_passed >= 0) AND (checks_passed <= checks_total)) -- insurance_claims_check8
  and (evidence_root ~ '^0x[0-9a-f]{64}$'::text) -- insurance_claims_evidence_root_check
  and (multisig_tx_hash ~ '^0x[0-9a-f]{64}$'::text) -- insurance_claims_multisig_tx_hash_check
  and (payout_amount_usdc > (0)::numeric) -- insurance_claims_payout_amount_usdc_check
  and (payout_cap_usdc > (0)::numeric) -- insurance_claims_payout_cap_usdc_check
  and (side = ANY (ARRAY['long'::text, 'short'::text])) -- insurance_claims_side_check
  and (status = ANY (ARRAY['VERIFYING'::text, 'VERIFIED_PENDING_REVIEW'::text, 'APPROVED_PENDING_MULTISIG'::text, 'PAID'::text, 'REJECTED'::text, 'FAILED'::text])) -- insurance_claims_status_check
  and (verdict = ANY (ARRAY['LIQUIDATED'::text, 'PARTIALLY_LIQUIDATED'::text, 'NOT_LIQUIDATED'::text, 'STILL_OPEN'::text, 'INELIGIBLE'::text, 'INCONCLUSIVE'::text])) -- insurance_claims_verdict_check
  ;
end
$function$

CREATE OR REPLACE FUNCTION move_up_next_cover()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      update purchase_orders set behind = false
      where okx_main_uid = new.okx_main_uid and okx_pos_id = new.okx_pos_id and okx_pos_ctime = new.okx_pos_ctime
        and okx_pos_id is not null and behind and binding_released_at is null;
      return null;
    end
    $function$

CREATE OR REPLACE FUNCTION note_room()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op = 'UPDATE' and (old.policy_type, old.inst_id, old.side, old.liq_px, old.payout_usdc, old.tentative_of is null, old.sold_at, old.held_until)
          is not distinct from (new.policy_type, new.inst_id, new.side, new.liq_px, new.payout_usdc, new.tentative_of is null, new.sold_at, new.held_until) then
        return null;
      end if;
      if tg_op <> 'INSERT' then
        insert into book_changes values (old.policy_type, old.inst_id, old.side, old.liq_px, -old.payout_usdc, old.tentative_of is not null, old.sold_at, old.held_until);
      end if;
      if tg_op <> 'DELETE' then
        insert into book_changes values (new.policy_type, new.inst_id, new.side, new.liq_px, new.payout_usdc, new.tentative_of is not null, new.sold_at, new.held_until);
      end if;
      return null;
    end
    $function$

CREATE OR REPLACE FUNCTION payouts_sound(kind text, claim_id uuid, payee text, payee_source text, payee_by text, payee_by_identity text, payee_why text, amount_usdc numeric, status text, approved_by text, approved_by_identity text, approved_at timestamp with time zone, batch_id uuid, tx_hash text, paid_at timestamp with time zone, recorded_by text, recorded_at timestamp with time zone, withdrawn_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
begin
  return (amount_usdc > (0)::numeric) -- payouts_amount_usdc_check
  and ((kind = 'claim'::text) = (claim_id IS NOT NULL)) -- payouts_check
  and ((payee IS NULL) = (payee_source IS NULL)) -- payouts_check1
  and ((withdrawn_at IS NULL) OR (status = 'DUE'::text)) -- payouts_check10
  and (COALESCE((payee_source = 'OPERATOR'::text), false) = (payee_by IS NOT NULL)) -- payouts_check2
  and (((payee_by IS NULL) = (payee_by_identity IS NULL)) AND ((payee_by IS NULL) = (payee_why IS NULL))) -- payouts_check3
  and (((approved_by IS NULL) = (approved_at IS NULL)) AND ((approved_by IS NULL) = (approved_by_identity IS NULL))) -- payouts_check4
  and ((status = 'DUE'::text) OR ((approved_by IS NOT NULL) AND (payee IS NOT NULL))) -- payouts_check5
  and ((kind <> 'claim'::text) OR (approved_by IS NOT NULL)) -- payouts_check6
  and ((status <> 'DUE'::text) OR (batch_id IS NULL)) -- payouts_check7
  and ((status <> 'IN_BATCH'::text) OR (batch_id IS NOT NULL)) -- payouts_check8
  and (((status = 'PAID'::text) = (tx_hash IS NOT NULL)) AND ((tx_hash IS NULL) = (paid_at IS NULL)) AND ((tx_hash IS NULL) = (recorded_by IS NULL)) AND ((tx_hash IS NULL) = (recorded_at IS NULL))) -- payouts_check9
  and (kind = ANY (ARRAY['claim'::text, 'refund'::text, 'excess'::text])) -- payouts_kind_check
  and (payee_source = ANY (ARRAY['CLAIM'::text, 'PAYOUT_ADDRESS'::text, 'OWNER'::text, 'OPERATOR'::text])) -- payouts_payee_source_check
  and (status = ANY (ARRAY['DUE'::text, 'IN_BATCH'::text, 'PAID'::text])) -- payouts_status_check
  and (tx_hash ~ '^0x[0-9a-f]{64}$'::text) -- payouts_tx_hash_check
  ;
end
$function$

CREATE OR REPLACE FUNCTION price_step(px numeric)
 RETURNS numeric
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
    declare
      shift numeric := power(10::numeric, 3 - floor(log(px::float8))::int);
      steps numeric := trunc(px * shift);
      wide int := case when steps < 2000 then 1 when steps < 5000 then 2 else 5 end;
    begin
      return div(steps, wide) * wide / shift;
    end
    $function$

CREATE OR REPLACE FUNCTION purchase_orders_sound(premium_amount_usdc numeric, coverage_start_at timestamp with time zone, coverage_end_at timestamp with time zone, okx_meta_json jsonb, bound_at timestamp with time zone, attested boolean, binding_released_at timestamp with time zone, reported_at timestamp with time zone, reported_tx_hash text, paid_at timestamp with time zone, paid_amount_usdc numeric, payment_tx_hash text, marked_paid_by text, refund_reason text, credential_id uuid, snapshot_id uuid, okx_uid text, okx_main_uid text, okx_pos_id text, okx_pos_ctime text, waiting_check text, payer text, paid_probability double precision, refunded_at timestamp with time zone, refund_to text, refund_tx_hash text, amount_due_usdc numeric, payment_reference text, payment_seen_tx_hash text, payment_seen_block bigint, payment_final boolean, pay_by_grown_ms bigint, follows uuid, behind boolean)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
begin
  return (coverage_start_at < coverage_end_at) -- purchase_orders_check
  and (((okx_meta_json IS NULL) = (bound_at IS NULL)) AND ((bound_at IS NULL) = (attested IS NULL))) -- purchase_orders_check1
  and (((refunded_at IS NULL) = (refund_to IS NULL)) AND ((refunded_at IS NULL) = (refund_tx_hash IS NULL))) -- purchase_orders_check10
  and ((refunded_at IS NULL) OR (refund_reason IS NOT NULL)) -- purchase_orders_check11
  and ((amount_due_usdc > (0)::numeric) AND (amount_due_usdc <= premium_amount_usdc)) -- purchase_orders_check12
  and ((amount_due_usdc IS NULL) = (payment_reference IS NULL)) -- purchase_orders_check13
  and ((payment_seen_tx_hash IS NULL) = (payment_seen_block IS NULL)) -- purchase_orders_check14
  and ((payment_seen_tx_hash IS NOT NULL) OR (NOT payment_final)) -- purchase_orders_check15
  and ((reported_at IS NULL) <= (reported_tx_hash IS NULL)) -- purchase_orders_check2
  and ((paid_at IS NULL) = (marked_paid_by IS NULL)) -- purchase_orders_check3
  and ((paid_at IS NOT NULL) OR ((refund_reason IS NULL) AND (payment_tx_hash IS NULL) AND (paid_amount_usdc IS NULL))) -- purchase_orders_check4
  and ((paid_at IS NULL) OR (okx_meta_json IS NOT NULL) OR (refund_reason = 'PAID_BEFORE_BINDING'::text)) -- purchase_orders_check5
  and ((attested IS TRUE) = (snapshot_id IS NOT NULL)) -- purchase_orders_check6
  and (((snapshot_id IS NULL) = (okx_main_uid IS NULL)) AND ((okx_main_uid IS NULL) = (okx_pos_id IS NULL)) AND ((okx_pos_id IS NULL) = (okx_pos_ctime IS NULL)) AND ((okx_pos_id IS NULL) = (okx_uid IS NULL)) AND ((snapshot_id IS NULL) = (credential_id IS NULL))) -- purchase_orders_check7
  and ((waiting_check IS NULL) OR (attested AND (paid_at IS NOT NULL))) -- purchase_orders_check8
  and ((waiting_check IS DISTINCT FROM 'TOUCHED'::text) OR (NOT (refund_reason IS DISTINCT FROM 'TOUCHED_BEFORE_COVER'::text))) -- purchase_orders_check9
  and ((paid_at IS NOT NULL) OR ((payer IS NULL) AND (paid_probability IS NULL))) -- purchase_orders_payer_is_of_money
  and (payment_reference ~ '^0x[0-9a-f]{64}$'::text) -- purchase_orders_payment_reference_check
  and (payment_seen_tx_hash ~ '^0x[0-9a-f]{64}$'::text) -- purchase_orders_payment_seen_tx_hash_check
  and (premium_amount_usdc > (0)::numeric) -- purchase_orders_premium_amount_usdc_check
  and (refund_reason = ANY (ARRAY['PAID_BEFORE_BINDING'::text, 'PAID_AFTER_WINDOW'::text, 'PAID_SHORT'::text, 'PAID_AFTER_DEADLINE'::text, 'BINDING_RELEASED'::text, 'TOUCHED_BEFORE_COVER'::text, 'PRICE_MOVED'::text, 'BOOK_FULL'::text, 'ACCOUNT_LIMIT_REACHED'::text])) -- purchase_orders_refund_reason_check
  and ((binding_released_at IS NULL) OR (paid_at IS NULL) OR (refund_reason IS NOT NULL) OR (binding_released_at >= coverage_end_at)) -- purchase_orders_released_is_no_cover
  and (waiting_check = ANY (ARRAY['UNTOUCHED'::text, 'TOUCHED'::text, 'UNKNOWN'::text])) -- purchase_orders_waiting_check_check
  and (pay_by_grown_ms >= 0) -- purchase_orders_pay_by_grown_ms_check
  and ((NOT behind) OR ((follows IS NOT NULL) AND (okx_pos_id IS NOT NULL))) -- purchase_orders_behind_is_seen
  ;
end
$function$

CREATE OR REPLACE FUNCTION tell_of_audit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    declare
      ref text;
      o record;
      c record;
    begin
      if new.actor like 'internal:%' or new.actor like 'admin:%' then
        -- One question for both: somebody may be told, or a key is used for the first time.
        if not exists (select from channels where is_on) and exists (select from known_keys where name = new.actor) then return null; end if;
        if not exists (select from known_keys where name = new.actor) then
          insert into known_keys (name, first_at) values (new.actor, new.at) on conflict do nothing;
          if found then perform tell_operators('NEW_KEY_USED', 'key:' || new.actor, new.at, jsonb_build_object('name', new.actor)); end if;
        end if;
      end if;
      if not exists (select from channels where is_on) then return null; end if;
      ref := 'audit:' || new.id;
      if new.subject_type = 'purchase_order' and new.action in ('mark_paid', 'check_waiting', 'refund', 'report_payment') then
        select * into o from purchase_orders where id = new.subject_id::uuid;
        if new.action = 'report_payment' then
          perform tell_operators('PAYMENT_REPORTED', ref, new.at, jsonb_build_object('order', o.id, 'amount', coalesce(o.amount_due_usdc, o.premium_amount_usdc)));
        elsif new.action = 'refund' then
          perform tell_owner(o.id, 'REFUNDED', ref, new.at, jsonb_build_object('amount', o.paid_amount_usdc));
        elsif o.refund_reason is not null then
          perform tell_owner(o.id, 'REFUND_DUE', 'refund:' || o.id, new.at, jsonb_build_object('reason', o.refund_reason));
        elsif new.action = 'mark_paid' then
          perform tell_owner(o.id, 'PAID', ref, new.at, jsonb_build_object('amount', o.paid_amount_usdc));
        end if;
      elsif new.subject_type = 'claim' then
        select * into c from insurance_claims where id = new.subject_id::uuid;
        if new.action = 'file' and new.actor = 'watch' then
          perform tell_owner(c.purchase_order_id, 'CLAIM_FILED', ref, new.at, '{}');
        elsif new.to_status is distinct from new.from_status then
          if new.to_status = 'VERIFIED_PENDING_REVIEW' then
            perform tell_operators('CLAIM_TO_REVIEW', ref, new.at, jsonb_build_object('claim', c.id, 'amount', c.payout_amount_usdc));
          elsif new.to_status = 'APPROVED_PENDING_MULTISIG' then
            perform tell_owner(c.purchase_order_id, 'CLAIM_APPROVED', ref, new.at, jsonb_build_object('amount', c.payout_amount_usdc));
          elsif new.to_status = 'REJECTED' then
            perform tell_owner(c.purchase_order_id, 'CLAIM_REJECTED', ref, new.at, jsonb_build_object('reason', c.rejected_reason));
          elsif new.to_status = 'PAID' then
            perform tell_owner(c.purchase_order_id, 'CLAIM_PAID', ref, new.at, jsonb_build_object('amount', c.payout_amount_usdc));
          end if;
        end if;
      end if;
      return null;
    end
  $function$

CREATE OR REPLACE FUNCTION tell_of_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      perform tell_owner(new.purchase_order_id, 'POSITION_CHANGED', 'change:' || new.purchase_order_id || ':' || new.kind || ':' || new.ref, new.at,
        jsonb_build_object('kind', new.kind, 'before', new.before, 'after', new.after, 'amount', new.amount));
      return null;
    end
  $function$

CREATE OR REPLACE FUNCTION tell_of_evidence()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      perform tell_owner(new.purchase_order_id, 'PARTLY_LIQUIDATED', 'partial:' || new.purchase_order_id || ':' || coalesce(new.evidence_root, ''), new.at, '{}');
      return null;
    end
  $function$

CREATE OR REPLACE FUNCTION tell_of_payment_seen()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      perform tell_owner(new.id, 'PAYMENT_SEEN', 'seen:' || new.payment_seen_tx_hash, new.updated_at, '{}');
      return null;
    end
  $function$

CREATE OR REPLACE FUNCTION tell_of_payout()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if exists (select from channels where is_on) then
        perform tell_operators('PAYOUT_DUE', 'payout:' || new.id, new.created_at, jsonb_build_object('kind', new.kind, 'amount', new.amount_usdc));
      end if;
      return null;
    end
  $function$

CREATE OR REPLACE FUNCTION tell_of_reader()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      perform tell_operators('TREASURY_TROUBLE', 'treasury:' || new.trouble || ':' || extract(epoch from new.trouble_since), new.trouble_since,
        jsonb_build_object('code', new.trouble));
      return null;
    end
  $function$

CREATE OR REPLACE FUNCTION tell_of_watch()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    declare
      told_at timestamptz := coalesce(new.looked_at, new.changed_at);
    begin
      if new.blind_code is distinct from old.blind_code and (new.blind_code like 'KEY\_%' or new.blind_code in ('SEALED_KEY_UNREADABLE', 'CREDENTIAL_NOT_FOUND')) then
        perform tell_owner(new.purchase_order_id, 'KEY_DEAD', 'key:' || new.purchase_order_id || ':' || new.blind_code || ':' || extract(epoch from new.blind_since), new.blind_since, jsonb_build_object('code', new.blind_code));
        perform tell_operators('WATCH_BLIND', 'key:' || new.purchase_order_id || ':' || new.blind_code || ':' || extract(epoch from new.blind_since), new.blind_since, jsonb_build_object('order', new.purchase_order_id, 'code', new.blind_code));
      end if;
      if new.ended_as is distinct from old.ended_as then
        if new.ended_as = 'LIQUIDATED' then
          perform tell_owner(new.purchase_order_id, 'LIQUIDATED', 'liquidated:' || new.purchase_order_id, told_at, '{}');
        elsif new.ended_as = 'CLOSED' then
          perform tell_owner(new.purchase_order_id, 'POSITION_CLOSED', 'closed:' || new.purchase_order_id, told_at, '{}');
        end if;
      end if;
      return null;
    end
  $function$

CREATE OR REPLACE FUNCTION tell_operators(told text, ref text, told_at timestamp with time zone, what jsonb)
 RETURNS void
 LANGUAGE sql
AS $function$
    insert into outbox (channel_id, event, dedup, facts, at, due_at)
    select id, told, ref, what, told_at, told_at from channels where owner is null and is_on
    on conflict (channel_id, dedup) do nothing
  $function$

CREATE OR REPLACE FUNCTION tell_owner(of_order uuid, told text, ref text, told_at timestamp with time zone, what jsonb)
 RETURNS void
 LANGUAGE sql
AS $function$
    insert into outbox (channel_id, event, dedup, purchase_order_id, facts, at, due_at)
    select c.id, told, ref, p.id, what, told_at, told_at
    from purchase_orders p join channels c on c.owner = p.owner
    where p.id = of_order and c.is_on and c.confirmed_at is not null
    on conflict (channel_id, dedup) do nothing
  $function$
