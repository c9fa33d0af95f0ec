import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { sql } from 'kysely';
import type { Reserves } from '@liqpass/api/treasury';
import type { PublishedKeys } from '@liqpass/api/verify';
import { checkLog } from '@liqpass/log/checkLog';
import { checkProof, proofExtra } from '@liqpass/log/checkProof';
import { opens, type LogEntry } from '@liqpass/log/entry';
import { proveInclusion } from '@liqpass/log/merkle';
import { formatVkey, NOTE_KEY, parseVkey, signerKey } from '@liqpass/log/note';
import { holdsLiability, liabilityPath } from '@liqpass/log/sumTree';
import { decodeTile, nodesFromTiles, tilePath } from '@liqpass/log/tiles';
import { formatTlogProof } from '@liqpass/log/tlogProof';
import { HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { appendLog } from '../src/services/log/appendLog.ts';
import { LogBroken, requireGrownLog } from '../src/services/log/logState.ts';
import { STOPPED_AFTER_MS, tellLogTrouble } from '../src/jobs/log/logAppender.ts';
import { itemsOf, loggedBackend, paidOut, TX } from './loggedBackend.ts';
import { CLAIMANT } from './harness.ts';
import { receiver } from './receiver.ts';

test('the whole loop is told of, whole and in order, and only its owner can open it', async (t) => {
  const app = await loggedBackend(t);
  // What is owed is public: it is told of while it is nothing.
  await app.append();
  const { id, claimId } = await paidOut(app);
  await app.append();
  const found = await app.check();
  assert.deepEqual(found.problems, []);
  const ofCovers = found.seen.filter((entry) => 'commit' in entry);
  assert.deepEqual(
    ofCovers.map(({ type }) => type),
    ['bound', 'sold', 'attested', 'decided', 'paid'],
  );
  // Nothing of the order, its owner or its terms is readable in what is public.
  const files = await Promise.all([app.read('checkpoint'), app.read(`tile/entries/000.p/${found.entries}`)]);
  const served = files.map((bytes) => Buffer.from(bytes ?? []).toString()).join('');
  for (const secret of [id, claimId, CLAIMANT, '50.00', TX]) assert.ok(!served.includes(secret), secret);

  const items = await itemsOf(app, `/api/purchase-orders/${id}/log`);
  assert.deepEqual(await itemsOf(app, `/api/claims/${claimId}/log`), items);
  assert.deepEqual(
    items.map(({ entry }) => entry.type),
    ['bound', 'sold', 'attested', 'decided', 'paid'],
  );
  for (const item of items) {
    assert.ok(opens(item.entry, item.opening));
    assert.deepEqual(found.seen[item.index], item.entry);
  }
  assert.equal(items.at(-1)?.opening['tx_hash'], TX);
  assert.equal(new Set(items.map(({ entry }) => ('subject' in entry ? entry.subject : ''))).size, 5);
});

test('an entry is proven from the tiles that are served, with the key that is served', async (t) => {
  const app = await loggedBackend(t);
  const { claimId } = await paidOut(app);
  await app.append();
  const key = parseVkey(new TextDecoder().decode((await app.read('vkey')) ?? new Uint8Array()));
  assert.ok(key);
  assert.equal(formatVkey(key), formatVkey(app.publicLog.signers[0].verifier));
  const { body: keys } = await app.call<PublishedKeys>('GET', '/attestation-keys');
  assert.deepEqual(keys.log_vkeys, [formatVkey(key)]);
  const checkpoint = new TextDecoder().decode((await app.read('checkpoint')) ?? new Uint8Array());
  // Its second line: the log may have grown since.
  const size = Number(checkpoint.split('\n')[1]);
  for (const { index, entry, opening: opened } of await itemsOf(app, `/api/claims/${claimId}/log`)) {
    const node = nodesFromTiles(async (tile) => {
      const hashes = decodeTile((await app.read(tilePath(tile))) ?? new Uint8Array(), tile.width);
      assert.ok(hashes);
      return hashes;
    }, size);
    const proof = formatTlogProof({
      extra: proofExtra(entry, opened),
      index,
      hashes: await proveInclusion(node, index, size),
      checkpoint,
    });
    assert.equal(checkProof(proof, key).holds, true);
  }
});

test('grows over many tiles, keeps every published size, and says nothing twice', async (t) => {
  const app = await loggedBackend(t);
  await app.append();
  let last = (await app.check()).state;
  const partial = await app.read(`tile/entries/000.p/${last?.frontier.size}`);
  for (let round = 0; round < 3; round += 1) {
    // Steps as the trail has them, without the work of so many loops.
    const { id } = await app.covered();
    await sql`insert into audit_log (id, at, actor, action, subject_type, subject_id, stamp) overriding system value
      select nextval('audit_log_id_seq'), now(), 'system', 'bind', 'purchase_order', ${id}, '' from generate_series(1, 300)`.execute(
      app.backend.ctx.db,
    );
    await app.append();
    await app.append();
    const found = await app.check(last);
    assert.deepEqual(found.problems, []);
    assert.ok(found.entries >= 302);
    assert.equal(found.seen.filter(({ type }) => type === 'bound').length, 301, 'nothing is told of twice');
    last = found.state;
  }
  assert.deepEqual(partial && (await app.read(`tile/entries/000.p/${decodeCount(partial)}`)), partial);
  assert.equal(await app.read('tile/0/009'), null);
  assert.equal(await app.read('tile/0/000.p/999'), null);
  const missing = await fetch(`${app.url}/log/tile/entries/999`);
  assert.deepEqual([missing.status, missing.headers.get('cache-control')], [404, 'no-store']);
  const tile = await fetch(`${app.url}/log/tile/0/000`);
  assert.match(tile.headers.get('cache-control') ?? '', /immutable/);
  assert.equal(tile.headers.get('access-control-allow-origin'), '*');
});

/** How many entries a bundle holds. */
function decodeCount(bundle: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bundle.length; count += 1) at += 2 + (bundle[at] ?? 0) * 256 + (bundle[at + 1] ?? 0);
  return count;
}

