import { ConfigError } from '@liqpass/service/environment';
import { buildLogger } from '@liqpass/service/logger';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { findPgBouncer, startPgBouncer } from '../../../scripts/localPgBouncer.ts';
import { readConfig } from '../src/config.ts';
import { checkDatabaseAddress } from '../src/db/platform/databaseAddress.ts';
import { openDatabase, type Database } from '../src/db/platform/database.ts';
import { migrateToLatest } from '../src/db/platform/migrate.ts';
import { startBackend } from '../src/startBackend.ts';
import { ADMIN_KEY, INTERNAL_KEY, testBackend, type TestBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { engine, onPostgres, testDatabase } from './testDatabase.ts';

const log = buildLogger('test', 'silent');
const onServer = { skip: !onPostgres && 'the embedded database is as we made it' };
const server = process.env['TEST_DATABASE_URL'] ?? '';
const at = (name: string, base = server): string => Object.assign(new URL(base), { pathname: `/${name}` }).href;

async function ask(url: string, ...texts: string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const text of texts) rows = (await client.query<Record<string, unknown>>(text)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** An empty database of its own, on the server and not through us; removed after the test. */
async function emptyDatabase(t: TestContext, options = ''): Promise<string> {
  const name = `liqpass_found_${randomBytes(6).toString('hex')}`;
  await ask(server, `create database ${name} ${options}`);
  t.after(() => ask(server, `drop database if exists ${name} with (force)`));
  return name;
}

/** Why a start on this address is refused. */
async function refusal(databaseUrl: string): Promise<string> {
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    INTERNAL_API_KEY: INTERNAL_KEY,
    ADMIN_API_KEY: ADMIN_KEY,
    JP_VERIFY_API_KEY: 'verifier-key-of-some-length',
    PORT: '0',
  });
  try {
    await (await startBackend(config, log)).stop();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.match(error.message, /^DATABASE_URL/);
    assert.doesNotMatch(error.message, /pässwörd|s3cret/);
    return error.message;
  }
  return 'it started';
}

/** The whole loop, from the order to the approved claim. */
async function loop(app: TestBackend): Promise<void> {
  const { id } = await app.covered();
  app.verifier.script(() => liquidated(app.clock.now() - 1));
  const { claimId } = (await app.claim(id)).body;
  const claim = await app.until(
    () => app.readClaim(claimId),
    ({ status }) => status === 'VERIFIED_PENDING_REVIEW',
  );
  assert.ok(Math.abs(Date.parse(claim.created_at) - app.clock.now()) < 60_000, claim.created_at);
  assert.equal((await app.admin(`/admin/claims/${claimId}/approve`)).body.status, 'APPROVED_PENDING_MULTISIG');
}

test(`the loop goes on whatever the database's sessions are set to (${engine})`, onServer, async (t) => {
  const name = await emptyDatabase(t);
  await ask(
    server,
    `alter database ${name} set datestyle = 'German, DMY'`,
    `alter database ${name} set search_path = elsewhere`,
    `alter database ${name} set timezone = 'Asia/Shanghai'`,
    `alter database ${name} set standard_conforming_strings = off`,
    `alter database ${name} set bytea_output = 'escape'`,
  );
  const database = await openDatabase(at(name), log);
  const app = await testBackend({}, { database, url: at(name) });
  t.after(() => app.close());
  await loop(app);
  assert.deepEqual(
    (await database.pool.query(String.raw`select '2026-11-28 16:00Z'::timestamptz::text as at, '\x' as text`)).rows,
    [{ at: '2026-11-28 16:00:00+00', text: String.raw`\x` }],
  );
});

test(
  `a database in another encoding, or one that takes no writes, stops the start with a sentence (${engine})`,
  onServer,
  async (t) => {
    const latin = await emptyDatabase(t, "encoding 'LATIN1' locale 'C' template template0");
    assert.match(await refusal(at(latin)), /encoded in LATIN1 .*UTF-8/);
    const still = await emptyDatabase(t);
    await ask(server, `alter database ${still} set default_transaction_read_only = on`);
    assert.match(await refusal(at(still)), /takes no writes: give the address of the primary/);
  },
);

test(`a wrong part of the address is named, and never the password (${engine})`, onServer, async () => {
  const { username, hostname, port } = new URL(server);
  assert.match(await refusal(at('nowhere_at_all')), /database nowhere_at_all is not there/);
  assert.match(
    await refusal(`postgres://nobody_here:s3cret@${hostname}:${port}/postgres`),
    /role nobody_here is not there/,
  );
  assert.match(
    await refusal(`postgres://${username}:s3cret@127.0.0.1:9/postgres`),
    /nothing answers at 127\.0\.0\.1:9/,
  );
  assert.match(await refusal(`postgres://${username}:s3cret@db.invalid/postgres`), /host db\.invalid is not found/);
  assert.match(await refusal(`${at('postgres')}?sslmode=require`), /speaks no TLS/);
});

