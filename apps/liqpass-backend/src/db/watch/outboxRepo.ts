import type { EpochMs } from '@liqpass/kernel/time';
import type { ChannelFailure, ChannelKind, TellingLocale, ToldEvent } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

// Most rows are written by triggers, in the transaction of their event (migration 0025); here are those that time or the price makes.

/** A message that somebody has to itself until its lease ends, with where it goes. */
export type TakenMessage = {
  readonly id: string;
  readonly takenBy: string;
  readonly channelId: string;
  readonly event: ToldEvent;
  readonly facts: Readonly<Record<string, string | number | null>>;
  readonly orderId: string | null;
  readonly atMs: EpochMs;
  readonly tries: number;
  readonly kind: ChannelKind;
  /** Of an operators' channel. */
  readonly name: string | null;
  readonly address: string | null;
  readonly secret: string | null;
  readonly locale: TellingLocale;
};

/** Between two messages of one channel. DingTalk mutes a robot for 10 minutes after 20 in a minute; Telegram takes one a second a chat. */
const SPACING_SECONDS = { dingtalk: 4, other: 1 } as const;

/** What somebody asked for, as often as they like, or what happened: the one never keeps the other waiting. */
export type Lane = 'asked' | 'happened';
const ASKED = sql`('TEST', 'CONFIRM')`;

/**
 * Takes messages of a lane that are due, the oldest of each channel: a channel is never sent to twice at once, whoever sends. Channels that
 * work come before those that fail, and what a stranger can bring about for nothing (a reported payment) comes last in its channel. What
 * was taken by a process that was killed is due again when its lease ends.
 */
export async function takeDueMessages(
  db: Db,
  lane: Lane,
  takenBy: string,
  nowMs: EpochMs,
  untilMs: EpochMs,
  limit: number,
): Promise<TakenMessage[]> {
  const now = new Date(nowMs);
  const isOfLane = lane === 'asked' ? sql`o.event in ${ASKED}` : sql`o.event not in ${ASKED}`;
  const { rows } = await sql<Omit<TakenMessage, 'atMs' | 'takenBy'> & { at: Date }>`
    with free as materialized (
      select c.id from channels c
      where c.is_on and exists (select from outbox o where o.channel_id = c.id and o.due_at <= ${now} and ${isOfLane})
        and not exists (select from outbox o where o.channel_id = c.id and o.taken_until > ${now})
        and (c.last_sent_at is null or c.last_sent_at <= ${now}::timestamptz - make_interval(secs => case c.kind when 'dingtalk' then ${SPACING_SECONDS.dingtalk}::float8 else ${SPACING_SECONDS.other}::float8 end))
      order by c.failing_since is not null, c.last_sent_at nulls first limit ${limit} for update of c skip locked
    ), due as materialized (
      select (select o.id from outbox o where o.channel_id = free.id and o.due_at <= ${now} and ${isOfLane}
        order by o.event = 'PAYMENT_REPORTED', o.due_at, o.at limit 1) as id from free
    )
    update outbox o set taken_by = ${takenBy}, taken_until = ${new Date(untilMs)}, tries = o.tries + 1
    from due, channels c
    where o.id = due.id and c.id = o.channel_id and o.due_at <= ${now} and (o.taken_until is null or o.taken_until <= ${now})
    returning o.id, o.channel_id as "channelId", o.event, o.facts, o.purchase_order_id as "orderId", o.at, o.tries, c.kind, c.name, c.address, c.secret, c.locale`.execute(
    db,
  );
  return rows.map(({ at, ...row }) => ({ ...row, takenBy, atMs: at.getTime() }));
}

const CODE_GONE = sql`case when event = 'CONFIRM' then '{}'::jsonb else facts end`;

/** A message got through; a code that it carried is forgotten. */
export async function markSent(db: Db, message: TakenMessage, nowMs: EpochMs): Promise<void> {
  const now = new Date(nowMs);
  await sql`
    with sent as (
      update outbox set sent_at = ${now}, due_at = null, taken_by = null, taken_until = null, error = null, facts = ${CODE_GONE}
      where id = ${message.id} and taken_by = ${message.takenBy} returning channel_id
    )
    update channels c set last_sent_at = ${now}, failing_since = null, failing_code = null from sent where c.id = sent.channel_id`.execute(
    db,
  );
}

