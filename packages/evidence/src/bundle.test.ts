import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundleMismatches, evidenceBundle, sealBundle, type BundleContent } from './bundle.ts';

const content: BundleContent = {
  format: 'liqpass-evidence/1',
  kind: 'verify',
  claim: { ordId: '1' },
  judged_at_ms: 5,
  exchanges: ['okx/01-account-config', 'okx/02-trade-order'].map((path) => ({
    path,
    method: 'GET' as const,
    host: 'http://127.0.0.1:8083',
    target: '/api/v5/x?y=1',
    sent_at_ms: 1,
    received_at_ms: 2,
    status: 200,
    date: null,
    content_type: 'application/json',
    body: '{"code":"0","data":[]}',
    body_encoding: 'utf8' as const,
    failure: null,
  })),
  answer: { verdict: 'INCONCLUSIVE' },
};

test('a bundle as it was closed has no mismatch', () => {
  const bundle = evidenceBundle.parse(JSON.parse(JSON.stringify(sealBundle(content))));
  assert.deepEqual(bundleMismatches(bundle), []);
});

test('names the leaf that was changed, added or taken out', () => {
  const bundle = sealBundle(content);
  const paths = (changed: typeof bundle): string[] => bundleMismatches(changed).map((mismatch) => mismatch.path);
  assert.deepEqual(paths({ ...bundle, answer: { verdict: 'LIQUIDATED' } }), ['answer', 'root']);
  assert.deepEqual(paths({ ...bundle, judged_at_ms: 6 }), ['claim', 'root']);
  assert.deepEqual(paths({ ...bundle, exchanges: bundle.exchanges.slice(1) }), [
    'claim',
    'okx/01-account-config',
    'root',
  ]);
  assert.deepEqual(paths({ ...bundle, root: `0x${'0'.repeat(64)}` }), ['root']);
  const [first] = bundle.exchanges;
  assert.ok(first);
  assert.deepEqual(paths({ ...bundle, exchanges: [...bundle.exchanges, first] }), ['claim', 'root']);
  assert.deepEqual(paths({ ...bundle, leaves: bundle.leaves.slice(1) }), ['answer']);
});
