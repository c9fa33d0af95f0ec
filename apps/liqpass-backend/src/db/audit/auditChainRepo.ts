import { sql, type RawBuilder } from 'kysely';
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
/** What the stamp is judged by, beside the row: the text for a keyed one, else the answer. */
const stampColumns = sql`l.stamp, l.stamp_nonce, case when l.stamp_nonce is null then '' else ${stampedText('l')} end as said,
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

/** The last link; null while there is none. `upTo`: the highest audit id that is sealed. */
export async function getChainHead(db: Db): Promise<{ seq: number; hash: string; upTo: string } | null> {
  const { rows } = await sql<{ seq: string; hash: Buffer; up_to: string }>`
    select first_seq + cardinality(audit_ids) - 1 as seq, substr(hashes, length(hashes) - 31) as hash, up_to
    from audit_seals order by first_seq desc limit 1`.execute(db);
  const [row] = rows;
  return row ? { seq: Number(row.seq), hash: row.hash.toString('hex'), upTo: row.up_to } : null;
}

/** The highest audit id that is sealed, as a subquery; 0 before the first. */
const sealedUpTo = sql`coalesce((select up_to from audit_seals order by first_seq desc limit 1), 0)`;

/** The ids sealed in batches that may hold one of those after `id`, as a subquery with the column `id`. */
const sealedAfter = (id: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(select unnest(audit_ids) as id from audit_seals where span && int8range(${id}, null, '()'))`;

/**
 * Rows that are not sealed yet, oldest first, after row `afterId`: who wrote them, their stamps say. Ids are given before a
 * transaction commits, so a row may appear below ones that are sealed already: `lookBack` ids before the newest sealed one are
 * looked through for such. The stamped text is worked out only for what is left over.
 */
export async function listUnsealed(db: Db, lookBack: number, afterId: string, limit: number): Promise<StampedRow[]> {
  const { rows } = await sql<Row & StampColumns>`
    with after as materialized (select greatest(${sealedUpTo} - ${lookBack}, ${afterId}::bigint) as id),
    found as materialized (
      select a.id from audit_log a where a.id > (select id from after)
        and not exists (select from ${sealedAfter(sql`(select id from after)`)} s where s.id = a.id)
      order by a.id limit ${limit})
    select ${columns}, ${stampColumns} from found join audit_log l on l.id = found.id order by l.id`.execute(db);
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
  // Whole rows from the start: put beside the trail again by their ids, they were looked for in all of it, for a book of some thousands.
  const { rows } = await sql<Row & StampColumns & { sealed_up_to: string }>`
    with up_to as materialized (select ${sealedUpTo} as id),
    fresh as materialized (
      (select a.* from audit_log a where a.id > (select id from up_to) order by a.id limit ${sql.lit(limit)})
      union all
      (select a.* from audit_log a where a.id = any(${[...holes]}::bigint[]) and a.id <= (select id from up_to)
        -- Of the few that have appeared, each by itself: a hole may stay for a minute, in which thousands are sealed.
        and (select s.first_seq from audit_seals s where s.span @> a.id and a.id = any(s.audit_ids) limit 1) is null)
    )
    select (select id from up_to) as sealed_up_to, ${columns}, ${stampColumns} from fresh l order by l.id`.execute(db);
  return { sealedUpTo: rows[0]?.sealed_up_to ?? '0', rows: rows.map(toStamped) };
}

/** Adds links to the chain, after those before them: one row for all. */
export async function insertSeals(trx: Db, links: readonly ChainedRow[]): Promise<void> {
  const [first] = links;
  if (!first) return;
  const ids = links.map((link) => link.id);
  const hashes = Buffer.from(links.map((link) => link.hash).join(''), 'hex');
  // One chain: whoever would write other links to the same place is refused by the primary key.
  await sql`
    insert into audit_seals (first_seq, audit_ids, span, up_to, prev_hash, hashes)
    select ${first.seq}, ${ids}::bigint[], int8range(min(id), max(id), '[]'), greatest(max(id), ${sealedUpTo}),
      ${Buffer.from(first.prev_hash, 'hex')}, ${hashes}
    from unnest(${ids}::bigint[]) as id`.execute(trx);
}

