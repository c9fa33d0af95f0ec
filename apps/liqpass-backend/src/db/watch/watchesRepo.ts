import { observedPosition, type ObservedPosition } from '@liqpass/api/observe';
import type { EpochMs } from '@liqpass/kernel/time';
import type { Verdict, WatchEnd } from '@liqpass/kernel/vocabulary';
import { sql, type Selectable } from 'kysely';
import type { Change } from '../../domain/watch/changes.ts';
import { auditFrom, type AuditEntry } from '../audit/auditRepo.ts';
import type { Db } from '../platform/database.ts';
import { msOrNull } from '../platform/rows.ts';
import type { WatchesTable } from '../platform/watchTables.ts';

// A watch is its own job: next_look_at says from when on anybody may look, and whoever looks puts it off first.

export type Watched = {
  readonly orderId: string;
  readonly isOn: boolean;
  readonly filesClaims: boolean;
  readonly changedAtMs: EpochMs;
  readonly endedAs: WatchEnd | null;
  readonly nextLookAtMs: EpochMs | null;
  readonly lookedAtMs: EpochMs | null;
  /** Up to when the bills are known; null: none were read yet. */
  readonly ledgerReadAtMs: EpochMs | null;
  readonly unsettled: number;
  readonly instId: string;
  readonly side: 'long' | 'short';
  readonly liqPx: string;
  readonly touchedAtMs: EpochMs | null;
  readonly seen: { readonly atMs: EpochMs; readonly position: ObservedPosition } | null;
  readonly blind: { readonly sinceMs: EpochMs; readonly code: string } | null;
};

type Row = Selectable<WatchesTable>;

function toWatched(row: Row): Watched {
  const position = observedPosition.safeParse(row.seen_json);
  return {
    orderId: row.purchase_order_id,
    isOn: row.is_on,
    filesClaims: row.files_claims,
    changedAtMs: row.changed_at.getTime(),
    endedAs: row.ended_as,
    nextLookAtMs: msOrNull(row.next_look_at),
    lookedAtMs: msOrNull(row.looked_at),
    ledgerReadAtMs: msOrNull(row.ledger_read_at),
    unsettled: row.unsettled,
    instId: row.inst_id,
    side: row.side,
    liqPx: row.liq_px,
    touchedAtMs: msOrNull(row.touched_at),
    seen: row.seen_at && position.success ? { atMs: row.seen_at.getTime(), position: position.data } : null,
    blind:
      row.blind_since && row.blind_code !== null ? { sinceMs: row.blind_since.getTime(), code: row.blind_code } : null,
  };
}

export async function getWatch(db: Db, orderId: string): Promise<Watched | null> {
  const { rows } = await sql<Row>`select * from watches where purchase_order_id = ${orderId}`.execute(db);
  return rows[0] ? toWatched(rows[0]) : null;
}

export type Consent = { readonly isOn: boolean; readonly filesClaims: boolean };

/** Keeps the consent for an order whose position was seen at binding. Switched on, the next look is due; off, none is. What ended for want of a key begins again. */
export async function setConsent(
  db: Db,
  orderId: string,
  consent: Consent,
  position: { readonly instId: string; readonly side: 'long' | 'short'; readonly liqPx: string },
  entry: AuditEntry,
): Promise<void> {
  const now = new Date(entry.atMs);
  const { isOn, filesClaims } = consent;
  await sql`
    with kept as (
      insert into watches (purchase_order_id, is_on, files_claims, changed_at, next_look_at, inst_id, side, liq_px)
      values (${orderId}, ${isOn}, ${filesClaims}, ${now}, ${isOn ? now : null}::timestamptz, ${position.instId}, ${position.side}, ${position.liqPx}::numeric)
      on conflict (purchase_order_id) do update set is_on = excluded.is_on, files_claims = excluded.files_claims, changed_at = excluded.changed_at,
        ended_as = nullif(watches.ended_as, case when excluded.is_on then 'KEY_GONE' end),
        next_look_at = case when not excluded.is_on or watches.ended_as <> 'KEY_GONE' then null else coalesce(watches.next_look_at, excluded.next_look_at) end
      where (watches.is_on, watches.files_claims) is distinct from (excluded.is_on, excluded.files_claims)
      returning purchase_order_id
    ), moved as (select purchase_order_id as id, null::text as from_status, null::text as to_status from kept)
    ${auditFrom('moved', entry)}`.execute(db);
}

/** A watch that somebody looks at, by the token of whoever took it. */
export type Taken = Watched & { readonly takenBy: string };

/** Takes watches that are due, oldest first, until `untilMs`: until then they are the taker's. Several processes take at once without meeting. */
export async function takeDueWatches(
  db: Db,
  takenBy: string,
  nowMs: EpochMs,
  untilMs: EpochMs,
  limit: number,
): Promise<Taken[]> {
  const now = new Date(nowMs);
  const { rows } = await sql<Row>`
    with due as materialized (
      select purchase_order_id from watches
      where next_look_at <= ${now} and (taken_until is null or taken_until <= ${now})
      order by next_look_at limit ${limit} for update skip locked
    )
    update watches w set taken_by = ${takenBy}, taken_until = ${new Date(untilMs)} from due
    where w.purchase_order_id = due.purchase_order_id returning w.*`.execute(db);
  return rows.map((row) => ({ ...toWatched(row), takenBy }));
}

