import type { EpochMs } from '@liqpass/kernel/time';
import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../platform/database.ts';
import { stampSql } from './auditStamp.ts';

/** Who did it: 'trader', 'system', or the name that came with a key or a session ('internal:ops', 'operator:alice'). */
export type Actor = {
  readonly name: string;
  readonly requestId: string | null;
  /** The same for the same person or key whatever the name; the name itself where it is not given. */
  readonly identity?: string;
  /** Of a trader: the wallet that is signed in, or null. Not given for machines, operators and LiqPass itself. */
  readonly wallet?: string | null;
};

export const SYSTEM: Actor = { name: 'system', requestId: null };
export const identityOf = (actor: Actor): string => actor.identity ?? actor.name;
/** Who it was, to be told from others (domain/people/person.ts). */
export const partyOf = (actor: Actor): { readonly name: string; readonly identity: string } => ({
  name: actor.name,
  identity: identityOf(actor),
});

/** Who, what, why, when; from where to where is read off the rows that moved. */
export type AuditEntry = {
  readonly actor: Actor;
  readonly action: string;
  readonly subjectType:
    | 'purchase_order'
    | 'claim'
    | 'payout'
    | 'batch'
    | 'credential'
    | 'operator'
    | 'setting'
    | 'session'
    | 'address';
  readonly atMs: EpochMs;
  /** Stamps the row; null where no AUDIT_KEY is given. */
  readonly stampKey: string | null;
  readonly why?: string | null;
  readonly details?: Record<string, unknown> | null;
};

/** An audit row for each row of `source` (columns subject_id, from_status, to_status, more_details), stamped as it is written. */
function insertStamped(source: RawBuilder<unknown>, entry: AuditEntry): RawBuilder<unknown> {
  const details = entry.details ? JSON.stringify(entry.details) : null;
  const { actor, action, subjectType } = entry;
  const atMs = new Date(entry.atMs).getTime();
  const of = { atMs, actor: actor.name, action, subjectType, requestId: actor.requestId };
  const { stamp, nonce } = stampSql('n', entry.stampKey, of);
  return sql`insert into audit_log (id, at, actor, action, subject_type, subject_id, from_status, to_status, why, details, request_id, stamp, stamp_nonce)
    overriding system value
    select n.*, ${stamp}, ${nonce}
    from (select nextval('audit_log_id_seq') as id, ${new Date(entry.atMs)}::timestamptz as at, ${entry.actor.name}::text as actor,
        ${entry.action}::text as action, ${entry.subjectType}::text as subject_type, s.subject_id, s.from_status, s.to_status,
        ${entry.why ?? null}::text as why, nullif(coalesce(${details}::jsonb, '{}') || coalesce(s.more_details, '{}'), '{}') as details,
        ${entry.actor.requestId}::text as request_id
      from (${source}) s) n`;
}

/**
 * An audit row for each row of the CTE `moved` (columns id, from_status, to_status), as a part of the statement that moves
 * it: no step without its row, no row without its step, in one round trip. `more` is SQL for details that the statement knows.
 */
export function auditFrom(
  moved: string,
  entry: AuditEntry,
  more: RawBuilder<unknown> = sql`null::jsonb`,
): RawBuilder<unknown> {
  return insertStamped(
    sql`select id::text as subject_id, from_status, to_status, ${more} as more_details from ${sql.table(moved)}`,
    entry,
  );
}

/** An audit row of its own, for what happened without a row moving. */
export async function writeAudit(
  db: Db,
  subjectId: string,
  entry: AuditEntry,
  status: { from: string | null; to: string | null } = { from: null, to: null },
): Promise<void> {
  await insertStamped(
    sql`select ${subjectId}::text as subject_id, ${status.from}::text as from_status, ${status.to}::text as to_status, null::jsonb as more_details`,
    entry,
  ).execute(db);
}

export type AuditRow = {
  id: string;
  at: Date;
  actor: string;
  action: string;
  from_status: string | null;
  to_status: string | null;
  why: string | null;
};

const auditColumns = ['id', 'at', 'actor', 'action', 'from_status', 'to_status', 'why'] as const;

/** The history of one claim or order, oldest first. */
export async function listAuditOf(db: Db, subjectId: string): Promise<AuditRow[]> {
  return db.selectFrom('audit_log').select(auditColumns).where('subject_id', '=', subjectId).orderBy('id').execute();
}

/** The history of several subjects together, oldest first. */
export async function listAuditOfAll(
  db: Db,
  subjectIds: readonly string[],
): Promise<(AuditRow & { readonly subject_id: string })[]> {
  return db
    .selectFrom('audit_log')
    .select([...auditColumns, 'subject_id'])
    .where('subject_id', 'in', [...subjectIds])
    .orderBy('id')
    .execute();
}
