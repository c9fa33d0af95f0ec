import type { EpochMs } from '@liqpass/kernel/time';
import { sql, type RawBuilder } from 'kysely';
import type { Db } from './database.ts';

/** Who did it: 'trader', 'system', or the name that came with a key or a session ('internal:ops', 'admin:alice'). */
export type Actor = { readonly name: string; readonly requestId: string | null };

export const SYSTEM: Actor = { name: 'system', requestId: null };

/** Who, what, why, when; from where to where is read off the rows that moved. */
export type AuditEntry = {
  readonly actor: Actor;
  readonly action: string;
  readonly subjectType: 'purchase_order' | 'claim' | 'credential' | 'operator' | 'setting' | 'session';
  readonly atMs: EpochMs;
  readonly why?: string | null;
  readonly details?: Record<string, unknown> | null;
};

/**
 * An audit row for each row of the CTE `moved` (columns id, from_status, to_status), as a part of the statement that moves
 * it: no step without its row, no row without its step, in one round trip.
 */
export function auditFrom(moved: string, entry: AuditEntry): RawBuilder<unknown> {
  const details = entry.details ? JSON.stringify(entry.details) : null;
  return sql`insert into audit_log (at, actor, action, subject_type, subject_id, from_status, to_status, why, details, request_id)
    select ${new Date(entry.atMs)}::timestamptz, ${entry.actor.name}, ${entry.action}, ${entry.subjectType}, ${sql.ref(moved)}.id::text,
      ${sql.ref(moved)}.from_status, ${sql.ref(moved)}.to_status, ${entry.why ?? null}, ${details}::jsonb, ${entry.actor.requestId}
    from ${sql.table(moved)}`;
}

/** An audit row of its own, for what happened without a row moving. */
export async function writeAudit(
  db: Db,
  subjectId: string,
  entry: AuditEntry,
  status: { from: string | null; to: string | null } = { from: null, to: null },
): Promise<void> {
  await db
    .insertInto('audit_log')
    .values({
      at: new Date(entry.atMs),
      actor: entry.actor.name,
      action: entry.action,
      subject_type: entry.subjectType,
      subject_id: subjectId,
      from_status: status.from,
      to_status: status.to,
      why: entry.why ?? null,
      details: entry.details ? JSON.stringify(entry.details) : null,
      request_id: entry.actor.requestId,
    })
    .execute();
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

/** The history of one claim or order, oldest first. */
export async function listAuditOf(db: Db, subjectId: string): Promise<AuditRow[]> {
  return db
    .selectFrom('audit_log')
    .select(['id', 'at', 'actor', 'action', 'from_status', 'to_status', 'why'])
    .where('subject_id', '=', subjectId)
    .orderBy('id')
    .execute();
}
