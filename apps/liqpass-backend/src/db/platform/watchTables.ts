import type { Verdict, WatchChangeKind, WatchEnd } from '@liqpass/kernel/vocabulary';
import type { ColumnType, GeneratedAlways } from 'kysely';

type Timestamp = ColumnType<Date, Date, Date>;

export type WatchesTable = {
  purchase_order_id: string;
  is_on: boolean;
  files_claims: boolean;
  changed_at: Timestamp;
  ended_as: WatchEnd | null;
  next_look_at: Timestamp | null;
  taken_by: string | null;
  taken_until: Timestamp | null;
  looked_at: Timestamp | null;
  ledger_read_at: Timestamp | null;
  unsettled: number;
  inst_id: string;
  side: 'long' | 'short';
  liq_px: string;
  touched_at: Timestamp | null;
  seen_at: Timestamp | null;
  seen_json: ColumnType<unknown, string | null, string | null>;
  blind_since: Timestamp | null;
  blind_code: string | null;
};

export type WatchIntervalsTable = {
  id: GeneratedAlways<string>;
  purchase_order_id: string;
  from_at: Timestamp;
  until_at: Timestamp;
};

export type WatchChangesTable = {
  purchase_order_id: string;
  kind: WatchChangeKind;
  ref: string;
  at: Timestamp;
  before: string | null;
  after: string | null;
  amount: string | null;
};

export type WatchEvidenceTable = {
  purchase_order_id: string;
  kind: 'GONE' | 'CLOSING' | 'PARTIAL';
  at: Timestamp;
  verdict: Verdict;
  reason: string | null;
  evidence_root: string | null;
  evidence_json: ColumnType<unknown, string, string>;
};

export type WatchTables = {
  watches: WatchesTable;
  watch_intervals: WatchIntervalsTable;
  watch_changes: WatchChangesTable;
  watch_evidence: WatchEvidenceTable;
};
