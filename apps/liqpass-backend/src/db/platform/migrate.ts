import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration';
import type { Db } from './database.ts';

const directory = join(import.meta.dirname, '../migrations');

const provider: MigrationProvider = {
  async getMigrations() {
    const files = (await readdir(directory)).filter((file) => /^\d{4}_\w+\.ts$/.test(file)).toSorted();
    const migrations: Record<string, Migration> = {};
    for (const file of files)
      migrations[file.replace(/\.ts$/, '')] = (await import(pathToFileURL(join(directory, file)).href)) as Migration;
    return migrations;
  },
};

/** Kysely's own number, so that a process of an earlier version that migrates is waited for too. */
const MIGRATING = 3_853_314_791_062_309_107n;

/**
 * Brings the schema up to date, whole or not at all. Two processes may do so at once: the lock ends with the transaction, so that it
 * is let go of also where a pooler gives the next statement to another session.
 */
export async function migrateToLatest(db: Db): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATING)})`.execute(trx);
    const { error, results } = await new Migrator({ db: trx, provider }).migrateToLatest();
    const failed = results?.find((result) => result.status === 'Error');
    if (error) throw new Error(`The migration ${failed?.migrationName ?? ''} failed.`, { cause: error });
  });
}