/** A message did not get through: it is tried again then, or given up (null). The channel shows it. */
export async function markFailed(
  db: Db,
  message: TakenMessage,
  { error, againAtMs }: { error: ChannelFailure; againAtMs: EpochMs | null },
  nowMs: EpochMs,
): Promise<void> {
  const now = new Date(nowMs);
  const again = againAtMs === null ? null : new Date(againAtMs);
  await sql`
    with failed as (
      update outbox set due_at = ${again}::timestamptz, given_up_at = case when ${again}::timestamptz is null then ${now}::timestamptz end,
        taken_by = null, taken_until = null, error = ${error}
      where id = ${message.id} and taken_by = ${message.takenBy} returning channel_id
    )
    update channels c set failing_since = coalesce(c.failing_since, ${now}), failing_code = ${error} from failed where c.id = failed.channel_id`.execute(
    db,
  );
}

/** Switches off a channel that leads nowhere any more, and drops what waits for it; why is what it failed by. */
export async function endChannel(db: Db, channelId: string, nowMs: EpochMs): Promise<void> {
  await sql`
    with ended as (update channels set is_on = false where id = ${channelId} returning id)
    update outbox o set due_at = null, given_up_at = ${new Date(nowMs)}, error = 'SWITCHED_OFF', taken_by = null, taken_until = null
    from ended where o.channel_id = ended.id and o.due_at is not null`.execute(db);
}

/** What came too late to be of use. */
export async function dropLate(db: Db, message: TakenMessage, nowMs: EpochMs): Promise<void> {
  await sql`update outbox set due_at = null, given_up_at = ${new Date(nowMs)}, taken_by = null, taken_until = null, error = 'TOO_LATE'
    where id = ${message.id} and taken_by = ${message.takenBy}`.execute(db);
}

/** Tells a channel itself something: a test, or the code that confirms it. */
export async function tellChannel(
  db: Db,
  channelId: string,
  event: ToldEvent,
  dedup: string,
  facts: Readonly<Record<string, string>>,
  nowMs: EpochMs,
): Promise<void> {
  const now = new Date(nowMs);
  await sql`insert into outbox (channel_id, event, dedup, facts, at, due_at) values (${channelId}, ${event}, ${dedup}, ${JSON.stringify(facts)}::jsonb, ${now}, ${now})
    on conflict (channel_id, dedup) do nothing`.execute(db);
}

/** Tells the operators, once for each `dedup`. */
export async function tellOperators(
  db: Db,
  event: ToldEvent,
  dedup: string,
  facts: Readonly<Record<string, string>>,
  nowMs: EpochMs,
): Promise<void> {
  await sql`select tell_operators(${event}, ${dedup}, ${new Date(nowMs)}::timestamptz, ${JSON.stringify(facts)}::jsonb)`.execute(
    db,
  );
}

/** Whether anybody at all is to be told of anything: without one nothing is looked for. */
export async function isAnybodyTold(db: Db): Promise<boolean> {
  const { rows } = await sql`select from channels where is_on and confirmed_at is not null limit 1`.execute(db);
  return rows.length > 0;
}

const EFFECTIVE_START = sql`greatest(p.coverage_start_at, p.paid_at, p.bound_at, p.created_at, case when p.attested then p.paid_at + interval '10 minutes' end)`;

/** Tells what the clock alone brings: covers that have begun, that end within the hour, claims older than the promise, money of nobody. */
export async function tellByTheClock(db: Db, nowMs: EpochMs, reviewWithinHours: number): Promise<void> {
  const now = new Date(nowMs);
  await sql`
    select tell_owner(p.id, 'COVER_BEGINS', 'begins:' || p.id, ${now}::timestamptz, '{}')
    from purchase_orders p
    where p.owner in (select owner from channels where is_on and confirmed_at is not null) and p.paid_at is not null and p.refund_reason is null
      and p.bound_at is not null and p.coverage_end_at > ${now} and ${EFFECTIVE_START} <= ${now} and ${EFFECTIVE_START} > ${now}::timestamptz - interval '1 hour'`.execute(
    db,
  );
  await sql`
    select tell_owner(p.id, 'ENDS_SOON', 'ends:' || p.id, ${now}::timestamptz, jsonb_build_object('until', to_char(p.coverage_end_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC'))
    from purchase_orders p
    where p.owner in (select owner from channels where is_on and confirmed_at is not null) and p.paid_at is not null and p.refund_reason is null
      and p.bound_at is not null and p.coverage_end_at > ${now} and p.coverage_end_at <= ${now}::timestamptz + interval '1 hour' and ${EFFECTIVE_START} <= ${now}
      and not exists (select from insurance_claims c where c.purchase_order_id = p.id and c.status not in ('FAILED', 'REJECTED'))
      and not exists (select from watches w where w.purchase_order_id = p.id and w.ended_as in ('CLOSED', 'LIQUIDATED'))`.execute(
    db,
  );
  await sql`
    select tell_operators('CLAIM_OVERDUE', 'overdue:' || c.id, ${now}::timestamptz, jsonb_build_object('claim', c.id, 'hours', ${String(reviewWithinHours)}::text))
    from insurance_claims c
    where c.status = 'VERIFIED_PENDING_REVIEW' and c.updated_at < ${new Date(nowMs - reviewWithinHours * 3_600_000)}
      and exists (select from channels where owner is null and is_on)`.execute(db);
  await sql`
    select tell_operators('PAYMENT_UNMATCHED', 'transfer:' || t.id, ${now}::timestamptz, jsonb_build_object('amount', t.amount_usdc, 'tx', t.tx_hash))
    from chain_transfers t
    where t.direction = 'in' and t.purchase_order_id is null and t.vanished_at is null and t.seen_at < ${now}::timestamptz - interval '2 minutes'
      and t.seen_at > ${now}::timestamptz - interval '1 day' and exists (select from channels where owner is null and is_on)`.execute(
    db,
  );
}

