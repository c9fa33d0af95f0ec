import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newOrdId, testBackend, type TestBackend } from './harness.ts';
import { engine } from './testDatabase.ts';

let t: TestBackend;
before(async () => {
  t = await testBackend();
});
after(() => t.close());

test(`the same binding sent again while the first is under way is done once, and answered alike (${engine})`, async () => {
  for (let round = 0; round < 10; round += 1) {
    const id = await t.order();
    const ordId = newOrdId();
    const answers = await Promise.all([t.bind(id, ordId), t.bind(id, ordId), t.bind(id, ordId)]);
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [200, 200, 200],
    );
    assert.equal(new Set(answers.map((answer) => answer.body.bound_at)).size, 1, 'the binding keeps its time');
    const { rows } = await t.backend.ctx.database.pool.query(
      'select id from audit_log where subject_id = $1 and action = $2',
      [id, 'bind'],
    );
    assert.equal(rows.length, 1);
  }
});