test('two that append at once leave one log', async (t) => {
  const app = await loggedBackend(t);
  for (let round = 0; round < 4; round += 1) {
    await app.covered();
    await Promise.all([app.append(), app.append(), app.append()]);
  }
  await app.append();
  const found = await app.check();
  assert.deepEqual(found.problems, []);
  assert.equal(found.seen.filter(({ type }) => type === 'sold').length, 4);
});

test('what was committed before the appender died is told of by the next look, below rows that are told of already too', async (t) => {
  const app = await loggedBackend(t);
  const { id } = await app.covered();
  await app.append();
  // A slow transaction: its row was numbered before others that committed first.
  await sql`insert into audit_log (id, at, actor, action, subject_type, subject_id, stamp) overriding system value
    values (-1, now(), 'system', 'bind', 'purchase_order', ${id}, '')`.execute(app.backend.ctx.db);
  await app.append();
  const found = await app.check();
  assert.deepEqual(found.problems, []);
  assert.equal(found.seen.filter(({ type }) => type === 'bound').length, 2);
});

test('the audit head is logged each minute though nothing happens, what is owed each hour and when an operator asks', async (t) => {
  const app = await loggedBackend(t);
  await app.covered();
  await app.until(
    async () => {
      await app.append();
      return (await app.check()).seen.filter(({ type }) => type === 'audit').length;
    },
    (count) => count === 1,
  );
  app.clock.advance(MINUTE_MS);
  await app.append();
  assert.equal((await app.check()).seen.filter(({ type }) => type === 'audit').length, 2);
  assert.equal((await app.check()).seen.filter(({ type }) => type === 'liabilities').length, 1);
  app.clock.advance(HOUR_MS);
  await app.append();
  assert.equal((await app.check()).seen.filter(({ type }) => type === 'liabilities').length, 2);
  const asked = await app.admin('/admin/liabilities');
  assert.equal(asked.status, 200);
  assert.equal((await app.check()).seen.filter(({ type }) => type === 'liabilities').length, 3);
});

