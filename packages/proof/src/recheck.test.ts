import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sealBundle, type EvidenceBundle } from '@liqpass/evidence/bundle';
import { formatIso, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { createOkxAccount } from '@liqpass/testing/okxAccount';
import { okxAnswer } from '@liqpass/testing/okxAnswers';
import { bundleOf, readUntilProven } from '@liqpass/testing/okxReading';
import fc from 'fast-check';
import { findBundle } from './findBundle.ts';
import { recheckBundle } from './recheck.ts';
import { proveClaim, verifyClaim } from './verdict.ts';

const T0 = 1_760_000_000_000;
const NOW = T0 + 48 * HOUR_MS;

function liquidatedBundle(): EvidenceBundle {
  const account = createOkxAccount({ seed: 11 });
  const ordId = account.trade({ at: T0, side: 'buy', sz: '2', px: '117000' });
  account.note({ at: T0 + 40 * MINUTE_MS, type: '8', subType: '173', change: '-0.3' });
  account.trade({ at: T0 + 120 * MINUTE_MS, side: 'sell', sz: '2', px: '111200', kind: 'full_liquidation' });
  account.mark.at = () => '111600';
  const claim = verifyClaim.parse({
    instId: account.instId,
    ordId,
    boundAt: formatIso(T0 + 10 * MINUTE_MS),
    coverageStartAt: formatIso(T0 + 20 * MINUTE_MS),
    coverageEndAt: formatIso(T0 + 25 * HOUR_MS),
    snapshot: { uid: '446001', liqPx: '111700', lever: '20' },
  });
  const { answer, exchanges } = readUntilProven(
    (read) => proveClaim(claim, read, NOW),
    (target) => okxAnswer(account, target, { nowMs: NOW }),
    NOW,
  );
  assert.equal(answer.verdict, 'LIQUIDATED');
  return bundleOf('verify', claim, answer, exchanges, NOW);
}
const BUNDLE = liquidatedBundle();
const copy = (): EvidenceBundle => structuredClone(BUNDLE);
const codes = (input: unknown): string[] => [...new Set(recheckBundle(input).problems.map((problem) => problem.code))];
/** Whoever forges a bundle also computes its hashes anew. */
const reseal = ({ leaves: _leaves, root: _root, ...content }: EvidenceBundle): EvidenceBundle => sealBundle(content);

test('a bundle that nobody touched holds, after a trip through a file too', () => {
  assert.deepEqual(codes(BUNDLE), []);
  const recheck = recheckBundle(JSON.parse(JSON.stringify(BUNDLE)));
  assert.equal(recheck.ok, true);
  assert.equal(recheck.root, BUNDLE.root);
  assert.deepEqual(recheck.answer, BUNDLE.answer);
});

test('a bundle with any single value changed, anywhere, does not hold', () => {
  type Place = { path: (string | number)[] };
  const places: Place[] = [];
  const walk = (value: unknown, path: (string | number)[]): void => {
    if (Array.isArray(value)) value.forEach((item, at) => walk(item, [...path, at]));
    else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
    else places.push({ path });
  };
  walk(BUNDLE, []);
  const change = (value: unknown, salt: number): unknown => {
    if (typeof value === 'number') return value + 1 + salt;
    if (typeof value === 'boolean') return !value;
    if (typeof value !== 'string') return 'x';
    const at = salt % Math.max(1, value.length);
    return `${value.slice(0, at)}${value[at] === '7' ? '8' : '7'}${value.slice(at + 1)}`;
  };
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.nat(5_000), ({ path }, salt) => {
      const changed = copy();
      let node: unknown = changed;
      for (const key of path.slice(0, -1)) node = Reflect.get(node as object, key);
      const last = path.at(-1) ?? '';
      Reflect.set(node as object, last, change(Reflect.get(node as object, last), salt));
      assert.equal(recheckBundle(changed).ok, false, path.join('.'));
    }),
    { numRuns: 150 },
  );
});

