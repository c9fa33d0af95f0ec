// npm run schema: writes src/db/schema.sql, the schema as the migrations leave it; with --check it only compares, and exits
// 1 where they differ. Read off the catalogue, so that it is the same on every version and on the embedded database.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildLogger } from '@liqpass/service/logger';
import { openDatabase } from '../src/db/platform/database.ts';
import { describeSchema } from '../src/db/platform/describeSchema.ts';
import { migrateToLatest } from '../src/db/platform/migrate.ts';

const path = join(import.meta.dirname, '../src/db/schema.sql');
const database = await openDatabase('embedded:memory', buildLogger('schema', 'silent'));
await migrateToLatest(database.db);
const schema = await describeSchema(database.db);
await database.close();
if (!process.argv.includes('--check')) {
  writeFileSync(path, schema);
  console.log(`wrote ${path}`);
} else if (readFileSync(path, 'utf8') !== schema) {
  console.error('schema.sql is not what the migrations make: run `npm run schema` and look at the difference.');
  process.exitCode = 1;
} else {
  console.log('schema.sql is what the migrations make');
}
