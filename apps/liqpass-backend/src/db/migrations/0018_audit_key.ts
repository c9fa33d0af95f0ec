import { sql, type Kysely } from 'kysely';

/** Stamps that a key makes, and what was approved: payee and amount, kept with the approval. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Tells a keyed stamp's key apart from every other row's; null where the stamp is the plain hash of audit_stamp().
  await sql`alter table audit_log add column stamp_nonce bytea`.execute(db);
  // Claims that were approved before approvals said so: as they stand now.
  await sql`
    insert into audit_log (id, at, actor, action, subject_type, subject_id, from_status, to_status, why, details, request_id, stamp)
      overriding system value
    select n.*, audit_stamp(n.id, n.at, n.actor, n.action, n.subject_type, n.subject_id, n.from_status, n.to_status, n.why, n.details, n.request_id)
    from (select nextval('audit_log_id_seq') as id, date_trunc('milliseconds', now()) as at, 'system'::text as actor,
        'freeze_payout'::text as action, 'claim'::text as subject_type, c.id::text as subject_id, null::text as from_status,
        null::text as to_status, 'approved before payee and amount were kept with the approval'::text as why,
        jsonb_build_object('payee', c.claimant, 'amount_usdc', c.payout_amount_usdc::text) as details, null::text as request_id
      from insurance_claims c where c.status = 'APPROVED_PENDING_MULTISIG' order by c.created_at, c.id) n`.execute(db);
}
