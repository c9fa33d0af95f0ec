import { sql, type Kysely } from 'kysely';

/** What a loop need not write. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // A claim is its own job: those that wait say so themselves, and the queue they were in is gone.
  await sql`drop schema if exists pgboss cascade`.execute(db);
  // Evidence lies beside its row even where it is small, so that approving and paying a claim do not write it again.
  await sql`alter table insurance_claims set (toast_tuple_target = 1024)`.execute(db);
}
