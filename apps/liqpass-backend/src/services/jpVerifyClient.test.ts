import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAnswer } from './jpVerifyClient.ts';

const answer = (more: Record<string, unknown>) =>
  readAnswer(
    JSON.stringify({ verdict: 'NOT_LIQUIDATED', reason: 'ADL', evidence: { root: `0x${'ab'.repeat(32)}` }, ...more }),
  );

test('an answer whose words cannot be kept is no answer, so that its claim is asked about again', () => {
  assert.equal(answer({}).finding.kind, 'answer');
  for (const more of [{ reason: 'ADL\0' }, { flags: ['\ud800'] }, { reason: 'x'.repeat(101) }, { verdict: 'YES' }])
    assert.deepEqual(answer(more), { finding: { kind: 'no_answer', reason: 'JP_VERIFY_ERROR' }, kept: null });
});
