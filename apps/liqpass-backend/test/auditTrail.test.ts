import type { AuditPage } from '@liqpass/api/operators';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { sql as kysely } from 'kysely';
import { getChainHead, insertSeals, listAudit, listLinks, lockSealer } from '../src/db/audit/auditChainRepo.ts';
import { up as sealByBatch } from '../src/db/migrations/0045_seals_by_batch.ts';
import type { Db } from '../src/db/platform/database.ts';
import { databaseErrorCode } from '../src/db/platform/databaseError.ts';
import { chainRows } from '../src/services/audit/auditChain.ts';
import { checkAudit, sealAudit, type Holes } from '../src/services/audit/auditTrail.ts';
import { ADMIN_KEY, AUDIT_KEY, testBackend, type TestBackend } from './harness.ts';
import { beginKeyedStamps } from '../src/services/audit/beginKeyedStamps.ts';
import { SYSTEM, writeAudit } from '../src/db/audit/auditRepo.ts';
import { engine, testDatabase } from './testDatabase.ts';

const KEYS = { auditKeys: [AUDIT_KEY] };
const UNIQUE_VIOLATION = '23505';
const ALL = { subject: null, beforeId: null };
const headers = { 'x-admin-key': ADMIN_KEY };

async function start(t: TestContext): Promise<TestBackend> {
  const app = await testBackend();
  t.after(() => app.close());
  for (let round = 0; round < 3; round += 1) {
    await app.covered();
    // A batch each, at least.
    await sealAudit(app.backend.ctx, 'near');
  }
  return app;
}
const sql = (app: TestBackend, text: string) => app.backend.ctx.database.pool.query(text);
const kinds = async (app: TestBackend): Promise<string[]> => {
  const { problems } = await checkAudit(app.backend.ctx.db, app.clock.now(), KEYS);
  return [...new Set(problems.map((problem) => problem.kind))].toSorted((a, b) => a.localeCompare(b));
};

test(`a look at the trail ends though a row comes whenever it has sealed: that is for the next one (${engine})`, async (t) => {
  const app = await start(t);
  const { ctx } = app.backend;
  let sealings = 0;
  const db = new Proxy(ctx.db, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name === 'transaction')
        return () => ({
          execute: async (work: Parameters<ReturnType<Db['transaction']>['execute']>[0]) => {
            const done = await target.transaction().execute(work);
            if ((sealings += 1) < 10) await app.order();
            return done;
          },
        });
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  await app.order();
  await sealAudit({ ...ctx, db }, 'near');
  assert.ok(sealings <= 1, `it sealed ${sealings} times`);
});

test(`every committed row gets its place in the chain, whoever seals, and once (${engine})`, async (t) => {
  const app = await start(t);
  const { ctx } = app.backend;
  await Promise.all([sealAudit(ctx, 'near'), sealAudit(ctx, 'far'), app.covered(), sealAudit(ctx, 'near')]);
  await app.until(
    async () => {
      await sealAudit(ctx, 'near');
      return checkAudit(ctx.db, app.clock.now(), KEYS);
    },
    (report) => report.waiting === 0,
  );
  const { rows, problems, head } = await checkAudit(ctx.db, app.clock.now(), KEYS);
  assert.deepEqual(problems, []);
  const counted = await sql(app, 'select count(*)::int as n from audit_log');
  assert.deepEqual([rows, head?.seq], [counted.rows[0].n, counted.rows[0].n]);
  const page = (await app.call<AuditPage>('GET', '/admin/audit?limit=2', { headers })).body;
  assert.equal(page.items[0]?.hash, head?.hash);
  assert.equal(page.items[0]?.prev_hash, page.items[1]?.hash);
  const next = (await app.call<AuditPage>('GET', `/admin/audit?limit=2&cursor=${page.next_cursor}`, { headers })).body;
  assert.equal(page.items[1]?.prev_hash, next.items[0]?.hash);
});

