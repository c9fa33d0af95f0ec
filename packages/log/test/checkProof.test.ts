import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { signCheckpoint } from '../src/checkpoint.ts';
import { checkProof, proofExtra } from '../src/checkProof.ts';
import { coverEntryOf, entryBytes, makeOpening } from '../src/entry.ts';
import { EMPTY_FRONTIER, frontierRoot, growFrontier, hashEntry, proveInclusion } from '../src/merkle.ts';
import { COSIGNER_KEY, cosignText, formatNote, NOTE_KEY, parseNote, signerKey } from '../src/note.ts';
import { formatTlogProof, type TlogProof } from '../src/tlogProof.ts';
import { logSigner, madeEntries } from './madeLog.ts';

const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count));
const opened = makeOpening('paid', { chain_id: 8453, amount: '50.00' }, random);
const entry = coverEntryOf('2026-11-28T12:00:00.000Z', opened);
const entries = madeEntries(9).with(4, entryBytes(entry));
const leaves = entries.map(hashEntry);
const root = frontierRoot(growFrontier(EMPTY_FRONTIER, leaves).frontier);
const checkpoint = signCheckpoint({ origin: logSigner.verifier.name, size: 9, root }, logSigner);

async function proof(): Promise<TlogProof> {
  const hashes = await proveInclusion(
    (level, index) =>
      Promise.resolve(
        frontierRoot(growFrontier(EMPTY_FRONTIER, leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)).frontier),
      ),
    4,
    9,
  );
  return { extra: proofExtra(entry, opened), index: 4, hashes, checkpoint };
}

test('a proof shows its entry, what it commits to, and who else saw the log', async () => {
  const witness = signerKey('witness.example', COSIGNER_KEY, new Uint8Array(32).fill(4));
  const note = parseNote(checkpoint);
  assert.ok(note);
  const cosigned = formatNote({
    ...note,
    signatures: [...note.signatures, cosignText(note.text, witness, 1_700_000_000)],
  });
  const found = checkProof(formatTlogProof({ ...(await proof()), checkpoint: cosigned }), logSigner.verifier, [
    witness.verifier,
  ]);
  assert.ok(found.holds);
  assert.deepEqual(found.entry, entry);
  assert.deepEqual(found.opening, opened);
  assert.equal(found.index, 4);
  assert.deepEqual(found.witnesses, [{ name: 'witness.example', at: 1_700_000_000 }]);
});

test('shows nothing with another entry, opening, place, hash, checkpoint or key', async () => {
  const good = await proof();
  const other = makeOpening('paid', { chain_id: 8453, amount: '51.00' }, random);
  const forged = signerKey(logSigner.verifier.name, NOTE_KEY, new Uint8Array(32).fill(8));
  const changed: TlogProof[] = [
    { ...good, extra: proofExtra(entry, other) },
    { ...good, extra: proofExtra(coverEntryOf(entry.at, other), other) },
    { ...good, extra: null },
    { ...good, index: 5 },
    { ...good, hashes: good.hashes.toReversed() },
    { ...good, checkpoint: checkpoint.replace('\n9\n', '\n10\n') },
    { ...good, checkpoint: signCheckpoint({ origin: logSigner.verifier.name, size: 9, root }, forged) },
  ];
  for (const each of changed) assert.equal(checkProof(formatTlogProof(each), logSigner.verifier).holds, false);
  assert.equal(checkProof(formatTlogProof(good), logSigner.verifier).holds, true);
  assert.equal(checkProof(formatTlogProof(good), forged.verifier).holds, false);
  assert.equal(checkProof('', logSigner.verifier).holds, false);
});
