import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { formatVkey } from '@liqpass/log/note';
import { readProofFile, type ProofFile } from '@liqpass/log/proofFile';
import { checkProofFile, type ProofKeys } from '@liqpass/proof/proofFile';
import { attesting, logSigner, madeEvidence, madeProofFile, ORDER } from './madeProofFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'liqpass-proof-file-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const KEYS: ProofKeys = { attestation: [attesting.publicKey], log: logSigner.verifier, witnesses: [] };

function codesOf(file: ProofFile, keys = KEYS): string[] {
  const read = readProofFile(JSON.stringify(file));
  assert.ok(read);
  const { ok, problems } = checkProofFile(read, keys);
  assert.equal(ok, problems.length === 0);
  return problems.map(({ code }) => code);
}

test('the whole proof of a cover holds, and says what it shows', async () => {
  const read = readProofFile(JSON.stringify(await madeProofFile()));
  assert.ok(read);
  const { ok, evidence, logged } = checkProofFile(read, KEYS);
  assert.equal(ok, true);
  assert.equal(evidence?.signature?.key_id, attesting.keyId);
  assert.deepEqual(
    logged.entries.map(({ index, entry, opening }) => [index, entry.type, opening['order_id']]),
    [
      [0, 'sold', ORDER],
      [1, 'attested', ORDER],
      [2, 'paid', ORDER],
    ],
  );
  assert.deepEqual([logged.liability?.path.amount, logged.liability?.logged.index], [50_000_000n, 3]);
});

test('parts that hold each by itself, and do not belong together, do not hold', async () => {
  const file = await madeProofFile();
  // Evidence of another position, signed as rightly.
  assert.deepEqual(codesOf({ ...file, evidence: madeEvidence(12) }), ['EVIDENCE_NOT_LOGGED']);
  // Entries of another order.
  assert.deepEqual(codesOf(await madeProofFile({ order: 'another' })), ['OTHER_ORDER', 'OTHER_ORDER', 'OTHER_ORDER']);
  assert.deepEqual(codesOf({ ...file, order_id: 'another' }), ['OTHER_ORDER', 'OTHER_ORDER', 'OTHER_ORDER']);
  // A verdict that the log has otherwise, and one whose signature was taken away.
  assert.deepEqual(codesOf(await madeProofFile({ attested: { verdict: 'NOT_LIQUIDATED' } })), ['VERDICT_NOT_LOGGED']);
  const { attestation: _attestation, ...unsigned } = madeEvidence();
  assert.deepEqual(codesOf({ ...file, evidence: unsigned }, { ...KEYS, attestation: null }), ['VERDICT_NOT_LOGGED']);
  // A total that stands in no entry: the proof of another entry beside the path.
  const [sold = ''] = file.entries;
  assert.ok(file.liability);
  assert.deepEqual(codesOf({ ...file, liability: { ...file.liability, entry: sold } }), ['LIABILITY_NOT_LOGGED']);
});

test('a part that was changed is named', async () => {
  const file = await madeProofFile();
  assert.ok(file.liability);
  const { path, entry } = file.liability;
  assert.deepEqual(codesOf({ ...file, liability: { path: { ...path, amount: '60.00' }, entry } }), [
    'LIABILITY_NOT_COUNTED',
  ]);
  const [sold = '', attested = '', paid = ''] = file.entries;
  const moved = paid.replace('index 2', 'index 1');
  assert.deepEqual(codesOf({ ...file, entries: [sold, attested, moved] }), ['ENTRY_NOT_PROVEN']);
  const evidence = JSON.parse(
    JSON.stringify(file.evidence).replace('"verdict":"LIQUIDATED"', '"verdict":"STILL_OPEN"'),
  );
  const codes = codesOf({ ...file, evidence });
  assert.ok(codes.includes('LEAF_CHANGED') && codes.includes('SIGNATURE_WRONG'), codes.join());
  // Without the log's key nothing of the log is believed.
  assert.deepEqual(codesOf(file, { ...KEYS, log: null }), ['NO_LOG_KEY']);
  assert.equal(readProofFile('{"format":"liqpass-proof-file/1"}'), null);
});

test('one file is taken by each of the three that check', async () => {
  const root = join(import.meta.dirname, '../../..');
  const vkey = formatVkey(logSigner.verifier);
  const run = (script: string, ...words: string[]): { code: number | null; text: string } => {
    const ran = spawnSync(process.execPath, ['--no-warnings', join(root, script), ...words], { encoding: 'utf8' });
    return { code: ran.status, text: ran.stdout + ran.stderr };
  };
  const path = join(folder, 'proof.json');
  const file = await madeProofFile();
  const checks = (): { code: number | null; text: string }[] => [
    run('packages/proof/scripts/evidence.ts', 'check', path, '--key', attesting.publicKey),
    run('packages/log/scripts/log.ts', 'check', path, '--key', vkey),
    run('packages/verify-cli/src/verify.ts', path, '--key', attesting.publicKey, '--log', vkey),
  ];
  writeFileSync(path, JSON.stringify(file));
  const [evidence, log, whole] = checks();
  assert.deepEqual(
    [evidence?.code, log?.code, whole?.code],
    [0, 0, 0],
    `${evidence?.text}\n${log?.text}\n${whole?.text}`,
  );
  assert.match(evidence?.text ?? '', /The evidence holds[\s\S]*npm run log -- check/);
  assert.match(log?.text ?? '', /What the file has of the log holds[\s\S]*owed {5}50\.00 USDC, counted in 70\.00 USDC/);
  assert.match(whole?.text ?? '', /The proof holds[\s\S]*verdict {4}LIQUIDATED/);
  // Each part alone holds; only who looks at all of it sees that they are about two covers.
  writeFileSync(path, JSON.stringify({ ...file, evidence: madeEvidence(12) }));
  assert.deepEqual(
    checks().map(({ code }) => code),
    [0, 0, 1],
  );
});
