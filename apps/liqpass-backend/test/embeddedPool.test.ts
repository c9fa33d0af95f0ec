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