test(`a row that appears below sealed ones, because its transaction took longer, is sealed at the next look (${engine})`, async (t) => {
  const { database } = await testDatabase();
  t.after(() => database.close());
  const ctx = { db: database.db, settings: { auditKeys: [] } };
  const holes: Holes = new Map();
  const note = (subject: string): Promise<void> =>
    writeAudit(ctx.db, subject, {
      actor: SYSTEM,
      action: 'test',
      subjectType: 'setting',
      atMs: Date.now(),
      stampKey: null,
    });
  await note('first');
  assert.equal(await sealAudit(ctx, holes), 1);
  // An id is given before its transaction commits: here the one in between is taken, and written last.
  const { rows } = await database.pool.query<{ id: string }>(`select nextval('audit_log_id_seq') as id`);
  const late = rows[0]?.id ?? '';
  await note('third');
  assert.equal(await sealAudit(ctx, holes), 1);
  assert.deepEqual([...holes.keys()], [late]);
  assert.equal(await sealAudit(ctx, holes), 0);
  await database.pool.query(`select setval('audit_log_id_seq', $1::bigint, false)`, [late]);
  await note('second');
  assert.equal(await sealAudit(ctx, holes), 1);
  assert.deepEqual([...holes.keys()], []);
  const { problems, rows: sealed } = await checkAudit(ctx.db, Date.now(), { auditKeys: [] });
  assert.deepEqual([problems, sealed], [[], 3]);
});

test(`a changed, a missing and an inserted row are found (${engine})`, async (t) => {
  const app = await start(t);
  const { ctx } = app.backend;
  const tamper = async (found: string[], change: string, undo: string): Promise<void> => {
    await sealAudit(ctx, 'far');
    assert.deepEqual(await kinds(app), [], `before: ${change}`);
    await sql(app, `create table if not exists kept as select * from audit_log where false`);
    await sql(app, change);
    await sealAudit(ctx, 'far');
    assert.deepEqual(await kinds(app), found, change);
    await sql(app, undo);
  };
  const row = '(select id from audit_log order by id offset 4 limit 1)';
  await tamper(
    ['changed'],
    `update audit_log set actor = 'x' || actor where id = ${row}`,
    `update audit_log set actor = substr(actor, 2) where id = ${row}`,
  );
  await tamper(
    ['changed'],
    `update audit_log set at = at + interval '1 microsecond' where id = ${row}`,
    `update audit_log set at = at - interval '1 microsecond' where id = ${row}`,
  );
  await tamper(
    ['missing'],
    `with gone as (delete from audit_log where id = ${row} returning *) insert into kept select * from gone`,
    `insert into audit_log overriding system value select * from kept`,
  );
  // A batch of three rows at least, as they were committed together, with one before it and one behind it.
  const note = {
    actor: SYSTEM,
    action: 'test',
    subjectType: 'setting',
    atMs: app.clock.now(),
    stampKey: AUDIT_KEY,
  } as const;
  await ctx.db.transaction().execute(async (trx) => {
    for (const subject of ['a', 'b', 'c']) await writeAudit(trx, subject, note);
  });
  await sealAudit(ctx, 'far');
  await app.order();
  await sealAudit(ctx, 'far');
  const { rows: batches } = await ctx.database.pool.query<{ first_seq: string }>(
    `select first_seq from audit_seals where (select min(id) from audit_log where action = 'test') = any(audit_ids)`,
  );
  const second = batches[0]?.first_seq ?? '';
  await sql(app, `create table kept_seals as select * from audit_seals where false`);
  await tamper(
    ['missing'],
    `with gone as (delete from audit_seals where first_seq = ${second} returning *) insert into kept_seals select * from gone`,
    // Its rows were sealed anew, at the end: put back as it was.
    `with last as (delete from audit_seals where first_seq = (select max(first_seq) from audit_seals))
     insert into audit_seals select * from kept_seals`,
  );
  await sql(app, `create table kept_whole as select * from audit_seals where first_seq = ${second}`);
  await tamper(
    ['changed', 'missing'],
    // A batch's first row is taken out of it, with its hash.
    `update audit_seals set audit_ids = audit_ids[2:], hashes = substr(hashes, 33) where first_seq = ${second}`,
    `with last as (delete from audit_seals where first_seq = (select max(first_seq) from audit_seals))
     update audit_seals s set audit_ids = k.audit_ids, hashes = k.hashes from kept_whole k where k.first_seq = s.first_seq`,
  );
  await tamper(
    ['changed'],
    `update audit_seals set hashes = overlay(hashes placing sha256('x') from 33 for 32) where first_seq = ${second}`,
    `update audit_seals s set hashes = k.hashes from kept_whole k where k.first_seq = s.first_seq`,
  );
  await tamper(
    ['inserted'],
    `insert into audit_log (at, actor, action, subject_type, subject_id, stamp)
     select at, actor, 'forged', subject_type, subject_id, stamp from audit_log limit 1`,
    `delete from audit_log where action = 'forged'`,
  );
  await tamper(
    ['inserted'],
    `insert into audit_log (at, actor, action, subject_type, subject_id) values (now(), 'x', 'forged', 'claim', 'x')`,
    `delete from audit_log where action = 'forged'`,
  );
  await tamper(
    ['changed'],
    `update audit_seals set prev_hash = sha256('x') where first_seq = ${second}`,
    `update audit_seals s set prev_hash = k.prev_hash from kept_whole k where k.first_seq = s.first_seq`,
  );
  assert.deepEqual(await kinds(app), []);
});

