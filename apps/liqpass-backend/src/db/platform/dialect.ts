import { PostgresAdapter, PostgresDialect, type DialectAdapter } from 'kysely';

/**
 * Kysely's own lock for migrations belongs to the session: behind a pooler it would be let go of on another one, and be left on
 * the first. migrateToLatest takes one that ends with its transaction.
 */
class WithoutMigrationLock extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

export class Dialect extends PostgresDialect {
  override createAdapter(): DialectAdapter {
    return new WithoutMigrationLock();
  }
}
