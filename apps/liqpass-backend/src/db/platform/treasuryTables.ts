import type { MatchedBy } from '@liqpass/chain/matchPayment';
import type { ColumnType, GeneratedAlways } from 'kysely';

type Numeric = string;
type Timestamp = ColumnType<Date, Date, Date>;
type BigInteger = ColumnType<string, string | number, string | number>;

export type ChainReadersTable = {
  id: string;
  chain_id: number;
  genesis_hash: string;
  first_block: BigInteger;
  opening_usdc: Numeric;
  last_block: BigInteger;
  last_hash: string;
  read_at: Timestamp;
  head_block: BigInteger;
  safe_block: BigInteger;
  final_block: BigInteger;
  balanced_block: BigInteger | null;
  balance_usdc: Numeric | null;
  balanced_at: Timestamp | null;
  difference_usdc: Numeric | null;
  trouble: string | null;
  trouble_detail: string | null;
  trouble_since: Timestamp | null;
  lease_holder: string | null;
  lease_until: Timestamp | null;
};

export type ChainCheckpointsTable = { reader_id: string; block_number: BigInteger; block_hash: string };

export type CountedAs = 'premium' | 'second_payment' | 'other';
export type ChainTransfersTable = {
  id: GeneratedAlways<string>;
  reader_id: string;
  tx_hash: string;
  log_index: number;
  block_number: BigInteger;
  block_hash: string;
  block_time: Timestamp;
  direction: 'in' | 'out';
  party: string;
  amount_usdc: Numeric;
  reference: string | null;
  purchase_order_id: string | null;
  matched_by: MatchedBy | null;
  candidates: string[];
  assigned_by: string | null;
  assigned_by_identity: string | null;
  assigned_why: string | null;
  counted_at: Timestamp | null;
  counted_as: CountedAs | null;
  payout_id: string | null;
  vanished_at: Timestamp | null;
  seen_at: Timestamp;
};

export type AmountsDueTable = { amount_usdc: Numeric; purchase_order_id: string; held_by: string | null };

export type ToldPaymentsTable = {
  id: GeneratedAlways<string>;
  reader_id: string;
  tx_hash: string;
  purchase_order_id: string | null;
  payout_id: string | null;
  quote_hash: string | null;
  why: string | null;
  told_by: string;
  told_by_identity: string;
  told_at: Timestamp;
  dropped_at: Timestamp | null;
  dropped_why: string | null;
};

export type TreasuryTables = {
  chain_readers: ChainReadersTable;
  chain_checkpoints: ChainCheckpointsTable;
  chain_transfers: ChainTransfersTable;
  amounts_due: AmountsDueTable;
  told_payments: ToldPaymentsTable;
};
