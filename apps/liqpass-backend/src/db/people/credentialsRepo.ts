import type { EpochMs } from '@liqpass/kernel/time';
import type { OkxRegion } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import { auditFrom, type AuditEntry } from '../audit/auditRepo.ts';
import type { Db } from '../platform/database.ts';

/** An exchange key under seal, and what the exchange said about it. */
export type Credential = {
  readonly id: string;
  readonly owner: string;
  readonly sealed: string;
  readonly keyId: string;
  readonly region: OkxRegion;
  readonly label: string;
  readonly uid: string;
  readonly mainUid: string;
  readonly createdAtMs: EpochMs;
  /** Until when orders need it; null when none does. */
  readonly neededUntilMs: EpochMs | null;
};

type Row = {
  id: string;
  owner: string;
  sealed: string;
  key_id: string;
  region: OkxRegion;
  label: string;
  uid: string;
  main_uid: string;
  created_at: Date;
  needed_until: Date | null;
};

const toCredential = (row: Row): Credential => ({
  id: row.id,
  owner: row.owner,
  sealed: row.sealed,
  keyId: row.key_id,
  region: row.region,
  label: row.label,
  uid: row.uid,
  mainUid: row.main_uid,
  createdAtMs: row.created_at.getTime(),
  neededUntilMs: row.needed_until?.getTime() ?? null,
});

/**
 * Until when a key is needed: by an order bound with it whose window is not over (paid for, or still to be), and by one whose
 * claim the verifier has not answered yet, however late.
 */
const neededUntil = (nowMs: EpochMs) => sql`(
  select max(case when cl.status = 'VERIFYING' then greatest(p.coverage_end_at, ${new Date(nowMs)}::timestamptz) else p.coverage_end_at end)
  from purchase_orders p left join insurance_claims cl on cl.purchase_order_id = p.id
  where p.credential_id = c.id and p.refund_reason is null
    and (cl.status = 'VERIFYING' or (p.coverage_end_at > ${new Date(nowMs)} and (cl.status is null or cl.status = 'FAILED'))))`;

/** Keeps a key unless its wallet has `most`; false then. In a transaction: one wallet's come one after another. */
export async function insertCredential(
  trx: Db,
  credential: Omit<Credential, 'createdAtMs' | 'neededUntilMs'>,
  most: number,
  entry: AuditEntry,
): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtext(${`credentials:${credential.owner}`}))`.execute(trx);
  const { rows } = await sql<{ id: string }>`
    with moved as (
      insert into okx_credentials (id, owner, sealed, key_id, region, label, uid, main_uid, created_at)
      select ${credential.id}, ${credential.owner}, ${credential.sealed}, ${credential.keyId}, ${credential.region}, ${credential.label},
        ${credential.uid}, ${credential.mainUid}, ${new Date(entry.atMs)}
      where (select count(*) from okx_credentials where owner = ${credential.owner} and deleted_at is null and delete_asked_at is null) < ${most}
      returning id, null::text as from_status, null::text as to_status
    ), noted as (${auditFrom('moved', entry)})
    select id from moved`.execute(trx);
  return rows.length === 1;
}

/** A wallet's keys, newest first; those asked to be deleted are gone for it. */
export async function listCredentials(db: Db, owner: string, nowMs: EpochMs): Promise<Credential[]> {
  const { rows } = await sql<Row>`
    select c.*, ${neededUntil(nowMs)} as needed_until from okx_credentials c
    where c.owner = ${owner} and c.deleted_at is null and c.delete_asked_at is null
    order by c.created_at desc, c.id desc`.execute(db);
  return rows.map(toCredential);
}

/** A wallet's key; null when it has none by that id, or has had it deleted. */
export async function getCredential(db: Db, id: string, owner: string, nowMs: EpochMs): Promise<Credential | null> {
  const { rows } = await sql<Row>`
    select c.*, ${neededUntil(nowMs)} as needed_until from okx_credentials c
    where c.id = ${id} and c.owner = ${owner} and c.deleted_at is null and c.delete_asked_at is null`.execute(db);
  return rows[0] ? toCredential(rows[0]) : null;
}

/** A key that opens the account an order was bound with: its own, or another of that wallet for the same account. */
export async function findCredentialOfAccount(
  db: Db,
  credentialId: string,
  uid: string,
): Promise<{ sealed: string; owner: string } | null> {
  const { rows } = await sql<{ sealed: string; owner: string }>`
    select c.sealed, c.owner from okx_credentials bound join okx_credentials c on c.owner = bound.owner
    where bound.id = ${credentialId} and c.uid = ${uid} and c.sealed is not null
    order by (c.id = bound.id) desc, c.created_at desc
    limit 1`.execute(db);
  return rows[0] ?? null;
}

/** Asks for a key to be deleted, and deletes it where no order needs it: the sealed text is gone, the row says that it was there. */
export async function deleteCredential(
  db: Db,
  id: string,
  owner: string,
  entry: AuditEntry,
): Promise<{ deleted: boolean } | null> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ deleted: boolean }>`
    with moved as (
      update okx_credentials c set delete_asked_at = ${now},
        sealed = case when ${neededUntil(entry.atMs)} is null then null else sealed end,
        deleted_at = case when ${neededUntil(entry.atMs)} is null then ${now}::timestamptz else null end
      where c.id = ${id} and c.owner = ${owner} and c.deleted_at is null and c.delete_asked_at is null
      returning c.id, null::text as from_status, case when c.deleted_at is null then 'DELETE_ASKED' else 'DELETED' end as to_status
    ), noted as (${auditFrom('moved', entry)})
    select to_status = 'DELETED' as deleted from moved`.execute(db);
  return rows[0] ?? null;
}

/** Deletes the keys whose owners asked for it and that no order needs any more; answers how many. */
export async function deleteUnneededCredentials(db: Db, entry: AuditEntry): Promise<number> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ id: string }>`
    with moved as (
      update okx_credentials c set sealed = null, deleted_at = ${now}
      where c.delete_asked_at is not null and c.deleted_at is null and ${neededUntil(entry.atMs)} is null
      returning c.id, 'DELETE_ASKED'::text as from_status, 'DELETED'::text as to_status
    ), noted as (${auditFrom('moved', entry)})
    select id from moved`.execute(db);
  return rows.length;
}
