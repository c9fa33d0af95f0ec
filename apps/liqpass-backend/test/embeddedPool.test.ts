import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type pg from 'pg';
import { engine, testDatabase } from './testDatabase.ts';

/** What the driver promises on PostgreSQL: each of these holds on the embedded database just as well. */
async function withPool(use: (pool: pg.Pool) => Promise<void>): Promise<void> {
  const { database } = await testDatabase();
  try {
    await database.pool.query('create table scribbles (text text primary key)');
    await use(database.pool);
  } finally {
    await database.close();
  }
}
const count = async (pool: pg.Pool): Promise<unknown> =>
  (await pool.query<{ count: number }>('select count(*)::integer as count from scribbles')).rows[0]?.count;

test(`a failed query leaves the pool usable, whichever way it is asked (${engine})`, () =>
  withPool(async (pool) => {
    await assert.rejects(pool.query('select 1/0'), { code: '22012' });
    await assert.rejects(pool.query('select 1/$1::integer', [0]), { code: '22012' });
    await assert.rejects(pool.query('select nothing from nowhere where a = $1', [1]), { code: '42P01' });
    await assert.rejects(pool.query({ name: 'wrong', text: 'selec $1', values: [1] }), { code: '42601' });
    assert.deepEqual((await pool.query('select $1::integer as given', [1])).rows, [{ given: 1 }]);
  }));

test(`a dropped client's transaction and settings are gone (${engine})`, () =>
  withPool(async (pool) => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query("insert into scribbles values ('never')");
    await client.query("set search_path = 'nowhere'");
    client.release(new Error('dropped'));
    assert.equal(await count(pool), 0);
  }));

test(`a client dropped while it has queries running and waiting leaves nothing behind (${engine})`, () =>
  withPool(async (pool) => {
    const client = await pool.connect();
    await client.query('begin');
    const unanswered = ['begun', 'waiting'].map((text) => client.query('insert into scribbles values ($1)', [text]));
    client.release(new Error('dropped'));
    await Promise.allSettled(unanswered);
    assert.equal(await count(pool), 0);
  }));

test(`a named statement works for the clients that come after one that failed (${engine})`, () =>
  withPool(async (pool) => {
    const named = (given: number): Promise<pg.QueryResult> =>
      pool.query({ name: 'given', text: 'select $1::integer as given', values: [given] });
    await named(1);
    await assert.rejects(pool.query('no sql'), { code: '42601' });
    assert.deepEqual((await named(2)).rows, [{ given: 2 }]);
  }));

test(`a text of several statements is all or nothing (${engine})`, () =>
  withPool(async (pool) => {
    await assert.rejects(pool.query("begin; insert into scribbles values ('never'); select 1/0; commit"), {
      code: '22012',
    });
    assert.equal(await count(pool), 0);
    await pool.query("insert into scribbles values ('kept'); select 1");
    assert.equal(await count(pool), 1);
  }));

test(`one query without values is prepared, several statements are not, and both are answered (${engine})`, () =>
  withPool(async (pool) => {
    const client = await pool.connect();
    try {
      for (let n = 0; n < 2; n += 1) {
        assert.deepEqual((await client.query('select 1 as one', [])).rows, [{ one: 1 }]);
        const several = (await client.query('select 1 as a; select 2 as b', [])) as unknown as pg.QueryResult[];
        assert.deepEqual(
          several.map(({ rows }) => rows),
          [[{ a: 1 }], [{ b: 2 }]],
        );
      }
      const { rows } = await client.query<{ statement: string }>('select statement from pg_prepared_statements');
      assert.deepEqual(
        rows.map(({ statement }) => statement).filter((statement) => /select [12] as/.test(statement)),
        ['select 1 as one'],
      );
    } finally {
      client.release();
    }
  }));

test(`of inserts of the same key at once one succeeds and the others say why (${engine})`, () =>
  withPool(async (pool) => {
    const inserts = await Promise.allSettled(
      Array.from({ length: 30 }, (_, at) => pool.query('insert into scribbles values ($1)', [String(at % 15)])),
    );
    const refused = inserts.flatMap((insert) =>
      insert.status === 'rejected' ? [insert.reason as pg.DatabaseError] : [],
    );
    assert.deepEqual(
      refused.map(({ code, constraint }) => [code, constraint]),
      Array.from({ length: 15 }, () => ['23505', 'scribbles_pkey']),
    );
    assert.equal(await count(pool), 15);
  }));

test(`texts far larger than any buffer come back as they went in (${engine})`, () =>
  withPool(async (pool) => {
    const text = 'évidence 证据 '.repeat(200_000);
    const { rows } = await pool.query<{ text: string }>('select $1::text as text', [text]);
    assert.ok(rows[0]?.text === text);
    const many = await pool.query<{ n: number }>('select n from generate_series(1, $1::integer) n', [100_000]);
    assert.equal(many.rows.length, 100_000);
    assert.equal(many.rows.at(-1)?.n, 100_000);
  }));

test(`a client that listens is told (${engine})`, () =>
  withPool(async (pool) => {
    const client = await pool.connect();
    await client.query('listen news');
    const told = once(client, 'notification');
    await client.query("select pg_notify('news', 'good')");
    const [news] = (await told) as [pg.Notification];
    assert.equal(news.payload, 'good');
    client.release();
  }));

test(`what the columns of a prepared statement are is asked once on a connection, however its runs end (${engine})`, () =>
  withPool(async (pool) => {
    const client = await pool.connect();
    let told = 0;
    const { connection } = client as pg.PoolClient & { readonly connection: NodeJS.EventEmitter };
    connection.on('rowDescription', () => (told += 1));
    const ask = async (given: unknown): Promise<unknown> =>
      (await client.query("select 6 / $1::integer as part, '2026-01-01T00:00:00Z'::timestamptz as at", [given])).rows;
    const at = new Date('2026-01-01T00:00:00Z');
    try {
      assert.deepEqual(await ask(1), [{ part: 6, at }]);
      assert.deepEqual(await ask(2), [{ part: 3, at }]);
      await assert.rejects(ask(0), { code: '22012' });
      await assert.rejects(ask({ not: 'a number' }), { code: '22P02' });
      assert.deepEqual(await ask(3), [{ part: 2, at }]);
      assert.equal(told, 1);

      const add = (text: string) => client.query('insert into scribbles values ($1) on conflict do nothing', [text]);
      assert.deepEqual([(await add('once')).rowCount, (await add('once')).rowCount], [1, 0]);
      const look = (text: string) => client.query('select * from scribbles where text = $1', [text]);
      assert.deepEqual((await look('never')).rows, []);
      assert.deepEqual((await look('once')).rows, [{ text: 'once' }]);
      await client.query('alter table scribbles add column more integer');
      assert.deepEqual((await look('once')).rows, [{ text: 'once', more: null }]);
      assert.deepEqual((await look('once')).rows, [{ text: 'once', more: null }]);
    } finally {
      client.release();
    }
  }));
