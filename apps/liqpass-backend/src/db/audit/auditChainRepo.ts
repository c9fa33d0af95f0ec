import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import { stampedText, unkeyedStamp, type Stamped } from './auditStamp.ts';

/** An audit row in its place in the chain, as it is hashed and exported (one JSON object a line). Hashes are 64 hex digits. */
export type ChainedRow = {
  readonly seq: number;
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject_type: string;
  readonly subject_id: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly why: string | null;
  readonly details: Record<string, unknown> | null;
  readonly request_id: string | null;
  readonly prev_hash: string;
  readonly hash: string;
};

type Row = {
  id: string;
  at: Date;
  actor: string;
  action: string;
  subject_type: string;
  subject_id: string;
  from_status: string | null;
  to_status: string | null;
  why: string | null;
  details: Record<string, unknown> | null;
  request_id: string | null;
};
/** An audit row as it is hashed, without its place in the chain. */
export type AuditContent = Omit<ChainedRow, 'seq' | 'prev_hash' | 'hash'>;

const columns = sql.raw(
  'l.id, l.at, l.actor, l.action, l.subject_type, l.subject_id, l.from_status, l.to_status, l.why, l.details, l.request_id',
);
/** What the stamp is judged by, beside the row. */
const stampColumns = sql`l.stamp, l.stamp_nonce, ${stampedText('l')} as said,
  l.stamp_nonce is null and l.stamp is not distinct from ${unkeyedStamp('l')} as unkeyed_holds`;
type StampColumns = { stamp: Buffer | null; stamp_nonce: Buffer | null; said: string; unkeyed_holds: boolean };

/** An audit row with its stamp. */
export type StampedRow = { readonly content: AuditContent; readonly stamped: Stamped };
const toStamped = (row: Row & StampColumns): StampedRow => ({
  content: toContent(row),
  stamped: {
    atMs: row.at.getTime(),
    actor: row.actor,
    action: row.action,
    subjectType: row.subject_type,
    requestId: row.request_id,
    said: row.said,
    stamp: row.stamp,
    nonce: row.stamp_nonce,
    unkeyedHolds: row.unkeyed_holds,
  },
});

const toContent = (row: Row): AuditContent => ({
  id: row.id,
  at: row.at.toISOString(),
  actor: row.actor,
  action: row.action,
  subject_type: row.subject_type,
  subject_id: row.subject_id,
  from: row.from_status,
  to: row.to_status,
  why: row.why,
  details: row.details,
  request_id: row.request_id,
});

/** Whether this transaction may seal; false when another process does right now. */
export async function tryTakeSealer(trx: Db): Promise<boolean> {
  const { rows } = await sql<{
    taken: boolean;
  }>`select pg_try_advisory_xact_lock(hashtextextended('liqpass audit sealer', 0)) as taken`.execute(trx);
  return rows[0]?.taken === true;
}

