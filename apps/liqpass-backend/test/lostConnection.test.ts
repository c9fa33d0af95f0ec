import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { classifyDatabaseError } from '../src/db/platform/databaseError.ts';
import { engine, onPostgres, testDatabase } from './testDatabase.ts';

test(
  `a connection that is cut while a transaction holds it ends that transaction, and nothing else (${engine})`,
  { skip: !onPostgres && 'the embedded database has no connections to cut' },
  async () => {
    const { database } = await testDatabase();
    try {
      const held = await database.pool.connect();
      await held.query('begin');
      const { rows } = await held.query<{ pid: number }>('select pg_backend_pid() as pid, $1::int as given', [1]);
      // Between two statements: no query is there to fail. Without a listener of ours the error would end the process.
      const lost = once(held, 'error');
      await database.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await lost;
      await assert.rejects(
        held.query('select $1::int', [2]),
        (error) => classifyDatabaseError(error)?.code === 'DATABASE_UNAVAILABLE',
      );
      held.release();
      assert.deepEqual((await database.pool.query('select $1::int as given', [3])).rows, [{ given: 3 }]);
    } finally {
      await database.close();
    }
  },
);

test(`a statement that another process's migration made unusable is prepared anew (${engine})`, async () => {
  const { database } = await testDatabase();
  try {
    const { pool } = database;
    await pool.query('create table grows (a integer)');
    const read = (): Promise<{ rows: unknown[] }> => pool.query('select * from grows where a = $1', [1]);
    await pool.query('insert into grows values ($1)', [1]);
    assert.deepEqual((await read()).rows, [{ a: 1 }]);
    await pool.query('alter table grows add column b integer');
    assert.deepEqual((await read()).rows, [{ a: 1, b: null }]);
    assert.deepEqual((await read()).rows, [{ a: 1, b: null }]);
  } finally {
    await database.close();
  }
});
