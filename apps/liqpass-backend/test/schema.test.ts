import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeSchema } from '../src/db/platform/describeSchema.ts';
import { migrateToLatest } from '../src/db/platform/migrate.ts';
import { engine, testDatabase } from './testDatabase.ts';

test(`the migrations make what schema.sql says (${engine})`, async () => {
  const { database } = await testDatabase();
  try {
    assert.equal(
      await describeSchema(database.db),
      readFileSync(join(import.meta.dirname, '../src/db/schema.sql'), 'utf8'),
    );
    await Promise.all([migrateToLatest(database.db), migrateToLatest(database.db)]);
  } finally {
    await database.close();
  }
});
