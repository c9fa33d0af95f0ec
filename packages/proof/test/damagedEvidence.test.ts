import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { recheckText } from '../src/recheckText.ts';
import { damagedRun, honestEvidence } from './damagedEvidence.ts';

const BASES = honestEvidence();

test('the evidence that is damaged here tells every way a position goes, and holds before it is', () => {
  const verdicts = BASES.map(({ answer }) => answer.verdict);
  for (const verdict of ['LIQUIDATED', 'PARTIALLY_LIQUIDATED', 'NOT_LIQUIDATED', 'STILL_OPEN'])
    assert.ok(verdicts.includes(verdict as (typeof verdicts)[number]), verdict);
  for (const { name, bundle } of BASES) assert.deepEqual(recheckText(JSON.stringify(bundle)).problems, [], name);
});

test('no verdict comes from damaged evidence, and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { wrong, what } = damagedRun(BASES, seed);
      assert.equal(wrong, null, what);
    }),
    { numRuns: 250 },
  );
});

test('a key that is lost in reading makes a bundle none, wherever it is', () => {
  const text = JSON.stringify(BASES[0]?.bundle);
  for (const before of ['{', '"claim":{', '"answer":{', '"exchanges":[{']) {
    const { problems } = recheckText(text.replace(before, `${before}"__proto__":{"verdict":"x"},`));
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['NOT_A_BUNDLE'],
      before,
    );
  }
});

test('files that cannot be walked or written are no evidence', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  for (const text of [
    '',
    'null',
    deep,
    `{"evidence":{"bundle":${deep}}}`,
    '{"format":"liqpass-evidence/1","claim":"\\ud800"}',
    '\0',
  ])
    assert.deepEqual(
      recheckText(text).problems.map(({ code }) => code),
      ['NOT_A_BUNDLE'],
      text.slice(0, 60),
    );
});
