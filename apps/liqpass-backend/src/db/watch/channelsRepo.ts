import type { EpochMs } from '@liqpass/kernel/time';
import type { ChannelFailure, ChannelKind, TellingLocale } from '@liqpass/kernel/vocabulary';
import { sql, type Selectable } from 'kysely';
import type { Db } from '../platform/database.ts';
import { msOrNull } from '../platform/rows.ts';
import type { ChannelsTable } from '../platform/tellingTables.ts';

/** Where somebody wants to be told. `address` and `secret` are for sending alone: they are in no answer and no log. */
export type Channel = {
  readonly id: string;
  readonly kind: ChannelKind;
  readonly address: string | null;
  readonly locale: TellingLocale;
  readonly isOn: boolean;
  readonly isConfirmed: boolean;
  readonly createdAtMs: EpochMs;
  readonly lastSentAtMs: EpochMs | null;
  readonly failing: { readonly sinceMs: EpochMs; readonly code: ChannelFailure } | null;
};

const toChannel = (row: Selectable<ChannelsTable>): Channel => ({
  id: row.id,
  kind: row.kind,
  address: row.address,
  locale: row.locale,
  isOn: row.is_on,
  isConfirmed: row.confirmed_at !== null,
  createdAtMs: row.created_at.getTime(),
  lastSentAtMs: msOrNull(row.last_sent_at),
  failing:
    row.failing_since && row.failing_code ? { sinceMs: row.failing_since.getTime(), code: row.failing_code } : null,
});

export async function listChannels(db: Db, owner: string): Promise<Channel[]> {
  const rows = await db
    .selectFrom('channels')
    .selectAll()
    .where('owner', '=', owner)
    .where('removed_at', 'is', null)
    .orderBy('created_at')
    .execute();
  return rows.map(toChannel);
}

export type NewChannel = {
  readonly id: string;
  readonly owner: string;
  readonly kind: ChannelKind;
  readonly address: string | null;
  readonly secret: string | null;
  readonly locale: TellingLocale;
  /** What has to be shown before anything is sent there; null: nothing. */
  readonly code: { readonly hash: string; readonly untilMs: EpochMs } | null;
  /** Wallet and mailbox as one hash; null where it is no mailbox. */
  readonly mailboxHash: string | null;
};

/** A browser of a wallet that subscribes again: switched on again, with the keys it has now. null: it is a new one. Call addChannel in the same transaction. */
export async function renewPush(
  db: Db,
  owner: string,
  to: { readonly address: string; readonly secret: string; readonly locale: TellingLocale },
): Promise<string | null> {
  await lockOwner(db, owner);
  const { rows } = await sql<{ id: string }>`
    update channels set is_on = true, secret = ${to.secret}, locale = ${to.locale}, failing_since = null, failing_code = null
    where owner = ${owner} and kind = 'push' and address = ${to.address} returning id`.execute(db);
  return rows[0]?.id ?? null;
}

const lockOwner = (db: Db, owner: string) =>
  sql`select pg_advisory_xact_lock(hashtext(${`channels:${owner}`}))`.execute(db);

/** Adds a channel unless its wallet added `most` since a moment; those that were removed count too. One wallet's come one after another. */
export async function addChannel(
  db: Db,
  channel: NewChannel,
  { most, sinceMs, nowMs }: { most: number; sinceMs: EpochMs; nowMs: EpochMs },
): Promise<boolean> {
  await lockOwner(db, channel.owner);
  const { rows } = await sql<{ id: string }>`
    insert into channels (id, owner, kind, address, secret, locale, is_on, code_hash, code_until, confirmed_at, created_at, mailbox_hash)
    select ${channel.id}, ${channel.owner}, ${channel.kind}, ${channel.address}, ${channel.secret}, ${channel.locale}, true, ${channel.code?.hash ?? null},
      ${channel.code ? new Date(channel.code.untilMs) : null}::timestamptz, ${channel.code ? null : new Date(nowMs)}::timestamptz, ${new Date(nowMs)}, ${channel.mailboxHash}
    where (select count(*) from channels where owner = ${channel.owner} and (removed_at is null or created_at > ${new Date(sinceMs)})) < ${most}
    returning id`.execute(db);
  return rows.length === 1;
}

