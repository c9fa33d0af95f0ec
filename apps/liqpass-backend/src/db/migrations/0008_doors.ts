import { sql, type Kysely } from 'kysely';

/** Whose word a session rests on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // A contract wallet's signature is the chain's word: such a session is an operator's only where that wallet is named as one.
  await sql`alter table sessions add column by_chain boolean not null default false`.execute(db);
  // Of the sessions that there are nobody knows: operators sign in once more.
  await sql`update sessions set revoked_at = now(), revoked_why = 'sign in again: whose word this session rested on was not kept'
    where revoked_at is null and address in (select address from operators where removed_at is null)`.execute(db);
}
