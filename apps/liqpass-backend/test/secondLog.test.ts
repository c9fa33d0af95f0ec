import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { formatVkey, parseVkey } from '@liqpass/log/note';
import { proofExtra } from '@liqpass/log/checkProof';
import { proveInclusion } from '@liqpass/log/merkle';
import { decodeTile, nodesFromTiles, tilePath } from '@liqpass/log/tiles';
import { formatTlogProof } from '@liqpass/log/tlogProof';
import { secondLogMissing, startSecondLog, type Answer, type Question } from '@liqpass/testing/secondLog/secondLog';
import { sql } from 'kysely';
import { itemsOf, loggedBackend, paidOut, type Logged } from './loggedBackend.ts';

// The log as it is served, checked over HTTP by the checker that shares no code with it.

const skip = secondLogMissing;
const second = skip === false ? startSecondLog() : null;
after(() => second?.close());

async function ask(question: Question): Promise<Answer> {
  assert.ok(second);
  const answer = await second.ask(question);
  assert.equal(answer.why, undefined);
  return answer;
}
const base64 = (data: Uint8Array | string): string => Buffer.from(data).toString('base64');

async function noteOf(app: Logged): Promise<string> {
  return new TextDecoder().decode((await app.read('checkpoint')) ?? new Uint8Array());
}

test(
  'a second checker takes the log that is served, each entry with its opening, and each liability',
  { skip },
  async (t) => {
    const app = await loggedBackend(t);
    const { id, claimId } = await paidOut(app);
    const { id: owed } = await app.covered();
    await app.append();
    // The backend's own appender may have logged what was owed before all of this was.
    assert.equal((await app.admin('/admin/liabilities')).status, 200);
    const key = new TextDecoder().decode((await app.read('vkey')) ?? new Uint8Array()).trim();
    assert.ok(parseVkey(key));
    assert.equal(key, formatVkey(app.publicLog.signers[0].verifier));
    const place = `${app.url}/log`;
    // The backend's own appender is at work too: what was checked is what the checkpoint says, where it stands before and after.
    const { found, checkpoint } = await app.until(
      async () => ({
        checkpoint: await noteOf(app),
        found: await ask({ ask: 'log', key, place }),
        after: await noteOf(app),
      }),
      (seen) => seen.checkpoint === seen.after,
    );
    const size = found.size ?? 0;
    const node = nodesFromTiles(async (tile) => {
      const hashes = decodeTile((await app.read(tilePath(tile))) ?? new Uint8Array(), tile.width);
      assert.ok(hashes);
      return hashes;
    }, size);
    const items = [
      ...(await itemsOf(app, `/api/purchase-orders/${id}/log`)),
      ...(await itemsOf(app, `/api/claims/${claimId}/log`)),
      ...(await itemsOf(app, `/api/purchase-orders/${owed}/log`)),
    ];
    assert.ok(items.length >= 12);
    for (const { index, entry, opening } of items) {
      const hashes = await proveInclusion(node, index, size);
      const proof = formatTlogProof({ extra: proofExtra(entry, opening), index, hashes, checkpoint });
      assert.deepEqual(await ask({ ask: 'proof', key, proof: base64(proof) }), { ...found, index });
    }
    const path = await app.call('GET', `/api/liabilities/${owed}`);
    assert.equal(path.status, 200);
    const { total } = await ask({ ask: 'path', path: base64(JSON.stringify(path.body)) });
    assert.equal(total, '50000000');
  },
);

test('a second checker follows a log that is served as it grows over tiles', { skip }, async (t) => {
  const app = await loggedBackend(t);
  const key = formatVkey(app.publicLog.signers[0].verifier);
  const place = `${app.url}/log`;
  const seen: string[] = [];
  for (const more of [1, 250, 10, 300]) {
    const { id } = await app.covered();
    await sql`insert into audit_log (id, at, actor, action, subject_type, subject_id, stamp) overriding system value
      select nextval('audit_log_id_seq'), now(), 'system', 'bind', 'purchase_order', ${id}, '' from generate_series(1, ${more}::int)`.execute(
      app.backend.ctx.db,
    );
    await app.append();
    seen.push(await noteOf(app));
    for (const old of seen) await ask({ ask: 'log', key, place, old: base64(old) });
  }
  assert.equal(new Set(seen).size, 4);
});