/** Keeps a watch that one still has for longer; false where another has taken it. */
export async function keepTaken(db: Db, watch: Taken, untilMs: EpochMs): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update watches set taken_until = ${new Date(untilMs)} where purchase_order_id = ${watch.orderId} and taken_by = ${watch.takenBy}
    returning purchase_order_id as id`.execute(db);
  return rows.length === 1;
}

/** Watches whose liquidation price lies between two prices, and that are not about to be looked at; with how many share their account's quota. */
export async function listNear(
  db: Db,
  of: { readonly instId: string; readonly side: 'long' | 'short'; readonly fromPx: number; readonly toPx: number },
  laterThanMs: EpochMs,
): Promise<(Watched & { readonly covers: number })[]> {
  const { rows } = await sql<Row & { covers: string }>`
    select w.*, (select count(*) from purchase_orders q join watches o on o.purchase_order_id = q.id
        where q.okx_uid = p.okx_uid and o.next_look_at is not null) as covers
    from watches w join purchase_orders p on p.id = w.purchase_order_id
    where w.inst_id = ${of.instId} and w.side = ${of.side} and w.liq_px between ${of.fromPx}::numeric and ${of.toPx}::numeric
      and w.next_look_at > ${new Date(laterThanMs)} and w.unsettled = 0`.execute(db);
  return rows.map((row) => ({ ...toWatched(row), covers: Number(row.covers) }));
}

/** Brings looks forward, never back; and keeps since when the price has been reached. */
export async function bringForward(
  db: Db,
  looks: readonly { readonly orderId: string; readonly atMs: EpochMs; readonly touchedAtMs: EpochMs | null }[],
): Promise<void> {
  if (looks.length === 0) return;
  await sql`
    update watches w set next_look_at = n.at, touched_at = coalesce(w.touched_at, n.touched_at)
    from unnest(${looks.map(({ orderId }) => orderId)}::uuid[], ${looks.map(({ atMs }) => new Date(atMs))}::timestamptz[],
      ${looks.map(({ touchedAtMs }) => (touchedAtMs === null ? null : new Date(touchedAtMs)))}::timestamptz[]) as n (id, at, touched_at)
    where w.purchase_order_id = n.id and w.next_look_at > n.at`.execute(db);
}

/** How many covers of the account of an order are watched: they share its quota. */
export async function countOfAccount(db: Db, orderId: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from watches w join purchase_orders p on p.id = w.purchase_order_id
    where w.next_look_at is not null and p.okx_uid = (select okx_uid from purchase_orders where id = ${orderId})`.execute(
    db,
  );
  return Math.max(1, Number(rows[0]?.count ?? 1));
}

/** The key to look with, the position's lifetime, and the window's snapshot; null where there is no key any more, or its owner asked to delete it. */
export type LookKey = {
  readonly sealed: string;
  readonly owner: string;
  readonly posId: string;
  readonly cTime: string;
  readonly snapshot: unknown;
};
export async function findLookKey(db: Db, orderId: string): Promise<LookKey | null> {
  const { rows } = await sql<LookKey>`
    select c.sealed, c.owner, p.okx_pos_id as "posId", p.okx_pos_ctime as "cTime", s.snapshot_json as snapshot
    from purchase_orders p join okx_credentials bound on bound.id = p.credential_id
      join okx_credentials c on c.owner = bound.owner and c.uid = p.okx_uid and c.sealed is not null and c.delete_asked_at is null
      join binding_snapshots s on s.id = p.snapshot_id
    where p.id = ${orderId} and p.okx_pos_id is not null and p.okx_pos_ctime is not null
    order by (c.id = bound.id) desc, c.created_at desc limit 1`.execute(db);
  return rows[0] ?? null;
}

/** What a look left. */
export type LookResult = {
  /** Whether the exchange was asked. */
  readonly looked: boolean;
  /** Whether it told all bills since they were last read. */
  readonly ledgerRead: boolean;
  readonly nextLookAtMs: EpochMs | null;
  readonly endedAs: WatchEnd | null;
  readonly unsettled: number;
  readonly touchedAtMs: EpochMs | null;
  /** The position where it was seen open; null keeps what was seen before. */
  readonly seen: ObservedPosition | null;
  readonly blindCode: string | null;
  /** Whether the interval that is being watched goes on, a new one begins, or none does: nothing was seen. */
  readonly interval: 'goes_on' | 'begins' | 'none';
  readonly changes: readonly Change[];
};