/** A row as somebody writes it who may write to the database and has read how stamps are made. */
const forge = (action: string, nonce: string, stamp: string): string => `
  insert into audit_log (id, at, actor, action, subject_type, subject_id, from_status, to_status, why, details, request_id, stamp_nonce, stamp)
    overriding system value
  select n.*, ${nonce}, ${stamp} from (
    select nextval('audit_log_id_seq') as id, at, actor, '${action}'::text as action, subject_type, subject_id, from_status, to_status,
      why, details, request_id from audit_log order by id limit 1) n`;
const HASHED = `audit_stamp(n.id, n.at, n.actor, n.action, n.subject_type, n.subject_id, n.from_status, n.to_status, n.why, n.details, n.request_id)`;
const copied = (column: string): string =>
  `(select ${column} from audit_log where stamp_nonce is not null order by id desc limit 1)`;

test(`a row made by hand is found, however its stamp was made, and never sealed (${engine})`, async (t) => {
  const app = await start(t);
  const { ctx } = app.backend;
  await sealAudit(ctx, 'far');
  assert.deepEqual(await kinds(app), []);
  for (const made of [
    forge('forged', 'null', HASHED),
    forge('forged', copied('stamp_nonce'), copied('stamp')),
    forge('forged', copied('stamp_nonce'), HASHED),
    forge('forged', `sha256('any')`, `sha256('any')`),
    // A second row from which stamps would be keyed anew.
    forge('audit_key', 'null', HASHED),
  ]) {
    await sql(app, made);
    assert.equal(await sealAudit(ctx, 'far'), 0, made);
    assert.deepEqual(await kinds(app), ['inserted'], made);
    await sql(app, `delete from audit_log where id = (select max(id) from audit_log)`);
    assert.deepEqual(await kinds(app), []);
  }
  // A changed row with a stamp that fits what it now says.
  await sql(
    app,
    `update audit_log n set actor = 'somebody', stamp_nonce = null where id = (select max(id) from audit_log)`,
  );
  await sql(app, `update audit_log n set stamp = ${HASHED} where id = (select max(id) from audit_log)`);
  assert.deepEqual(await kinds(app), ['changed']);
  // Rows behind one that is not ours are sealed all the same.
  await sql(app, forge('forged', 'null', HASHED));
  await app.order();
  assert.ok((await sealAudit(ctx, 'far')) > 0);
});

