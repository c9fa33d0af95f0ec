import { sql, type Kysely } from 'kysely';

/** Of a channel by e-mail: its wallet and mailbox as one hash, which stays where it was confirmed once: that wallet is no stranger there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table channels add column mailbox_hash text`.execute(db);
  await sql`create index channels_of_mailbox on channels (mailbox_hash) where mailbox_hash is not null and confirmed_at is not null`.execute(
    db,
  );
}