/**
 * Stores a look by one statement. The holder's word stands: a watch that was switched off meanwhile is not taken up again. A look whose
 * taker was too slow, so that another has taken it, leaves nothing.
 */
export async function recordLook(db: Db, watch: Taken, result: LookResult, nowMs: EpochMs): Promise<boolean> {
  const now = new Date(nowMs);
  const date = (ms: EpochMs | null): Date | null => (ms === null ? null : new Date(ms));
  const seen = result.seen === null ? null : JSON.stringify(result.seen);
  const { changes } = result;
  const { rows } = await sql<{ id: string }>`
    with kept as (
      update watches set looked_at = case when ${result.looked}::boolean then ${now}::timestamptz else looked_at end,
        ledger_read_at = case when ${result.ledgerRead}::boolean then ${now}::timestamptz else ledger_read_at end, taken_by = null, taken_until = null, unsettled = ${result.unsettled}, touched_at = ${date(result.touchedAtMs)}, ended_as = ${result.endedAs},
        next_look_at = case when is_on then ${date(result.nextLookAtMs)}::timestamptz end,
        seen_at = case when ${seen}::text is null then seen_at else ${now}::timestamptz end, seen_json = coalesce(${seen}::json, seen_json),
        liq_px = case when ${result.seen?.liqPx ?? null}::numeric > 0 then ${result.seen?.liqPx ?? null}::numeric else liq_px end,
        blind_since = case when ${result.blindCode}::text is null then null else coalesce(blind_since, ${now}::timestamptz) end, blind_code = ${result.blindCode}
      where purchase_order_id = ${watch.orderId} and ended_as is null and taken_by = ${watch.takenBy}
      returning purchase_order_id
    ), longer as (
      update watch_intervals i set until_at = ${now} from kept
      where ${result.interval === 'goes_on'}::boolean and i.id = (select max(id) from watch_intervals where purchase_order_id = ${watch.orderId}) and i.until_at <= ${now}
    ), begun as (
      insert into watch_intervals (purchase_order_id, from_at, until_at) select purchase_order_id, ${now}, ${now} from kept where ${result.interval === 'begins'}::boolean
    ), changed as (
      insert into watch_changes (purchase_order_id, kind, ref, at, before, after, amount)
      select kept.purchase_order_id, c.* from kept, unnest(${changes.map(({ kind }) => kind)}::text[], ${changes.map(({ ref }) => ref)}::text[],
        ${changes.map(({ atMs }) => new Date(atMs))}::timestamptz[], ${changes.map(({ before }) => before)}::text[], ${changes.map(({ after }) => after)}::text[],
        ${changes.map(({ amount }) => amount)}::text[]) as c (kind, ref, at, before, after, amount)
      on conflict do nothing
    )
    select purchase_order_id as id from kept`.execute(db);
  return rows.length === 1;
}

/** Evidence that the watch kept; the closing one once, that of a position that is gone as it was last found. */
export async function keepEvidence(
  db: Db,
  orderId: string,
  kept: {
    readonly kind: 'GONE' | 'CLOSING' | 'PARTIAL';
    readonly verdict: Verdict;
    readonly reason: string | null;
    readonly evidenceRoot: string | null;
    readonly evidence: unknown;
  },
  nowMs: EpochMs,
): Promise<void> {
  await sql`
    insert into watch_evidence (purchase_order_id, kind, at, verdict, reason, evidence_root, evidence_json)
    values (${orderId}, ${kept.kind}, ${new Date(nowMs)}, ${kept.verdict}, ${kept.reason}, ${kept.evidenceRoot}, ${JSON.stringify(kept.evidence)}::json)
    on conflict (purchase_order_id, kind) do update set at = excluded.at, verdict = excluded.verdict, reason = excluded.reason,
      evidence_root = excluded.evidence_root, evidence_json = excluded.evidence_json`.execute(db);
}

/** All that is told of a watch beside its row. */
export async function readWatchDetails(
  db: Db,
  orderId: string,
): Promise<{
  intervals: { from_at: Date; until_at: Date }[];
  changes: (Omit<Change, 'atMs' | 'ref'> & { at: Date })[];
  evidence: {
    kind: 'GONE' | 'CLOSING' | 'PARTIAL';
    at: Date;
    verdict: Verdict;
    reason: string | null;
    evidence_root: string | null;
  }[];
}> {
  const intervals = await db
    .selectFrom('watch_intervals')
    .select(['from_at', 'until_at'])
    .where('purchase_order_id', '=', orderId)
    .orderBy('id')
    .execute();
  const changes = await db
    .selectFrom('watch_changes')
    .select(['kind', 'at', 'before', 'after', 'amount'])
    .where('purchase_order_id', '=', orderId)
    .orderBy('at')
    .execute();
  const evidence = await db
    .selectFrom('watch_evidence')
    .select(['kind', 'at', 'verdict', 'reason', 'evidence_root'])
    .where('purchase_order_id', '=', orderId)
    .orderBy('at')
    .execute();
  return { intervals, changes, evidence };
}
