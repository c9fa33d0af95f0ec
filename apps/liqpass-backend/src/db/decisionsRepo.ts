import type { EpochMs } from '@liqpass/kernel/time';
import type { RejectionCode } from '@liqpass/kernel/vocabulary';
import { sql, type RawBuilder } from 'kysely';
import { auditFrom, identityOf, type AuditEntry } from './audit/auditRepo.ts';
import type { Claim } from '../domain/claim.ts';
import { isInStatus, movedClaim, selectMovedClaim, type ClaimRow } from './claimsRepo.ts';
import { noHedgeUnseen } from './hedgesRepo.ts';
import type { Db } from './platform/database.ts';
import { lockedPayout, owePayout } from './obligations.ts';
import { isSamePersonSql } from './people/samePerson.ts';
import { onePersonShop } from './people/settingsRepo.ts';
import type { ClaimDecision } from './platform/tables.ts';

/** A row about what was decided, as a part of the statement that moves the claim: rows are added, never changed. */
const decided = (
  decision: ClaimDecision,
  entry: AuditEntry,
  more: { readonly code?: RejectionCode | null; readonly reason?: string | null } = {},
): RawBuilder<unknown> => sql`
  insert into claim_decisions (claim_id, decision, at, by_name, by_identity, code, reason)
  select id, ${decision}, ${new Date(entry.atMs)}::timestamptz, ${entry.actor.name}, ${identityOf(entry.actor)}, ${more.code ?? null},
    ${more.reason ?? null} from moved`;

const lastDecision = (id: string): RawBuilder<unknown> =>
  sql`select decision, by_name, by_identity, reason from claim_decisions where claim_id = ${id} order by id desc limit 1`;

/**
 * Approves a claim on a cover that still is one; its audit row keeps payee and amount, which are looked at again when it is paid.
 * @param judged whether what was not known of the wait before cover has just been looked at again; else it has to be known
 */
export async function approveClaim(
  db: Db,
  id: string,
  approvedBy: string,
  judged: boolean,
  entry: AuditEntry,
): Promise<Claim | null> {
  const now = new Date(entry.atMs);
  return movedClaim(
    await sql<ClaimRow>`
    with moved as (
      update insurance_claims set status = 'APPROVED_PENDING_MULTISIG', approved_by = ${approvedBy}, approved_at = ${now}, updated_at = ${now}
      where id = ${id} and ${isInStatus('VERIFIED_PENDING_REVIEW')} and hold_reasons = '{}' and ${noHedgeUnseen(sql`insurance_claims`)}
        and exists (select from purchase_orders p where p.id = purchase_order_id and p.refund_reason is null
          and (p.attested is not true or p.waiting_check = 'UNTOUCHED' or ${judged}))
      returning *, 'VERIFIED_PENDING_REVIEW'::text as from_status, status as to_status
    ), decided as (${decided('APPROVE', entry)}),
    owed as (${owePayout('moved', identityOf(entry.actor), now)}),
    noted as (${auditFrom('moved', entry, sql`jsonb_build_object('payee', claimant, 'amount_usdc', payout_amount_usdc::text)`)})
    ${selectMovedClaim}`.execute(db),
  );
}

/** Rejects a verified claim; `reason` is what the claim shows, `text` what the person wrote. */
export async function rejectClaim(
  db: Db,
  id: string,
  rejection: { reason: string; code: RejectionCode | null; text: string },
  entry: AuditEntry,
): Promise<Claim | null> {
  return movedClaim(
    await sql<ClaimRow>`
    with moved as (
      update insurance_claims set status = 'REJECTED', rejected_reason = ${rejection.reason}, updated_at = ${new Date(entry.atMs)}
      where id = ${id} and ${isInStatus('VERIFIED_PENDING_REVIEW')}
      returning *, 'VERIFIED_PENDING_REVIEW'::text as from_status, status as to_status
    ), decided as (${decided('REJECT', entry, { code: rejection.code, reason: rejection.text })}),
    noted as (${auditFrom('moved', entry)})
    ${selectMovedClaim}`.execute(db),
  );
}

