import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { signingKey } from '@liqpass/evidence/attestation';
import { formatIso } from '@liqpass/kernel/time';
import { usdc } from '@liqpass/kernel/money';
import { signCheckpoint } from '@liqpass/log/checkpoint';
import { proofExtra } from '@liqpass/log/checkProof';
import { coverEntryOf, entryBytes, makeOpening } from '@liqpass/log/entry';
import { hashEntry } from '@liqpass/log/merkle';
import { formatVkey, NOTE_KEY, signerKey } from '@liqpass/log/note';
import { buildSumTree, liabilityPathJson } from '@liqpass/log/sumTree';
import { formatTlogProof } from '@liqpass/log/tlogProof';
import { buildVerifier } from '../scripts/build.ts';
import { attesting, fill, logSigner as signer, madeEvidence, NOW } from './madeProofFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'liqpass-verifier-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const verifier = await buildVerifier(folder);
const vkey = formatVkey(signer.verifier);

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}
/** Runs the one file as anybody would, in an empty folder. */
function run(...words: string[]): { code: number | null; text: string } {
  const ran = spawnSync(process.execPath, [verifier, ...words], { cwd: folder, encoding: 'utf8', env: {} });
  return { code: ran.status, text: ran.stdout + ran.stderr };
}

function evidence(): string {
  const { bundle, attestation } = madeEvidence();
  return JSON.stringify({
    ...bundle.answer,
    evidence: { root: bundle.root, leaves: bundle.leaves, bundle },
    attestation,
  });
}

test('the built file asks for nothing but Node', () => {
  const imported = [...readFileSync(verifier, 'utf8').matchAll(/^import .* from ["']([^"']+)["'];?$/gm)].map(
    ([, name = '']) => name,
  );
  assert.ok(imported.length > 0);
  for (const name of imported) assert.ok(builtinModules.includes(name.replace('node:', '')), name);
  assert.doesNotMatch(readFileSync(verifier, 'utf8'), /\bfetch\(|node:(?:https?|net|tls|dgram)/);
});

test('evidence is checked with the key that is given, to the verdict and its signature', () => {
  const text = evidence();
  const file = write('evidence.json', text);
  const good = run(file, '--key', attesting.publicKey);
  assert.equal(good.code, 0, good.text);
  assert.match(good.text, /The evidence holds/);
  assert.match(good.text, /verdict {4}LIQUIDATED/);
  assert.match(good.text, new RegExp(`signed by {2}${attesting.keyId}`));
  assert.equal(run(file, '--key', signingKey(new Uint8Array(32).fill(8)).publicKey).code, 1);
  const changed = write('changed.json', text.replace('"verdict":"LIQUIDATED"', '"verdict":"NOT_LIQUIDATED"'));
  assert.equal(run(changed).code, 1);
});

test('a proof from the log is checked, and one of another log is not', () => {
  const opened = makeOpening('paid', { payout_usdc: '50.00' }, fill);
  const entry = coverEntryOf(formatIso(NOW), opened);
  const root = hashEntry(entryBytes(entry));
  const checkpoint = signCheckpoint({ origin: signer.verifier.name, size: 1, root }, signer);
  const file = write(
    'paid.tlog-proof',
    formatTlogProof({ extra: proofExtra(entry, opened), index: 0, hashes: [], checkpoint }),
  );
  const good = run(file, '--log', vkey);
  assert.equal(good.code, 0, good.text);
  assert.match(good.text, /"payout_usdc":"50\.00"/);
  assert.equal(run(file).code, 1);
  assert.equal(
    run(file, '--log', formatVkey(signerKey(signer.verifier.name, NOTE_KEY, new Uint8Array(32).fill(1)).verifier)).code,
    1,
  );
  assert.equal(run(file, '--log', 'nonsense').code, 1);
});

test("a liability's path is checked; several files at once hold only together", () => {
  const subject = new Uint8Array(32).fill(3);
  const tree = buildSumTree([{ subject, amount: usdc(50_000_000n) }], () => fill(32));
  const path = {
    subject: `0x${'03'.repeat(32)}`,
    amount: usdc(50_000_000n),
    path: tree.path(subject) ?? assert.fail(),
    root: tree.root,
    total: tree.total,
    at: formatIso(NOW),
  };
  const good = write('liability.json', JSON.stringify(liabilityPathJson(path)));
  const bad = write('less.json', JSON.stringify(liabilityPathJson({ ...path, amount: usdc(49_000_000n) })));
  assert.equal(run(good).code, 0);
  assert.equal(run(bad).code, 1);
  assert.equal(run(good, bad).code, 1);
  const both = run(good, write('also.json', evidence()));
  assert.equal(both.code, 0, both.text);
});

test('what a file says cannot be mistaken for what the verifier says', () => {
  const file = write('noise.json', '{"\u001b[2J": "\u202e"}');
  const said = run(file, join(folder, 'not there'));
  assert.equal(said.code, 1);
  assert.ok(!said.text.includes('\u001b') && !said.text.includes('\u202e'), JSON.stringify(said.text));
});