test("each owner's path leads to the total that is logged", async (t) => {
  const app = await loggedBackend(t);
  const ids = [(await app.covered()).id, (await app.covered()).id, (await app.covered()).id];
  const unpaid = await app.order();
  await app.append();
  // The backend's own appender may have logged what was owed before all of this was.
  assert.equal((await app.admin('/admin/liabilities')).status, 200);
  const logged = (await app.check()).seen.findLast((entry) => entry.type === 'liabilities');
  assert.ok(logged?.type === 'liabilities');
  // Nobody watches a treasury here, and the entry says so.
  assert.deepEqual([logged.block, logged.balance], [null, null]);
  assert.deepEqual([logged.total, logged.count], ['150.00', 3]);
  const { body: reserves } = await app.call<Reserves>('GET', '/api/reserves');
  assert.deepEqual([reserves.in_force, reserves.policies], ['150.00', 3]);
  const { root, total, count, at } = logged;
  assert.deepEqual(reserves.liabilities, { root, total, count, at, log_index: reserves.liabilities?.log_index });
  const seen = (await app.check()).seen;
  assert.deepEqual(seen[reserves.liabilities?.log_index ?? -1], logged);
  for (const id of ids) {
    const path = liabilityPath.parse((await app.call('GET', `/api/liabilities/${id}`)).body);
    assert.equal(holdsLiability(path), true);
    assert.equal(path.root, logged.root);
    assert.equal(path.total, 150_000_000n);
  }
  // The tree is built once for all who ask: what it is built of is not read again.
  const [id] = ids;
  const { db } = app.backend.ctx;
  await sql`delete from liability_leaves where order_id <> ${id}`.execute(db);
  assert.equal(holdsLiability(liabilityPath.parse((await app.call('GET', `/api/liabilities/${id}`)).body)), true);
  const none = await app.call<{ error: string }>('GET', `/api/liabilities/${unpaid}`);
  assert.deepEqual([none.status, none.body.error], [404, 'LIABILITY_NOT_FOUND']);
});

test('a database that is behind what was published, or beside it, does not start', async (t) => {
  const app = await loggedBackend(t);
  await app.covered();
  await app.append();
  const { ctx } = app.backend;
  await requireGrownLog(ctx, app.publicLog);
  const published = readFileSync(app.publicLog.statePath, 'utf8');
  await app.covered();
  await app.append();
  // Older than the database is what a crash between commit and file leaves: it starts.
  const newest = readFileSync(app.publicLog.statePath, 'utf8');
  writeFileSync(app.publicLog.statePath, published);
  await requireGrownLog(ctx, app.publicLog);
  writeFileSync(app.publicLog.statePath, newest);

  await ctx.db.transaction().execute(async (trx) => {
    await sql`update log_checkpoints set root = ${Buffer.alloc(32)} where size = (select max(size) from log_checkpoints)`.execute(
      trx,
    );
    await assert.rejects(requireGrownLog({ db: trx }, app.publicLog), /LOG_STATE: the database holds another log/);
    await sql`delete from log_checkpoints where size = (select max(size) from log_checkpoints)`.execute(trx);
    await assert.rejects(
      requireGrownLog({ db: trx }, app.publicLog),
      /LOG_STATE: \d+ entries of the log were published, the database has \d+/,
    );
  });
  const stranger = signerKey('localhost/log', NOTE_KEY, new Uint8Array(32).fill(1));
  await assert.rejects(
    requireGrownLog(ctx, { ...app.publicLog, signers: [stranger] }),
    /holds no checkpoint signed by LOG_PRIVATE_KEY/,
  );
});

