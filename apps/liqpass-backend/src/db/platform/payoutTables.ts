import type { PayeeSource, PayoutKind, PayoutStatus } from '@liqpass/kernel/vocabulary';
import type { ColumnType, Generated } from 'kysely';

type Numeric = string;
type Timestamp = ColumnType<Date, Date, Date>;

export type PayoutsTable = {
  id: Generated<string>;
  kind: PayoutKind;
  subject: string;
  purchase_order_id: string;
  claim_id: string | null;
  payee: string | null;
  payee_source: PayeeSource | null;
  payee_by: string | null;
  payee_by_identity: string | null;
  payee_why: string | null;
  amount_usdc: Numeric;
  status: PayoutStatus;
  approved_by: string | null;
  approved_by_identity: string | null;
  approved_at: Timestamp | null;
  batch_id: string | null;
  tx_hash: string | null;
  paid_at: Timestamp | null;
  recorded_by: string | null;
  recorded_at: Timestamp | null;
  withdrawn_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
};

export type PayoutBatchesTable = {
  id: Generated<string>;
  list_hash: string;
  count: number;
  total_usdc: Numeric;
  safe: string | null;
  created_by: string;
  created_at: Timestamp;
  dropped_by: string | null;
  dropped_why: string | null;
  dropped_at: Timestamp | null;
};

export type PayoutBatchItemsTable = { batch_id: string; payout_id: string; payee: string; amount_usdc: Numeric };

export type PayoutTables = {
  payouts: PayoutsTable;
  payout_batches: PayoutBatchesTable;
  payout_batch_items: PayoutBatchItemsTable;
};