/** At these shares of the mark the holder of a watched position is told: half of what it was at binding, and 3 %. */
const LEVELS = sql`lateral (values ('half', 0.5 * bound.distance), ('3', 0.03)) as level (name, distance)`;
/** One message a level in so long. */
const NEAR_AGAIN_MINUTES = 15;

/** Tells the holders of watched positions on one side of an instrument that the mark has come near. `mark.atMs` is the reading's. */
export async function tellNear(
  db: Db,
  of: { readonly instId: string; readonly side: 'long' | 'short' },
  mark: { readonly px: string; readonly atMs: EpochMs },
  nowMs: EpochMs,
): Promise<void> {
  const [now, sign] = [new Date(nowMs), of.side === 'long' ? 1 : -1];
  await sql`
    with reached as (
      -- The nearest level that was reached, alone.
      select distinct on (c.id, p.id) c.id as channel_id, p.id as order_id, level.name as level, here.distance, w.liq_px
      from watches w join purchase_orders p on p.id = w.purchase_order_id
        join channels c on c.owner = p.owner and c.is_on and c.confirmed_at is not null
        join binding_snapshots s on s.id = p.snapshot_id
        cross join lateral (select ${sign}::int * (${mark.px}::numeric - w.liq_px) / ${mark.px}::numeric as distance) as here
        cross join lateral (select coalesce(s.snapshot_json ->> 'markPx', s.snapshot_json ->> 'avgPx')::numeric as px, (s.snapshot_json ->> 'liqPx')::numeric as liq_px) as at_binding
        cross join lateral (select ${sign}::int * (at_binding.px - at_binding.liq_px) / nullif(at_binding.px, 0) as distance) as bound
        cross join ${LEVELS}
      where w.inst_id = ${of.instId} and w.side = ${of.side} and w.next_look_at is not null and w.looked_at is not null and p.coverage_end_at > ${now}
        and here.distance <= level.distance
      order by c.id, p.id, level.distance
    )
    insert into outbox (channel_id, event, dedup, purchase_order_id, facts, at, due_at)
    select n.channel_id, 'NEAR', 'near:' || n.order_id || ':' || n.level || ':' || ${String(mark.atMs)}::text, n.order_id,
      jsonb_build_object('level', n.level, 'distance', round(100 * greatest(n.distance, 0), 2), 'liq_px', n.liq_px::text, 'mark_px', ${mark.px}::text), ${now}::timestamptz, ${now}::timestamptz
    from reached n
    where not exists (select from outbox o where o.channel_id = n.channel_id and o.purchase_order_id = n.order_id and o.event = 'NEAR' and o.facts ->> 'level' = n.level
      and o.at > ${now}::timestamptz - make_interval(mins => ${NEAR_AGAIN_MINUTES}::int))
    on conflict (channel_id, dedup) do nothing`.execute(db);
}

/** What was told of an order, to its owner, newest first. */
export async function listMessagesOf(
  db: Db,
  orderId: string,
  limit: number,
): Promise<{ event: ToldEvent; kind: ChannelKind; at: Date; sent_at: Date | null; given_up_at: Date | null }[]> {
  return db
    .selectFrom('outbox')
    .innerJoin('channels', 'channels.id', 'outbox.channel_id')
    .select(['outbox.event', 'channels.kind', 'outbox.at', 'outbox.sent_at', 'outbox.given_up_at'])
    .where('outbox.purchase_order_id', '=', orderId)
    .where('channels.owner', 'is not', null)
    .orderBy('outbox.at', 'desc')
    .limit(limit)
    .execute();
}