test('an address that cannot be one is refused before anything is opened, without showing it', () => {
  for (const [url, why] of [
    ['mysql://127.0.0.1/liqpass', /must begin with postgres:\/\//],
    ['postgres://liqpass:s3cret#1@127.0.0.1/liqpass', /%23/],
    ['postgres://liqpass:s3cret/1@127.0.0.1/liqpass', /malformed/],
    ['postgres://liqpass:s3cret@127.0.0.1:54x2/liqpass', /malformed/],
    [
      'postgres://liqpass:s3cret@127.0.0.1/liqpass?sslmode=verify-full&sslrootcert=/nowhere/ca.pem',
      /\/nowhere\/ca\.pem/,
    ],
  ] as const)
    assert.throws(
      () => checkDatabaseAddress(url),
      (error) => error instanceof ConfigError && why.test(error.message) && !error.message.includes('s3cret'),
      url,
    );
  for (const url of [
    'postgres://liqpass@127.0.0.1/liqpass',
    'postgresql://a:b%23c@[::1]:5432/d?sslmode=require',
    'postgres:///liqpass?host=/var/run/postgresql',
  ])
    checkDatabaseAddress(url);
});

test(`one that turns read-only is unready and refuses writes, until it takes them again (${engine})`, async (t) => {
  const { database, url } = await testDatabase();
  const app = await testBackend({}, { database, url });
  t.after(() => app.close());
  // Every session there is, as a primary that became a standby is to whoever is still connected.
  const every = async (text: string): Promise<void> => {
    const clients = await Promise.all(Array.from({ length: onPostgres ? 10 : 1 }, () => database.pool.connect()));
    await Promise.all(clients.map((client) => client.query(text)));
    for (const client of clients) client.release();
  };
  // Upkeep may be who finds out first, and on the embedded database it has the only session: then there is another to set.
  let id = '';
  const refused = await app.until(
    async () => {
      id = await app.order();
      await every('set session characteristics as transaction read only');
      return app.bind(id);
    },
    ({ status }) => status !== 200,
  );
  assert.deepEqual([refused.status, refused.body.error], [503, 'DATABASE_UNAVAILABLE']);
  // What was found to take no writes is not asked again: in the end every connection is one to a primary.
  await app.until(
    () => app.bind(id),
    ({ status }) => status === 200,
  );

  if (!onPostgres) return;
  const name = new URL(url).pathname.slice(1);
  await ask(server, `alter database ${name} set default_transaction_read_only = on`);
  await every('set session characteristics as transaction read only');
  const ready = () => app.call<{ ready: boolean; database: boolean }>('GET', '/readyz');
  const unready = await app.until(ready, ({ status }) => status === 503);
  assert.equal(unready.body.database, false);
  assert.equal((await app.markPaid(id)).body.error, 'DATABASE_UNAVAILABLE');
  await ask(server, `alter database ${name} reset default_transaction_read_only`);
  assert.equal((await app.until(ready, ({ body }) => body.database)).body.database, true);
  await app.until(
    () => app.markPaid(id),
    ({ status }) => status === 200,
  );
});

test(
  `the embedded database, and the checkout, may lie in a folder of any name (${engine})`,
  { skip: onPostgres && 'it has no folder' },
  async (t) => {
    const folder = join(mkdtempSync(join(tmpdir(), 'liqpass-folder-')), 'a #1 100%25 why? 数据库 %');
    t.after(() => rmSync(join(folder, '..'), { recursive: true, force: true }));
    const database = await openDatabase(`embedded:${join(folder, 'data/database')}`, log);
    await database.db.schema.createTable('found').addColumn('text', 'text').execute();
    await database.close();
    assert.ok(existsSync(join(folder, 'data/database/PG_VERSION')));

    // As a clone would be, its packages beside it.
    const root = join(import.meta.dirname, '../../..');
    for (const part of ['packages', 'apps/liqpass-backend'])
      cpSync(join(root, part), join(folder, part), {
        recursive: true,
        filter: (path) => !/node_modules|\/test(?:$|\/)/.test(path),
      });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(folder, 'apps/liqpass-backend/scripts/schema.ts'), '--check'],
      { cwd: folder, env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' } },
    );
    assert.match(stdout, /./);
  },
);

test(`behind PgBouncer in transaction mode everything goes as without it (${engine})`, onServer, async (t) => {
  if (findPgBouncer() === null) {
    assert.notEqual(process.env['CI'], 'true', 'PgBouncer is not installed (Debian: apt-get install pgbouncer)');
    console.warn('!!!!!! NOT RUN: the backend behind a pooler, since PgBouncer is not installed');
    return t.skip('PgBouncer is not installed');
  }
  const pooler = await startPgBouncer(server, 3);
  t.after(() => pooler.stop());
  const name = await emptyDatabase(t);
  await ask(server, `alter database ${name} set datestyle = 'German, DMY'`);
  const open = (): Promise<Database> => openDatabase(pooler.at(name), log);

  // Two at once migrate, and neither leaves its lock behind.
  const [one, two] = [await open(), await open()];
  await Promise.all([migrateToLatest(one.db), migrateToLatest(two.db)]);
  assert.deepEqual(
    await ask(
      at(name),
      "select count(*)::integer as left from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
    ),
    [{ left: 0 }],
  );
  await two.close();

  const app = await testBackend({}, { database: one, url: pooler.at(name) });
  t.after(() => app.close());
  await Promise.all(Array.from({ length: 8 }, () => loop(app)));
  // What another process's migration changes is seen by what has been asked before.
  await ask(at(name), 'alter table purchase_orders add column later text');
  await Promise.all(Array.from({ length: 8 }, () => loop(app)));
  assert.equal((await app.call<{ database: boolean }>('GET', '/readyz')).body.database, true);

  assert.match(await refusal(pooler.at('nowhere_at_all')), /database nowhere_at_all is not there/);
  const hidden = await emptyDatabase(t);
  await ask(server, `alter database ${hidden} set search_path = elsewhere`);
  assert.match(await refusal(pooler.at(hidden)), /set search_path = public/);
});
