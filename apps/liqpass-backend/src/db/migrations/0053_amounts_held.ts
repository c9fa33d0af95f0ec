import { sql, type Kysely } from 'kysely';

/** Who holds an amount due: nobody has more of them than they can be about to pay. null: from before that was counted. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table amounts_due add column held_by text`.execute(db);
  await sql`create index amounts_due_by_holder on amounts_due (held_by)`.execute(db);
}
