import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { databaseErrorCode } from '../src/db/platform/databaseError.ts';
import { foldChecks } from '../src/db/platform/foldChecks.ts';
import { engine, testDatabase } from './testDatabase.ts';

const CHECK_VIOLATION = '23514';

test(`folded, CHECKs refuse what each of them refused, and one may be replaced (${engine})`, async (t) => {
  const { database } = await testDatabase();
  t.after(() => database.close());
  const { db, pool } = database;
  const refuses = (text: string): Promise<void> =>
    assert.rejects(pool.query(text), (error: Error) => databaseErrorCode(error) === CHECK_VIOLATION, text);
  await pool.query(`create table parts (name text check (name in ('a', 'b')), amount numeric(38,6) check (amount > 0), at timestamptz,
    check ((name = 'a') = (at is not null)))`);
  await pool.query(`insert into parts values ('a', 1, now()), ('b', null, null), (null, 7, null)`);
  await foldChecks(db, 'parts');
  // What is not known is refused by no CHECK.
  await pool.query(`insert into parts values ('a', 1, now()), ('b', null, null), (null, 7, null)`);
  const wrong = [`('c', 1, null)`, `('b', 0, null)`, `('b', -1, null)`, `('a', 1, null)`, `('b', 1, now())`];
  for (const row of wrong) await refuses(`insert into parts values ${row}`);
  await refuses(`update parts set amount = 0 where name = 'a'`);

  await pool.query(`alter table parts add column note text check (note <> '')`);
  await pool.query(`alter table parts add constraint parts_names check (name in ('a', 'b', 'c')) not valid`);
  await foldChecks(db, 'parts', ['parts_name_check']);
  await pool.query(`insert into parts values ('c', 1, null, 'kept')`);
  for (const row of [...wrong.slice(1), `('d', 1, null)`, `('b', 1, null, '')`])
    await refuses(`insert into parts values ${row}`);
  const { rows } = await sql<{ name: string; validated: boolean }>`
    select conname as name, convalidated as validated from pg_constraint where conrelid = 'parts'::regclass and contype = 'c'`.execute(
    db,
  );
  assert.deepEqual(rows, [{ name: 'parts_sound', validated: false }]);
  await assert.rejects(foldChecks(db, 'parts', ['parts_name_check']), /no condition parts_name_check on parts/);
});

test(`orders, claims, payouts and decisions have one CHECK each, with every condition in it (${engine})`, async (t) => {
  const { database } = await testDatabase();
  t.after(() => database.close());
  const { rows } = await database.pool.query<{ of: string; name: string; conditions: number }>(`
    select conrelid::regclass::text as of, conname as name,
      (select array_length(string_to_array(prosrc, ' -- '), 1) - 1 from pg_proc where proname = conname) as conditions
    from pg_constraint where contype = 'c'
      and conrelid in ('purchase_orders'::regclass, 'insurance_claims'::regclass, 'payouts'::regclass, 'claim_decisions'::regclass)
    order by 1`);
  assert.deepEqual(
    rows.map(({ of, name, conditions }) => [of, name, conditions]),
    [
      ['claim_decisions', 'claim_decisions_sound', 4],
      ['insurance_claims', 'insurance_claims_sound', 17],
      ['payouts', 'payouts_sound', 16],
      ['purchase_orders', 'purchase_orders_sound', 25],
    ],
  );
});
