import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration';
import type { Db } from './database.ts';

const directory = join(import.meta.dirname, '../migrations');

const provider: MigrationProvider = {
  async getMigrations() {
    const files = (await readdir(directory)).filter((file) => /^\d{4}_\w+\.ts$/.test(file)).toSorted();
    const migrations: Record<string, Migration> = {};
    for (const file of files)
      migrations[file.replace(/\.ts$/, '')] = (await import(join(directory, file))) as Migration;
    return migrations;
  },
};

/** Brings the schema up to date. Two processes may do so at once: the migrator takes a lock. */
export async function migrateToLatest(db: Db): Promise<void> {
  const { error, results } = await new Migrator({ db, provider }).migrateToLatest();
  const failed = results?.find((result) => result.status === 'Error');
  if (error) throw new Error(`The migration ${failed?.migrationName ?? ''} failed.`, { cause: error });
}