/** A log whose operators are told at a server of the test; its own appender and teller are at work. */
async function toldLog(t: TestContext) {
  const hook = await receiver(t);
  const ops = {
    name: 'json-ops',
    kind: 'json' as const,
    address: `${hook.url}/ops`,
    secret: null,
    locale: 'en' as const,
  };
  const app = await loggedBackend(t, {
    telling: {
      site: 'https://liqpass.example',
      telegram: null,
      smtpUrl: null,
      mailFrom: 'LiqPass <cover@liqpass.example>',
      push: null,
      operators: [ops],
      privateHosts: [],
    },
  });
  const told = (): string[] =>
    hook.got.flatMap(({ json }) => (json['event'] === 'LOG_BROKEN' ? [String(json['text'])] : []));
  const entries = async (): Promise<number> =>
    (await sql<{ n: number }>`select count(*)::integer as n from log_entries`.execute(app.backend.ctx.db)).rows[0]?.n ??
    0;
  return { app, told, entries };
}

for (const [reason, breaks] of [
  [
    'FORKED',
    sql`update log_checkpoints set root = ${Buffer.alloc(32)} where size = (select max(size) from log_checkpoints)`,
  ],
  ['SHRUNK', sql`delete from log_checkpoints`],
  ['SHRUNK', sql`update log_state set size = 0, roots = ''`],
] as const)
  test(`a running log that is found ${reason} is not appended to, and operators are told`, async (t) => {
    const { app, told, entries } = await toldLog(t);
    await app.covered();
    await app.append();
    assert.deepEqual(told(), []);
    const [before, served] = [await entries(), await app.read('checkpoint')];
    await breaks.execute(app.backend.ctx.db);
    await app.covered();
    await app.until(
      async () => told(),
      (texts) => texts.length > 0,
    );
    assert.match(told()[0] ?? '', new RegExp(`does not hold what was published \\(${reason}\\)`));
    await assert.rejects(appendLog(app.backend.ctx, app.publicLog, 'far'), (error) => error instanceof LogBroken);
    assert.equal(await entries(), before);
    if (reason === 'FORKED') assert.deepEqual(await app.read('checkpoint'), served);
  });

test('a log that cannot be appended to is told of after five minutes, once a day', async (t) => {
  const { app, told } = await toldLog(t);
  const { ctx } = app.backend;
  const sinceMs = ctx.clock.now();
  await tellLogTrouble(ctx, new Error('no space left'), sinceMs);
  assert.equal((await sql`select from outbox where event = 'LOG_BROKEN'`.execute(ctx.db)).rows.length, 0);
  for (let times = 0; times < 3; times += 1)
    await tellLogTrouble(ctx, new Error('no space left'), sinceMs - STOPPED_AFTER_MS - times);
  await app.until(
    async () => told(),
    (texts) => texts.length > 0,
  );
  assert.match(told()[0] ?? '', /for five minutes/);
  assert.equal((await sql`select from outbox where event = 'LOG_BROKEN'`.execute(ctx.db)).rows.length, 1);
});

test('a key that rotates is named in the log, and both sign while the old one is given', async (t) => {
  const app = await loggedBackend(t);
  await app.covered();
  await app.append();
  const old = app.publicLog.signers[0];
  const state = (await app.check()).state;
  const next = signerKey('localhost/log', NOTE_KEY, new Uint8Array(32).fill(9));
  await app.covered();
  await appendLog(app.backend.ctx, { ...app.publicLog, signers: [next, old] }, 'far');
  const seen: LogEntry[] = [];
  for (const key of [old.verifier, next.verifier]) {
    const found = await checkLog(app.read, key, key === old.verifier ? state : null, (entry) => seen.push(entry));
    assert.deepEqual(found.problems, []);
  }
  const named = seen.filter((entry) => entry.type === 'next_key');
  assert.deepEqual(
    named.map((entry) => (entry.type === 'next_key' ? entry.vkey : '')),
    [formatVkey(next.verifier), formatVkey(next.verifier)],
  );
  await app.covered();
  await appendLog(app.backend.ctx, { ...app.publicLog, signers: [next] }, 'far');
  const alone = await checkLog(app.read, next.verifier, null);
  assert.deepEqual(alone.problems, []);
});