/** Waits for whoever seals right now, and keeps others from it until the transaction ends. */
export async function lockSealer(trx: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('liqpass audit sealer', 0))`.execute(trx);
}

/** The last link; null while there is none. */
export async function getChainHead(db: Db): Promise<{ seq: number; hash: string } | null> {
  const { rows } = await sql<{
    seq: string;
    hash: Buffer;
  }>`select seq, hash from audit_seals order by seq desc limit 1`.execute(db);
  return rows[0] ? { seq: Number(rows[0].seq), hash: rows[0].hash.toString('hex') } : null;
}

/**
 * Rows that are not sealed yet, oldest first, after row `afterId`: who wrote them, their stamps say. Ids are given before a
 * transaction commits, so a row may appear below ones that are sealed already: `lookBack` ids before the newest sealed one are
 * looked through for such. Each is looked up among the seals first, in the `case`: side by side, PostgreSQL worked out the
 * stamped text of every row of these, sealed ones too, which was 40 % of all it did under load.
 */
export async function listUnsealed(db: Db, lookBack: number, afterId: string, limit: number): Promise<StampedRow[]> {
  const { rows } = await sql<Row & StampColumns>`
    select ${columns}, ${stampColumns} from (
      select * from audit_log a
      where a.id > greatest(coalesce((select max(audit_id) from audit_seals), 0) - ${lookBack}, ${afterId}::bigint)
        and (select s.seq from audit_seals s where s.audit_id = a.id) is null
      order by a.id limit ${limit}) l
    order by l.id`.execute(db);
  return rows.map(toStamped);
}

/**
 * What was written since the last seal, and which of `holes` has appeared meanwhile: by index alone, however long the trail is
 * and however much of it was sealed just now.
 */
export async function listNew(
  db: Db,
  holes: readonly string[],
  limit: number,
): Promise<{ sealedUpTo: string; rows: StampedRow[] }> {
  const { rows } = await sql<Row & StampColumns & { sealed_up_to: string }>`
    with up_to as materialized (select coalesce((select max(audit_id) from audit_seals), 0) as id),
    fresh as materialized (
      (select a.id from audit_log a where a.id > (select id from up_to) order by a.id limit ${limit})
      union all
      (select a.id from audit_log a where a.id = any(${[...holes]}::bigint[]) and a.id <= (select id from up_to)
        and (select s.seq from audit_seals s where s.audit_id = a.id) is null)
    )
    select (select id from up_to) as sealed_up_to, ${columns}, ${stampColumns}
    from fresh join audit_log l on l.id = fresh.id order by l.id`.execute(db);
  return { sealedUpTo: rows[0]?.sealed_up_to ?? '0', rows: rows.map(toStamped) };
}

/** Adds links to the chain. */
export async function insertSeals(trx: Db, links: readonly ChainedRow[]): Promise<void> {
  await sql`
    insert into audit_seals (seq, audit_id, prev_hash, hash)
    select seq, audit_id, decode(prev_hash, 'hex'), decode(hash, 'hex')
    from unnest(${links.map((link) => link.seq)}::bigint[], ${links.map((link) => link.id)}::bigint[],
      ${links.map((link) => link.prev_hash)}::text[], ${links.map((link) => link.hash)}::text[]) as link (seq, audit_id, prev_hash, hash)`.execute(
    trx,
  );
}

type LinkRow = Row & StampColumns & { seq: string; prev_hash: Buffer; hash: Buffer; found: boolean };
/** A link of the chain; `row` is null where the audit row it was made for is gone. */
export type Link = {
  readonly seq: number;
  readonly auditId: string;
  readonly row: ChainedRow | null;
  readonly stamped: Stamped | null;
};

/** Links after `afterSeq`, in order. */
export async function listLinks(db: Db, afterSeq: number, limit: number): Promise<Link[]> {
  const { rows } = await sql<LinkRow & { audit_id: string }>`
    select s.seq, s.audit_id, s.prev_hash, s.hash, l.id is not null as found, ${columns}, ${stampColumns}
    from audit_seals s left join audit_log l on l.id = s.audit_id
    where s.seq > ${afterSeq} order by s.seq limit ${limit}`.execute(db);
  return rows.map((row) => ({
    seq: Number(row.seq),
    auditId: row.audit_id,
    row: row.found
      ? {
          seq: Number(row.seq),
          ...toContent(row),
          prev_hash: row.prev_hash.toString('hex'),
          hash: row.hash.toString('hex'),
        }
      : null,
    stamped: row.found ? toStamped(row).stamped : null,
  }));
}

/** Rows that no link covers. */
export async function listLoose(db: Db, limit: number): Promise<StampedRow[]> {
  const { rows } = await sql<Row & StampColumns>`
    select ${columns}, ${stampColumns} from audit_log l
    where not exists (select from audit_seals s where s.audit_id = l.id) order by l.id limit ${limit}`.execute(db);
  return rows.map(toStamped);
}

/** The rows of an action about itself, oldest first. */
export async function listOfAction(db: Db, action: string): Promise<StampedRow[]> {
  const { rows } = await sql<Row & StampColumns>`
    select ${columns}, ${stampColumns} from audit_log l where l.subject_id = ${action} and l.action = ${action} order by l.id`.execute(
    db,
  );
  return rows.map(toStamped);
}

/** The last row of one of `actions` about each of `subjectIds`. */
export async function listLastOf(
  db: Db,
  subjectIds: readonly string[],
  actions: readonly string[],
): Promise<StampedRow[]> {
  const { rows } = await sql<Row & StampColumns>`
    select ${columns}, ${stampColumns} from unnest(${[...subjectIds]}::text[]) as wanted (subject_id)
    cross join lateral (select * from audit_log a where a.subject_id = wanted.subject_id and a.action = any(${[...actions]}::text[])
      order by a.id desc limit 1) l`.execute(db);
  return rows.map(toStamped);
}

/** The place of an audit row in the chain; null while it has none. */
export async function placeOf(db: Db, auditId: string): Promise<number | null> {
  const { rows } = await sql<{ seq: string }>`select seq from audit_seals where audit_id = ${auditId}::bigint`.execute(
    db,
  );
  return rows[0] ? Number(rows[0].seq) : null;
}

export type AuditPageRow = AuditContent & { readonly prev_hash: string; readonly hash: string };

/** A page of the trail, newest first; the newest rows may not be sealed yet. */
export async function listAudit(
  db: Db,
  filter: { subject: string | null; beforeId: string | null; limit: number },
): Promise<AuditPageRow[]> {
  const { rows } = await sql<Row & { prev_hash: Buffer | null; hash: Buffer | null }>`
    select ${columns}, s.prev_hash, s.hash from audit_log l left join audit_seals s on s.audit_id = l.id
    where true
      ${filter.subject === null ? sql`` : sql`and l.subject_id = ${filter.subject}`}
      ${filter.beforeId === null ? sql`` : sql`and l.id < ${filter.beforeId}`}
    order by l.id desc limit ${filter.limit}`.execute(db);
  return rows.map((row) => ({
    ...toContent(row),
    prev_hash: row.prev_hash?.toString('hex') ?? '',
    hash: row.hash?.toString('hex') ?? '',
  }));
}
