import { sql } from 'kysely';
import { auditFrom, identityOf, type AuditEntry } from './audit/auditRepo.ts';
import { isInStatus } from './claimsRepo.ts';
import type { Db } from './platform/database.ts';

/** Releases the hold of a verified claim, with the decision and its audit row; false when there is none to release. */
export async function releaseHold(db: Db, id: string, reason: string, entry: AuditEntry): Promise<boolean> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ id: string }>`
    with held as (
      select id, hold_reasons from insurance_claims where id = ${id} and ${isInStatus('VERIFIED_PENDING_REVIEW')} and hold_reasons <> '{}' for update
    ), moved as (
      update insurance_claims c set hold_reasons = '{}', hedges_seen_at = case when 'HEDGED_PAIR' = any(held.hold_reasons) then ${now}::timestamptz else hedges_seen_at end,
        updated_at = ${now} from held where c.id = held.id
      returning c.id, c.status as from_status, c.status as to_status, held.hold_reasons as released
    ), decided as (
      insert into claim_decisions (claim_id, decision, at, by_name, by_identity, reason)
      select id, 'RELEASE_HOLD', ${now}, ${entry.actor.name}, ${identityOf(entry.actor)}, ${reason} from moved
    ), noted as (${auditFrom('moved', entry, sql`jsonb_build_object('released', released)`)})
    select id from moved`.execute(db);
  return rows.length === 1;
}
