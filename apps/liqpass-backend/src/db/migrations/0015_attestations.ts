import { sql, type Kysely } from 'kysely';

/** By whose signature what the verifier said is known. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Keys go, signatures stay: what was signed with one that is no longer published can still be checked.
  await sql`create table attestation_keys (
    verifier text not null,
    key_id text not null check (key_id ~ '^[0-9a-f]{16}$'),
    public_key text not null check (public_key ~ '^[A-Za-z0-9_-]{43}$'),
    first_seen_at timestamptz not null,
    primary key (verifier, key_id)
  )`.execute(db);
  // The signature itself stands in evidence_json, beside what it is over; null: unsigned.
  await sql`alter table insurance_claims add column attestation_key_id text check (attestation_key_id ~ '^[0-9a-f]{16}$')`.execute(
    db,
  );
  await sql`alter table binding_snapshots add column attestation_json json,
    add column attestation_key_id text check (attestation_key_id ~ '^[0-9a-f]{16}$'),
    add constraint binding_snapshots_attested check ((attestation_json is null) = (attestation_key_id is null))`.execute(
    db,
  );
}
