import { sql, type Kysely } from 'kysely';

/** Up to when the exchange's bills of a watched position are known: a look that could not read them does not move it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table watches add column ledger_read_at timestamptz`.execute(db);
}