/**
 * Takes a person's decision back: an approval until its payout is in a batch or paid, a rejection that was a person's, while
 * there is a cover. The verifier's stands.
 */
export async function takeBackClaim(db: Db, id: string, reason: string, entry: AuditEntry): Promise<Claim | null> {
  const now = new Date(entry.atMs);
  return movedClaim(
    await sql<ClaimRow>`
    with last as (${lastDecision(id)}), owed as (${lockedPayout(id, ['DUE'])}), before as (
      select id, status from insurance_claims
      where id = ${id} and ((status = 'APPROVED_PENDING_MULTISIG' and exists (select from owed))
        or (status = 'REJECTED' and (select decision from last) = 'REJECT'
          and exists (select from purchase_orders p where p.id = purchase_order_id and p.refund_reason is null)))
      for update
    ), moved as (
      update insurance_claims c set status = 'VERIFIED_PENDING_REVIEW', approved_by = null, approved_at = null, rejected_reason = null,
        updated_at = ${now}
      from before where c.id = before.id
      returning c.*, before.status as from_status, c.status as to_status
    ), decided as (${decided('TAKE_BACK', entry, { reason })}),
    withdrawn as (update payouts set withdrawn_at = ${now}, updated_at = ${now} where id in (select id from owed) and exists (select from moved)),
    noted as (${auditFrom('moved', entry)})
    ${selectMovedClaim}`.execute(db),
  );
}

/**
 * Records the transaction that paid an approved claim: once, whatever is called twice, and not by whoever approved it, unless
 * the shop has one person only; then the audit row says that it was one.
 */
export async function markClaimPaid(
  db: Db,
  id: string,
  payment: { multisigTxHash: string; multisigSafe: string | null; paidAtMs: EpochMs },
  entry: AuditEntry,
): Promise<Claim | null> {
  const [now, paidAt] = [new Date(entry.atMs), new Date(payment.paidAtMs)];
  return movedClaim(
    await sql<ClaimRow>`
    with last as (${lastDecision(id)}), owed as (${lockedPayout(id, ['DUE', 'IN_BATCH'])}),
    same as (select coalesce((select ${isSamePersonSql(sql`by_name`, sql`by_identity`, entry.actor)} from last), false)
      or (select ${isSamePersonSql(sql`approved_by`, sql`null::text`, entry.actor)} from insurance_claims where id = ${id}) as person),
    moved as (
      update insurance_claims set status = 'PAID', multisig_tx_hash = ${payment.multisigTxHash}, multisig_safe = ${payment.multisigSafe},
        paid_at = ${paidAt}, updated_at = ${now}
      where id = ${id} and exists (select from owed) and ${isInStatus('APPROVED_PENDING_MULTISIG')} and (not (select person from same) or ${onePersonShop})
      returning *, 'APPROVED_PENDING_MULTISIG'::text as from_status, status as to_status
    ), settled as (
      update payouts set status = 'PAID', tx_hash = ${payment.multisigTxHash}, paid_at = ${paidAt}, recorded_by = ${entry.actor.name},
        recorded_at = ${now}, updated_at = ${now}
      where id in (select id from owed) and exists (select from moved)
    ), noted as (${auditFrom('moved', entry, sql`case when (select person from same) then '{"one_person_shop": true}'::jsonb end`)})
    ${selectMovedClaim}`.execute(db),
  );
}

export type Decision = {
  readonly decision: ClaimDecision;
  readonly byName: string;
  readonly byIdentity: string;
  readonly reason: string | null;
};

/** What a person decided last about a claim; null before anybody has. */
export async function getLastDecision(db: Db, id: string): Promise<Decision | null> {
  const { rows } = await sql<{
    decision: ClaimDecision;
    by_name: string;
    by_identity: string;
    reason: string | null;
  }>`${lastDecision(id)}`.execute(db);
  const row = rows[0];
  return row ? { decision: row.decision, byName: row.by_name, byIdentity: row.by_identity, reason: row.reason } : null;
}