test(`rows from before there was a key count up to where stamps began to be keyed (${engine})`, async (t) => {
  const app = await testBackend({ auditKeys: [] });
  t.after(() => app.close());
  await app.covered();
  const plain = app.backend.ctx;
  const keyed = { ...plain, settings: { ...plain.settings, auditKeys: [AUDIT_KEY] } };
  await beginKeyedStamps(keyed);
  await beginKeyedStamps(keyed);
  await sealAudit(keyed, 'far');
  const report = await checkAudit(plain.db, app.clock.now(), KEYS);
  assert.deepEqual([report.problems, report.waiting, report.unchecked], [[], 0, 0]);
  const { rows } = await sql(app, `select id from audit_log where action = 'audit_key'`);
  assert.equal(rows.length, 1);
  // A key that follows another says so too, and the rows of both are ours.
  const next = {
    ...plain,
    settings: { ...plain.settings, auditKeys: ['another-key-of-thirty-two-characters', AUDIT_KEY] },
  };
  await beginKeyedStamps(next);
  await sealAudit(next, 'far');
  const both = await checkAudit(plain.db, app.clock.now(), { auditKeys: next.settings.auditKeys });
  assert.deepEqual(both.problems, []);
  const wrong = await checkAudit(plain.db, app.clock.now(), { auditKeys: ['a-key-that-stamped-nothing-in-here-0'] });
  assert.ok(wrong.problems.some(({ kind }) => kind === 'missing'));
  assert.equal((await checkAudit(plain.db, app.clock.now(), { auditKeys: [] })).unchecked, 2);
  // Whoever still stamps without the key, or puts a row in by hand, is found.
  await app.order();
  await sealAudit(next, 'far');
  const last = await checkAudit(plain.db, app.clock.now(), { auditKeys: next.settings.auditKeys });
  assert.deepEqual(
    last.problems.map(({ kind }) => kind),
    ['inserted'],
  );
});

test(`a row with two places in the chain is found, and a place is given once (${engine})`, async (t) => {
  const app = await start(t);
  const { db } = app.backend.ctx;
  await sealAudit(app.backend.ctx, 'far');
  const [link] = await listLinks(db, 3, 1);
  assert.ok(link?.row);
  const { seq: _seq, prev_hash: _before, hash: _hash, ...content } = link.row;
  const links = chainRows(await getChainHead(db), [content]);
  await insertSeals(db, links);
  assert.deepEqual(await kinds(app), ['inserted']);
  await assert.rejects(insertSeals(db, links), (error: Error) => databaseErrorCode(error) === UNIQUE_VIOLATION);
});

test(`links made row by row stay what they were when batches take their place (${engine})`, async (t) => {
  const app = await start(t);
  const { db } = app.backend.ctx;
  await sealAudit(app.backend.ctx, 'far');
  await db.transaction().execute(async (trx) => {
    await lockSealer(trx);
    const links = await listLinks(trx, 0, 1_000);
    const [page, head] = [await listAudit(trx, { ...ALL, limit: 1_000 }), await getChainHead(trx)];
    await kysely`drop table audit_seals`.execute(trx);
    await kysely`create table audit_seals (seq bigint primary key, audit_id bigint not null unique, prev_hash bytea not null, hash bytea not null)`.execute(
      trx,
    );
    for (const { seq, auditId, hash, row } of links)
      await kysely`insert into audit_seals values (${seq}, ${auditId}, ${Buffer.from(row?.prev_hash ?? '', 'hex')}, ${Buffer.from(hash, 'hex')})`.execute(
        trx,
      );
    await sealByBatch(trx);
    assert.deepEqual(await listLinks(trx, 0, 1_000), links);
    assert.deepEqual(await listLinks(trx, 4, 2), links.slice(4, 6));
    assert.deepEqual(await listAudit(trx, { ...ALL, limit: 1_000 }), page);
    assert.deepEqual(await getChainHead(trx), head);
  });
  await app.covered();
  await sealAudit(app.backend.ctx, 'far');
  assert.deepEqual(await kinds(app), []);
});

