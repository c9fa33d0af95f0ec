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

test('an answer of the contract is taken as it is: zero times, no checks, an empty bundle, parts that do not matter left out', () => {
  const root = `0x${'AB'.repeat(32)}`;
  const loss = { ccy: 'USDT', total: '7.52686752', insured: '7.52686752' };
  const liquidation = { liquidation_time_ms: 0, first_forced_time_ms: 0, share: '1', loss };
  const whole = {
    reason: null,
    flags: ['MARGIN_REDUCED_AFTER_BIND'],
    liquidation,
    checks: [],
    evidence: { root, leaves: [], bundle: {} },
  };
  const paid = answer({ verdict: 'LIQUIDATED', ...whole });
  assert.deepEqual(
    [paid.finding.kind === 'answer' && paid.finding.liquidation, paid.kept?.evidenceRoot],
    [{ liquidationTimeMs: 0, lossCcy: 'USDT', lossInsured: '7.52686752' }, root.toLowerCase()],
  );
  for (const more of [{ liquidation: {} }, { flags: null }, { liquidation: { ...liquidation, loss: null } }])
    assert.equal(answer(more).finding.kind, 'answer', JSON.stringify(more));
  for (const verdict of ['INCONCLUSIVE', 'STILL_OPEN'])
    for (const evidence of [null, {}, undefined]) {
      const { finding, kept } = answer({ verdict, reason: null, evidence });
      assert.deepEqual([finding.kind, kept?.evidenceRoot], ['answer', null]);
    }
});

test('nothing is paid or denied without evidence, and nothing is paid by facts that cannot be read', () => {
  for (const more of [
    { evidence: null },
    { evidence: { root: '0xabc' } },
    { verdict: 'INELIGIBLE', evidence: {} },
    { verdict: 'LIQUIDATED', liquidation: {} },
    { verdict: 'LIQUIDATED', liquidation: { liquidation_time_ms: '1', loss: { ccy: 'USDT', insured: '1' } } },
    { verdict: 'PARTIALLY_LIQUIDATED', liquidation: { liquidation_time_ms: 1.5, loss: { ccy: 'USDT', insured: '1' } } },
  ])
    assert.deepEqual(answer(more).finding, { kind: 'no_answer', reason: 'JP_VERIFY_ERROR' }, JSON.stringify(more));
});