/** Each link of the batches `s`: its place, its audit row's id, the hash before it and its own. */
const linksOf = (s: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select b.first_seq + n - 1 as seq, audit_id,
    case when n = 1 then b.prev_hash else substr(b.hashes, 32 * (n::int - 2) + 1, 32) end as prev_hash,
    substr(b.hashes, 32 * (n::int - 1) + 1, 32) as hash
  from ${s} b cross join lateral unnest(b.audit_ids) with ordinality as each_row (audit_id, n))`;

/** The link of the row `l.id`: found through the few batches whose span holds it. */
const linkOfRow = linksOf(sql`(select * from audit_seals where span @> l.id)`);

type LinkRow = Row & StampColumns & { seq: string; prev_hash: Buffer; hash: Buffer; found: boolean };
/** A link of the chain; `row` is null where the audit row it was made for is gone. */
export type Link = {
  readonly seq: number;
  readonly auditId: string;
  readonly hash: string;
  readonly row: ChainedRow | null;
  readonly stamped: Stamped | null;
};

/** Links after `afterSeq`, in order. */
export async function listLinks(db: Db, afterSeq: number, limit: number): Promise<Link[]> {
  // The batch that the next link is in, or the next batch where links are missing; and so many more as may be needed.
  const batches = sql`(select * from audit_seals
    where first_seq >= coalesce((select max(first_seq) from audit_seals where first_seq <= ${afterSeq}::bigint + 1), 0)
      and first_seq < coalesce((select min(first_seq) from audit_seals where first_seq > ${afterSeq}), ${afterSeq}) + ${limit}::bigint)`;
  const { rows } = await sql<LinkRow & { audit_id: string }>`
    with s as materialized (select * from ${linksOf(batches)} each_link where seq > ${afterSeq} order by seq limit ${limit})
    select s.seq, s.audit_id, s.prev_hash, s.hash, l.id is not null as found, ${columns}, ${stampColumns}
    from s left join audit_log l on l.id = s.audit_id order by s.seq`.execute(db);
  return rows.map((row) => {
    const seq = Number(row.seq);
    const hash = row.hash.toString('hex');
    return {
      seq,
      auditId: row.audit_id,
      hash,
      row: row.found ? { seq, ...toContent(row), prev_hash: row.prev_hash.toString('hex'), hash } : null,
      stamped: row.found ? toStamped(row).stamped : null,
    };
  });
}

/** Rows that no link covers. */
export async function listLoose(db: Db, limit: number): Promise<StampedRow[]> {
  const { rows } = await sql<Row & StampColumns>`
    select ${columns}, ${stampColumns} from audit_log l
    where not exists (select from ${sealedAfter(sql`null::bigint`)} s where s.id = l.id) order by l.id limit ${limit}`.execute(
    db,
  );
  return rows.map(toStamped);
}

/** Rows that more than one link covers: none, as one process seals at a time what has no link. */
export async function listSealedTwice(db: Db, limit: number): Promise<{ readonly id: string; readonly seq: number }[]> {
  const { rows } = await sql<{ id: string; seq: string }>`
    select audit_id as id, max(seq) as seq from ${linksOf(sql`audit_seals`)} each_link
    group by audit_id having count(*) > 1 order by 2 limit ${limit}`.execute(db);
  return rows.map(({ id, seq }) => ({ id, seq: Number(seq) }));
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
  const { rows } = await sql<{ seq: string }>`
    select seq from (select ${auditId}::bigint as id) l cross join lateral ${linkOfRow} s where s.audit_id = l.id`.execute(
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
    with l as materialized (
      select * from audit_log a where true
        ${filter.subject === null ? sql`` : sql`and a.subject_id = ${filter.subject}`}
        ${filter.beforeId === null ? sql`` : sql`and a.id < ${filter.beforeId}`}
      order by a.id desc limit ${filter.limit})
    select ${columns}, s.prev_hash, s.hash
    from l left join lateral (select * from ${linkOfRow} each_link where audit_id = l.id limit 1) s on true
    order by l.id desc`.execute(db);
  return rows.map((row) => ({
    ...toContent(row),
    prev_hash: row.prev_hash?.toString('hex') ?? '',
    hash: row.hash?.toString('hex') ?? '',
  }));
}
