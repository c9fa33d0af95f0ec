import type { ChannelFailure, ChannelKind, TellingLocale, ToldEvent } from '@liqpass/kernel/vocabulary';
import type { ColumnType, Generated } from 'kysely';

type Timestamp = ColumnType<Date, Date, Date>;

export type ChannelsTable = {
  id: string;
  owner: string | null;
  kind: ChannelKind;
  name: string | null;
  address: string | null;
  secret: string | null;
  locale: TellingLocale;
  is_on: boolean;
  code_hash: string | null;
  code_until: Timestamp | null;
  confirmed_at: Timestamp | null;
  created_at: Timestamp;
  removed_at: Timestamp | null;
  last_sent_at: Timestamp | null;
  failing_since: Timestamp | null;
  failing_code: ChannelFailure | null;
  /** Wallet and mailbox as one hash, of a channel by e-mail. */
  mailbox_hash: Generated<string | null>;
};

export type OutboxTable = {
  id: Generated<string>;
  channel_id: string;
  event: ToldEvent;
  dedup: string;
  purchase_order_id: string | null;
  facts: ColumnType<Record<string, string | null>, string, string>;
  at: Timestamp;
  due_at: Timestamp | null;
  tries: Generated<number>;
  taken_by: string | null;
  taken_until: Timestamp | null;
  sent_at: Timestamp | null;
  given_up_at: Timestamp | null;
  error: ChannelFailure | 'SWITCHED_OFF' | 'TOO_LATE' | null;
};

export type KnownKeysTable = { name: string; first_at: Timestamp };

export type TellingTables = { channels: ChannelsTable; outbox: OutboxTable; known_keys: KnownKeysTable };