/** Whether a wallet is no stranger to a mailbox: it has confirmed it before, or has a cover that was paid for. */
export async function isKnownAt(
  db: Db,
  { owner, mailboxHash }: { owner: string; mailboxHash: string },
): Promise<boolean> {
  const { rows } = await sql<{ known: boolean }>`
    select exists (select from channels where mailbox_hash = ${mailboxHash} and confirmed_at is not null)
      or exists (select from purchase_orders where owner = ${owner} and paid_at is not null and refund_reason is null) as known`.execute(
    db,
  );
  return rows[0]?.known === true;
}

/** Switches a channel and sets its language; null where it is not the owner's. What waits for one that is off is not sent. */
export async function setChannel(
  db: Db,
  owner: string,
  id: string,
  { isOn, locale }: { isOn: boolean; locale: TellingLocale },
  nowMs: EpochMs,
): Promise<Channel | null> {
  const row = await db
    .updateTable('channels')
    .set({ is_on: isOn, locale })
    .where('id', '=', id)
    .where('owner', '=', owner)
    .where('removed_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  if (!row) return null;
  if (!isOn) await dropWaiting(db, id, nowMs);
  return toChannel(row);
}

/** Removes a channel, and with it where it led. */
export async function removeChannel(db: Db, owner: string, id: string, nowMs: EpochMs): Promise<boolean> {
  const row = await db
    .updateTable('channels')
    .set({
      is_on: false,
      address: null,
      secret: null,
      code_hash: null,
      code_until: null,
      removed_at: new Date(nowMs),
    })
    .where('id', '=', id)
    .where('owner', '=', owner)
    .where('removed_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (!row) return false;
  await dropWaiting(db, id, nowMs);
  return true;
}

async function dropWaiting(db: Db, channelId: string, nowMs: EpochMs): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ due_at: null, given_up_at: new Date(nowMs), error: 'SWITCHED_OFF', taken_by: null, taken_until: null })
    .where('channel_id', '=', channelId)
    .where('due_at', 'is not', null)
    .execute();
}

/** Uses a code, once: the channel of `kind` that it is of is confirmed, and where `address` is given it leads there. */
export async function confirmByCode(
  db: Db,
  { hash, kind, address }: { hash: string; kind: ChannelKind; address: string | null },
  nowMs: EpochMs,
): Promise<Channel | null> {
  const row = await db
    .updateTable('channels')
    .set({
      confirmed_at: new Date(nowMs),
      code_hash: null,
      code_until: null,
      ...(address === null ? {} : { address }),
    })
    .where('code_hash', '=', hash)
    .where('kind', '=', kind)
    .where('code_until', '>', new Date(nowMs))
    .returningAll()
    .executeTakeFirst();
  return row ? toChannel(row) : null;
}

/** Whether anybody waits for a chat to be linked: else nothing is asked of Telegram. */
export async function waitsForChat(db: Db, nowMs: EpochMs): Promise<boolean> {
  const { rows } = await sql`
    select from channels where kind = 'telegram' and code_hash is not null and code_until > ${new Date(nowMs)} limit 1`.execute(
    db,
  );
  return rows.length > 0;
}

/** Brings the operators' channels to what the configuration names; the rows hold neither addresses nor secrets. */
export async function keepOperatorChannels(
  db: Db,
  channels: readonly {
    readonly id: string;
    readonly name: string;
    readonly kind: ChannelKind;
    readonly locale: TellingLocale;
  }[],
  nowMs: EpochMs,
): Promise<void> {
  const now = new Date(nowMs);
  for (const { id, name, kind, locale } of channels)
    await sql`
      insert into channels (id, name, kind, locale, is_on, confirmed_at, created_at) values (${id}, ${name}, ${kind}, ${locale}, true, ${now}, ${now})
      on conflict (name) do update set is_on = true, locale = excluded.locale`.execute(db);
  const names = channels.map(({ name }) => name);
  await sql`update channels set is_on = false where owner is null and is_on and name <> all(${names}::text[])`.execute(
    db,
  );
}
