import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, test } from 'node:test';
import { secondLogMissing, startSecondLog, type Question } from '@liqpass/testing/secondLog/secondLog';
import { fromBase64, toBase64 } from '../src/base64.ts';
import { checkLog } from '../src/checkLog.ts';
import { openCheckpoint, parseCheckpointText } from '../src/checkpoint.ts';
import {
  EMPTY_FRONTIER,
  frontierRoot,
  growFrontier,
  hashEntry,
  holdsConsistency,
  holdsInclusion,
} from '../src/merkle.ts';
import { checkSignature, cosignedAt, parseNote, parseVkey, type VerifierKey } from '../src/note.ts';
import { decodeBundle, encodeBundle, tilePath, tilesAt } from '../src/tiles.ts';
import { parseTlogProof } from '../src/tlogProof.ts';
import { logFiles } from './madeLog.ts';
import { ARCHE, ARGON, GO_SUM } from './knownLogs.ts';

// Logs of other implementations, checked by packages/log and by the second checker alike.

const skip = secondLogMissing;
const second = skip === false ? startSecondLog() : null;
after(() => second?.close());

async function secondHolds(question: Question): Promise<Record<string, unknown>> {
  assert.ok(second);
  const { holds, why, ...found } = await second.ask(question);
  assert.equal(holds, true, why);
  return found;
}
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const bytes = (text: string): Uint8Array => {
  const read = fromBase64(text);
  assert.ok(read, text);
  return read;
};
const keyOf = (vkey: string): VerifierKey => {
  const read = parseVkey(vkey);
  assert.ok(read, vkey);
  return read;
};

const folder = join(import.meta.dirname, 'goLog');
const read = (path: string): Uint8Array | null => {
  try {
    return new Uint8Array(readFileSync(join(folder, path)));
  } catch {
    return null;
  }
};
const readText = (path: string): string => new TextDecoder().decode(read(path) ?? new Uint8Array());
const goKey = readText('vkey').trim();

function goEntries(): Uint8Array[] {
  return tilesAt('entries', 515).flatMap((tile) => {
    const entries = decodeBundle(read(tilePath(tile)) ?? new Uint8Array());
    assert.equal(entries?.length, tile.width);
    return entries ?? [];
  });
}

test("of the entries of a log that Go's checksum database made, the same tiles, bundles and root are made here", async () => {
  const entries = goEntries();
  const made = logFiles(entries);
  made.delete('checkpoint');
  const theirs = globSync('tile/**', { cwd: folder, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => relative(folder, join(file.parentPath, file.name)));
  assert.deepEqual(theirs.toSorted(), [...made.keys()].toSorted());
  for (const [path, file] of made) assert.equal(toBase64(read(path) ?? new Uint8Array()), toBase64(file), path);
  for (const [path, size] of [
    ['checkpoint', 515],
    ['checkpoint.before', 300],
  ] as const) {
    const opened = openCheckpoint(readText(path), keyOf(goKey));
    assert.ok(typeof opened !== 'string', `${path}: ${JSON.stringify(opened)}`);
    const root = frontierRoot(growFrontier(EMPTY_FRONTIER, entries.slice(0, size).map(hashEntry)).frontier);
    assert.deepEqual(opened.checkpoint, { origin: 'go.example/log', size, root });
  }
  // Its entries are none of ours, and that is all that there is to say.
  const { problems } = await checkLog((path) => Promise.resolve(read(path)), keyOf(goKey), null);
  for (const { detail } of problems) assert.match(detail, /^entry \d+ is not one$/);
});

test("the second checker takes a log that Go's checksum database made, from its folder", { skip }, async () => {
  const old = base64(readText('checkpoint.before'));
  const found = await secondHolds({ ask: 'log', key: goKey, place: folder, old });
  assert.equal(found['size'], 515);
  const changed = goEntries().with(7, new TextEncoder().encode('entry 50'));
  const files = new Map([...logFiles(changed)].map(([path, file]) => [path, toBase64(file)]));
  files.set('checkpoint', base64(readText('checkpoint')));
  assert.ok(second);
  const answer = await second.ask({ ask: 'log', key: goKey, files: Object.fromEntries(files) });
  assert.deepEqual([answer.holds, answer.why], [false, 'the entries have another root than the checkpoint']);
  assert.equal(encodeBundle(changed.slice(0, 256)).length, read('tile/entries/000')?.length);
});

test('sum.golang.org: a module is in it, entry 43,930,254 of 58,253,265', () => {
  const proof = parseTlogProof(GO_SUM.proof);
  const note = proof && parseNote(proof.checkpoint);
  assert.ok(proof && note);
  assert.equal(checkSignature(note, keyOf(GO_SUM.vkey)), 'good');
  const head = parseCheckpointText(note.text);
  assert.ok(head);
  assert.deepEqual([head.origin, head.size, proof.index], [GO_SUM.origin, GO_SUM.size, GO_SUM.index]);
  const leaf = hashEntry(new TextEncoder().encode(GO_SUM.entry));
  assert.equal(holdsInclusion(proof.hashes, leaf, proof.index, head.size, head.root), true);
  assert.equal(holdsInclusion(proof.hashes, leaf, proof.index - 1, head.size, head.root), false);
  // Its name and its origin differ: of a log of ours that would be another log.
  assert.equal(openCheckpoint(proof.checkpoint, keyOf(GO_SUM.vkey)), 'wrong_origin');
});

test('sum.golang.org, by the second checker', { skip }, async () => {
  const { vkey: key, origin } = GO_SUM;
  const shown = { ask: 'proof', key, origin, proof: base64(GO_SUM.proof) } as const;
  const found = await secondHolds({ ...shown, entry: base64(GO_SUM.entry) });
  assert.deepEqual([found['index'], found['size']], [GO_SUM.index, GO_SUM.size]);
  const other = await second?.ask({ ...shown, entry: base64(GO_SUM.entry.replace('v1.0.0 ', 'v1.0.1 ')) });
  assert.deepEqual(other, { holds: false, why: 'inclusion: the path leads to another root' });
});

test('a certificate log continues itself, from 3,654,490 entries to 961,984,013, for both', { skip }, async () => {
  const [oldRoot, root] = [bytes(ARGON.oldRoot), bytes(ARGON.root)];
  assert.equal(holdsConsistency(ARGON.path.map(bytes), ARGON.old, oldRoot, ARGON.size, root), true);
  assert.equal(holdsConsistency(ARGON.path.map(bytes), ARGON.old + 1, oldRoot, ARGON.size, root), false);
  await secondHolds({ ask: 'consistency', ...ARGON });
});

test('a checkpoint that others witnessed has their cosignatures and times, for both', { skip }, async () => {
  const key = keyOf(ARCHE.vkey);
  const opened = openCheckpoint(ARCHE.note, key);
  assert.ok(typeof opened !== 'string', JSON.stringify(opened));
  assert.equal(opened.checkpoint.size, ARCHE.size);
  const note = parseNote(ARCHE.note);
  assert.ok(note);
  for (const [vkey, at] of Object.entries(ARCHE.witnesses)) assert.equal(cosignedAt(note, keyOf(vkey)), at, vkey);
  const found = await secondHolds({
    ask: 'checkpoint',
    key: ARCHE.vkey,
    note: base64(ARCHE.note),
    witnesses: Object.keys(ARCHE.witnesses),
  });
  assert.deepEqual(
    found['cosigned'],
    Object.fromEntries(Object.entries(ARCHE.witnesses).map(([vkey, at]) => [vkey.split('+')[0], at])),
  );
});
