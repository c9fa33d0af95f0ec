import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import pg from 'pg';
import { openDatabase, openEmbedded, type Database } from '../src/db/platform/database.ts';
import { migrateToLatest } from '../src/db/platform/migrate.ts';
import { buildLogger } from '@liqpass/service/logger';

const serverUrl = process.env['TEST_DATABASE_URL'];
/** Which database the suite runs on: shown in test names and by `npm test`. */
export const engine = serverUrl === undefined ? 'embedded' : 'postgresql';
export const onPostgres = engine === 'postgresql';
const log = buildLogger('test', 'silent');

async function migrated(database: Database): Promise<Database> {
  await migrateToLatest(database.db);
  return database;
}

let image: Promise<Blob> | undefined;
async function embeddedImage(): Promise<Blob> {
  const database = await migrated(await openEmbedded('memory', log));
  if (!database.lite) throw new Error('the embedded database has its engine at hand');
  const dump = await database.lite.dumpDataDir('none');
  await database.close();
  return dump;
}

let template: Promise<string> | undefined;
const named = (): string => `liqpass_test_${randomBytes(6).toString('hex')}`;
const at = (name: string): string => {
  const url = new URL(serverUrl ?? '');
  url.pathname = `/${name}`;
  return url.href;
};
async function asServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
async function serverTemplate(): Promise<string> {
  const name = named();
  await asServer((client) => client.query(`create database ${name}`));
  const database = await migrated(await openDatabase(at(name), log));
  await database.close();
  return name;
}

/** A database of its own for a test, up to date and empty. `url` leads other processes to it (PostgreSQL only). */
export async function testDatabase(): Promise<{ database: Database; url: string }> {
  if (serverUrl === undefined) {
    image ??= embeddedImage();
    return { database: await openEmbedded('memory', log, await image), url: 'embedded:memory' };
  }
  template ??= serverTemplate();
  const from = await template;
  const name = named();
  await asServer((client) => client.query(`create database ${name} template ${from}`));
  const database = await openDatabase(at(name), log);
  const close = database.close.bind(database);
  database.close = async () => {
    await close();
    await setImmediate();
    await asServer((client) => client.query(`drop database if exists ${name} with (force)`));
  };
  return { database, url: at(name) };
}