test(`what was cut off the end shows where its head was kept (${engine})`, async (t) => {
  const app = await start(t);
  const { ctx } = app.backend;
  await sealAudit(ctx, 'far');
  const { head } = await checkAudit(ctx.db, app.clock.now(), KEYS);
  const check = async (keptHead: string) =>
    (await checkAudit(ctx.db, app.clock.now(), { ...KEYS, keptHead })).problems.map(({ kind }) => kind);
  await app.order();
  await sealAudit(ctx, 'far');
  assert.deepEqual(await check(head?.hash ?? ''), [], 'the chain goes on behind it');
  // The batch that ends with the kept head, and all behind it.
  const cut = `first_seq >= (select max(first_seq) from audit_seals where first_seq <= ${head?.seq})`;
  await sql(app, `delete from audit_log where id in (select unnest(audit_ids) from audit_seals where ${cut})`);
  await sql(app, `delete from audit_seals where ${cut}`);
  assert.deepEqual(await kinds(app), [], 'nothing else tells');
  assert.deepEqual(await check(head?.hash ?? ''), ['missing']);
});

test(`a row that waits to be sealed is told after a minute, and not before (${engine})`, async (t) => {
  const { database } = await testDatabase();
  t.after(() => database.close());
  const nowMs = Date.now();
  await writeAudit(database.db, 'x', {
    actor: SYSTEM,
    action: 'test',
    subjectType: 'setting',
    atMs: nowMs,
    stampKey: null,
  });
  const early = await checkAudit(database.db, nowMs + 60_000, { auditKeys: [] });
  assert.deepEqual([early.waiting, early.problems], [1, []]);
  const late = await checkAudit(database.db, nowMs + 60_001, { auditKeys: [] });
  assert.deepEqual(
    late.problems.map((problem) => problem.kind),
    ['unsealed'],
  );
});

test(`an export is followed offline by the script (${engine})`, async (t) => {
  const app = await start(t);
  await sealAudit(app.backend.ctx, 'far');
  const response = await fetch(`${app.url}/admin/audit/export`, { headers });
  assert.match(response.headers.get('content-type') ?? '', /x-ndjson/);
  const lines = (await response.text()).trimEnd().split('\n');
  const folder = mkdtempSync(join(tmpdir(), 'liqpass-audit-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const check = (content: readonly string[], ...more: readonly string[]) => {
    const path = join(folder, 'audit.jsonl');
    writeFileSync(path, `${content.join('\n')}\n`);
    return spawnSync(process.execPath, [join(import.meta.dirname, '../scripts/audit.ts'), 'check', path, ...more], {
      encoding: 'utf8',
    });
  };
  const whole = check(lines);
  assert.equal(whole.status, 0, whole.stdout + whole.stderr);
  assert.match(whole.stdout, /the audit trail is whole/);
  const last = JSON.parse(lines.at(-1) ?? '') as { hash: string };
  assert.equal(check(lines, '--head', last.hash).status, 0);
  const cut = check(lines.slice(0, -1), '--head', last.hash);
  assert.equal(cut.status, 1);
  assert.match(cut.stdout, /^missing: .*the head that was kept/m);
  assert.equal(check(lines, '--head', 'x').status, 2);
  for (const [broken, kind] of [
    [lines.map((line, at) => (at === 2 ? line.replace(/"actor":"[^"]*"/, '"actor":"mallory"') : line)), 'changed'],
    [lines.filter((_line, at) => at !== 2), 'missing'],
    [lines.flatMap((line, at) => (at === 2 ? [line, line] : [line])), 'inserted'],
  ] as const) {
    const found = check(broken);
    assert.equal(found.status, 1);
    assert.match(found.stdout, new RegExp(`^${kind}: `, 'm'));
  }
});