test('a forger who also computes the hashes anew is found by the verdict', () => {
  const paid = copy();
  Object.assign(paid.answer, {
    liquidation: { ...(paid.answer['liquidation'] as object), liquidation_time_ms: NOW - 1 },
  });
  assert.deepEqual(codes(reseal(paid)), ['ANSWER_DIFFERS']);
  const denied = copy();
  Object.assign(denied.answer, { verdict: 'NOT_LIQUIDATED', reason: 'CLOSED_NORMALLY', liquidation: null });
  assert.deepEqual(codes(reseal(denied)), ['ANSWER_DIFFERS']);
  const checked = copy();
  const [check] = checked.answer['checks'] as { result: string }[];
  assert.ok(check);
  check.result = 'fail';
  assert.deepEqual(codes(reseal(checked)), ['ANSWER_DIFFERS']);
  const window = copy();
  window.claim['coverageEndAt'] = formatIso(T0 + 90 * MINUTE_MS);
  assert.ok(codes(reseal(window)).includes('ANSWER_DIFFERS'));
});

test('a bundle without one of its answers is incomplete, whichever it is', () => {
  for (const { path } of BUNDLE.exchanges) {
    const without = copy();
    without.exchanges = without.exchanges.filter((exchange) => exchange.path !== path);
    assert.ok(codes(reseal(without)).includes('INCOMPLETE'), path);
  }
});

test('a bundle with an answer too many, asked twice, or read long before does not hold', () => {
  const [first] = BUNDLE.exchanges;
  assert.ok(first);
  const added = copy();
  added.exchanges.push({ ...first, path: 'okx/99-account-balance', target: '/api/v5/account/balance' });
  assert.deepEqual(codes(reseal(added)), ['NOT_USED']);
  const twice = copy();
  twice.exchanges.push({ ...first, path: 'okx/99-account-config' });
  assert.ok(codes(reseal(twice)).includes('NOT_USED'));
  const old = copy();
  old.exchanges = old.exchanges.map((exchange) => ({ ...exchange, sent_at_ms: exchange.sent_at_ms - HOUR_MS }));
  assert.deepEqual(codes(reseal(old)), ['OUT_OF_TIME']);
});

test('what is no bundle is said to be none', () => {
  for (const bad of [null, 1, 'x', [], {}, { ...BUNDLE, format: 'liqpass-evidence/0' }, { ...BUNDLE, surprise: 1 }])
    assert.deepEqual(codes(bad), ['NOT_A_BUNDLE']);
});

test('finds the bundle in an answer, a claim and its text, and compares what stands around it', () => {
  const answer = { ...BUNDLE.answer, evidence: { root: BUNDLE.root, leaves: BUNDLE.leaves, bundle: BUNDLE } };
  const claim = { id: '1', evidence_root: BUNDLE.root, evidence_json: answer };
  for (const file of [BUNDLE, answer, claim, { ...claim, evidence_json: JSON.stringify(answer) }])
    assert.deepEqual(findBundle(file)?.problems, []);
  const problemsOf = (file: unknown): string[] | undefined => findBundle(file)?.problems.map((problem) => problem.code);
  assert.deepEqual(problemsOf({ ...answer, verdict: 'NOT_LIQUIDATED' }), ['ANSWER_DIFFERS']);
  assert.deepEqual(problemsOf({ ...answer, evidence: { ...answer.evidence, root: `0x${'0'.repeat(64)}` } }), [
    'ROOT_CHANGED',
  ]);
  assert.deepEqual(problemsOf({ ...claim, evidence_root: `0x${'0'.repeat(64)}` }), ['ROOT_CHANGED']);
  for (const none of [null, 'x', 5, {}, { evidence_json: null }]) assert.equal(findBundle(none), null);
});

test('the command prints root, verdict and every check, and exits 1 when something was changed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
  const run = (content: unknown): { status: number | null; stdout: string } => {
    const file = join(folder, 'bundle.json');
    writeFileSync(file, JSON.stringify(content));
    return spawnSync(process.execPath, [join(import.meta.dirname, '../scripts/evidence.ts'), 'check', file], {
      encoding: 'utf8',
    });
  };
  try {
    const good = run(BUNDLE);
    assert.equal(good.status, 0);
    assert.match(good.stdout, new RegExp(BUNDLE.root));
    assert.match(good.stdout, /verdict {4}LIQUIDATED/);
    for (const { code } of BUNDLE.answer['checks'] as { code: string }[]) assert.ok(good.stdout.includes(code), code);
    const changed = copy();
    changed.judged_at_ms += 1;
    const bad = run(changed);
    assert.equal(bad.status, 1);
    assert.match(bad.stdout, /DOES NOT HOLD[\s\S]*LEAF_CHANGED/);
    assert.equal(run({}).status, 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
