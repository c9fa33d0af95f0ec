import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBase64 } from '../src/base64.ts';
import { signCheckpoint } from '../src/checkpoint.ts';
import {
  EMPTY_FRONTIER,
  frontierRoot,
  growFrontier,
  hashEntry,
  hashNode,
  proveConsistency,
  type ReadNode,
} from '../src/merkle.ts';
import { checkSignature, COSIGNER_KEY, NOTE_KEY, parseNote, signerKey } from '../src/note.ts';
import { addCheckpoint, formatAddCheckpoint, type Seen, type WitnessAnswer } from '../src/witness.ts';
import { logSigner, madeEntries } from './madeLog.ts';

const witness = signerKey('witness.example/w1', COSIGNER_KEY, new Uint8Array(32).fill(2));
const leaves = madeEntries(40).map(hashEntry);
const readNode: ReadNode = async (level, index) =>
  level === 0
    ? (leaves[index] ?? new Uint8Array(32))
    : hashNode(await readNode(level - 1, index * 2), await readNode(level - 1, index * 2 + 1));
const headAt = (size: number): Seen => ({
  size,
  root: frontierRoot(growFrontier(EMPTY_FRONTIER, leaves.slice(0, size)).frontier),
});
const noteAt = (size: number, signer = logSigner): string =>
  signCheckpoint({ origin: logSigner.verifier.name, ...headAt(size) }, signer);

async function ask(oldSize: number, size: number, seen: Seen | null, note = noteAt(size)): Promise<WitnessAnswer> {
  const proof = oldSize <= size ? await proveConsistency(readNode, oldSize, size) : [];
  const body = formatAddCheckpoint(oldSize, proof.map(toBase64), note);
  return addCheckpoint(body, [logSigner.verifier], () => seen, witness, 1_700_000_000);
}

test('cosigns a log that grows, from nothing on', async () => {
  let seen: Seen | null = null;
  for (const size of [0, 1, 7, 7, 8, 33]) {
    const answer: WitnessAnswer = await ask(seen?.size ?? 0, size, seen);
    assert.equal(answer.status, 200, `size ${size}: ${answer.body}`);
    assert.ok(answer.status === 200);
    seen = answer.next;
    assert.deepEqual(seen, headAt(size));
    const cosigned = parseNote(`${noteAt(size)}${answer.body}`);
    assert.ok(cosigned);
    assert.equal(checkSignature(cosigned, witness.verifier), 'good');
    assert.equal(checkSignature(cosigned, logSigner.verifier), 'good');
  }
});

test('answers what the specification says, and keeps nothing, when it does not cosign', async () => {
  const seen = headAt(7);
  const conflict = await ask(3, 9, seen);
  assert.deepEqual(conflict, { status: 409, body: '7\n', size: 7 });
  assert.equal((await ask(9, 8, headAt(9))).status, 400);
  // Another tree of the same size, and one that does not continue what was seen.
  assert.equal((await ask(7, 7, { size: 7, root: headAt(6).root })).status, 409);
  assert.equal((await ask(7, 9, { size: 7, root: headAt(6).root })).status, 422);
  const stranger = signerKey(logSigner.verifier.name, NOTE_KEY, new Uint8Array(32).fill(9));
  assert.equal((await ask(7, 9, seen, noteAt(9, stranger))).status, 403);
  assert.equal((await ask(7, 9, seen, noteAt(9).replaceAll('log.example', 'other.example'))).status, 404);
  for (const body of ['', 'old 7\n', `old 07\n\n${noteAt(9)}`, `old 7\nAA==\n\n${noteAt(9)}`, `old 7\n\nx\n`])
    assert.equal(addCheckpoint(body, [logSigner.verifier], () => seen, witness, 0).status, 400, JSON.stringify(body));
  const proofFromNothing = formatAddCheckpoint(0, [toBase64(headAt(1).root)], noteAt(9));
  assert.equal(addCheckpoint(proofFromNothing, [logSigner.verifier], () => null, witness, 0).status, 422);
});

test('a note that one known key of the log signed well and another badly is refused', async () => {
  const next = signerKey(logSigner.verifier.name, NOTE_KEY, new Uint8Array(32).fill(9));
  const line = (note: string): string => note.slice(note.lastIndexOf('\n\n') + 2);
  const keys = [logSigner.verifier, next.verifier];
  const answer = (own: string, other: string): WitnessAnswer =>
    addCheckpoint(formatAddCheckpoint(0, [], `${own}${line(other)}`), keys, () => null, witness, 1_700_000_000);
  assert.equal(answer(noteAt(7), noteAt(7, next)).status, 200);
  assert.equal(answer(noteAt(7), noteAt(8, next)).status, 403);
});
