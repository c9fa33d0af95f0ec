import type { ColumnType } from 'kysely';

type Timestamp = ColumnType<Date, Date, Date>;

export type NotesTable = {
  id: string;
  purchase_order_id: string;
  text: string;
  by_name: string;
  by_identity: string;
  at: Timestamp;
};

export type LooksTable = {
  purchase_order_id: string;
  by_identity: string;
  by_name: string;
  first_at: Timestamp;
  last_at: Timestamp;
};

export type AddressNamesTable = { address: string; name: string; by_name: string; updated_at: Timestamp };

export type DeskTables = { notes: NotesTable; looks: LooksTable; address_names: AddressNamesTable };
