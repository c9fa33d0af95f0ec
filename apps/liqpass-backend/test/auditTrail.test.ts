import type { AuditPage } from '@liqpass/api/operators';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { checkAudit, sealAudit } from '../src/services/audit/auditTrail.ts';
import { ADMIN_KEY, testBackend, type TestBackend } from './harness.ts';
import { SYSTEM, writeAudit } from '../src/db/audit/auditRepo.ts';
import { engine, testDatabase } from './testDatabase.ts';

const headers = { 'x-admin-key': ADMIN_KEY };

async function start(t: TestContext): Promise<TestBackend> {
  const app = await testBackend();
  t.after(() => app.close());
  for (let round = 0; round < 3; round += 1) await app.covered();
  return app;
}
const sql = (app: TestBackend, text: string) => app.backend.ctx.database.pool.query(text);
const kinds = async (app: TestBackend): Promise<string[]> => {
  const { problems } = await checkAudit(app.backend.ctx.db, app.clock.now());
  return [...new Set(problems.map((problem) => problem.kind))].toSorted((a, b) => a.localeCompare(b));
};

test(`every committed row gets its place in the chain, whoever seals, and once (${engine})`, async (t) => {
  const app = await start(t);
  const { ctx } = app.backend;
  await Promise.all([sealAudit(ctx, 'near'), sealAudit(ctx, 'far'), app.covered(), sealAudit(ctx, 'near')]);
  await app.until(
    async () => {
      await sealAudit(ctx, 'near');
      return checkAudit(ctx.db, app.clock.now());
    },
    (report) => report.waiting === 0,
  );
  const { rows, problems, head } = await checkAudit(ctx.db, app.clock.now());
  assert.deepEqual(problems, []);
  const counted = await sql(app, 'select count(*)::int as n from audit_log');
  assert.deepEqual([rows, head?.seq], [counted.rows[0].n, counted.rows[0].n]);
  const page = (await app.call<AuditPage>('GET', '/admin/audit?limit=2', { headers })).body;
  assert.equal(page.items[0]?.hash, head?.hash);
  assert.equal(page.items[0]?.prev_hash, page.items[1]?.hash);
  const next = (await app.call<AuditPage>('GET', `/admin/audit?limit=2&cursor=${page.next_cursor}`, { headers })).body;
  assert.equal(page.items[1]?.prev_hash, next.items[0]?.hash);
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
  await tamper(
    ['missing'],
    `delete from audit_seals where seq = 5`,
    // The row was sealed anew, at the end: put back as it was.
    `with last as (delete from audit_seals where seq = (select max(seq) from audit_seals) returning *)
     insert into audit_seals select 5, audit_id, (select hash from audit_seals where seq = 4), (select prev_hash from audit_seals where seq = 6) from last`,
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
    `update audit_seals set prev_hash = sha256('x') where seq = 3`,
    `update audit_seals set prev_hash = (select hash from audit_seals where seq = 2) where seq = 3`,
  );
  assert.deepEqual(await kinds(app), []);
});

test(`a row that waits to be sealed is told after a minute, and not before (${engine})`, async (t) => {
  const { database } = await testDatabase();
  t.after(() => database.close());
  const nowMs = Date.now();
  await writeAudit(database.db, 'x', { actor: SYSTEM, action: 'test', subjectType: 'setting', atMs: nowMs });
  const early = await checkAudit(database.db, nowMs + 60_000);
  assert.deepEqual([early.waiting, early.problems], [1, []]);
  const late = await checkAudit(database.db, nowMs + 60_001);
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
  const check = (content: readonly string[]) => {
    const path = join(folder, 'audit.jsonl');
    writeFileSync(path, `${content.join('\n')}\n`);
    return spawnSync(process.execPath, [join(import.meta.dirname, '../scripts/audit.ts'), 'check', path], {
      encoding: 'utf8',
    });
  };
  const whole = check(lines);
  assert.equal(whole.status, 0, whole.stdout + whole.stderr);
  assert.match(whole.stdout, /the audit trail is whole/);
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
