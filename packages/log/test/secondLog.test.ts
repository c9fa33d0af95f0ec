import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startSecondLog, secondLogMissing, type Answer, type Question } from '@liqpass/testing/secondLog/secondLog';
import { usdc } from '@liqpass/kernel/money';
import fc from 'fast-check';
import { toBase64 } from '../src/base64.ts';
import { checkLog } from '../src/checkLog.ts';
import { signCheckpoint } from '../src/checkpoint.ts';
import { checkProof, proofExtra, type ProofCheck } from '../src/checkProof.ts';
import { coverEntryOf, entryBytes, makeOpening } from '../src/entry.ts';
import {
  EMPTY_FRONTIER,
  frontierRoot,
  growFrontier,
  hashEntry,
  hashNode,
  holdsConsistency,
  holdsInclusion,
  proveConsistency,
  proveInclusion,
  type ReadNode,
} from '../src/merkle.ts';
import { COSIGNER_KEY, cosignText, formatNote, formatVkey, parseNote, signerKey } from '../src/note.ts';
import { buildSumTree, holdsLiability, liabilityPath, liabilityPathJson, type LiabilityPath } from '../src/sumTree.ts';
import { formatTlogProof } from '../src/tlogProof.ts';
import { logFiles, logSigner, madeEntries } from './madeLog.ts';

// What packages/log makes and believes, beside a checker that shares no line with it: another language, another hand, the
// public specifications alone (packages/testing/src/secondLog). Where the two disagree one of them reads a specification wrongly.

const skip = secondLogMissing;
const second = skip === false ? startSecondLog() : null;
after(() => second?.close());

async function ask(question: Question): Promise<Answer> {
  assert.ok(second);
  return second.ask(question);
}
const key = formatVkey(logSigner.verifier);
const witness = signerKey('witness.example/w1', COSIGNER_KEY, new Uint8Array(32).fill(6));
const EDGES = [1, 2, 3, 255, 256, 257, 511, 512, 513, 600];
const entries = madeEntries(600);
const leaves = entries.map(hashEntry);
const rootAt = (size: number): Uint8Array => frontierRoot(growFrontier(EMPTY_FRONTIER, leaves.slice(0, size)).frontier);
const spelled = (files: ReadonlyMap<string, Uint8Array>): Record<string, string> =>
  Object.fromEntries([...files].map(([path, bytes]) => [path, toBase64(bytes)]));
const askLog = (files: ReadonlyMap<string, Uint8Array>, more: { old?: string } = {}): Promise<Answer> =>
  ask({ ask: 'log', key, files: spelled(files), ...more });
const productFinds = async (files: ReadonlyMap<string, Uint8Array>): Promise<boolean> =>
  (await checkLog((path) => Promise.resolve(files.get(path) ?? null), logSigner.verifier, null)).problems.length > 0;

/** Whole subtrees under the first leaves, as the product reads them from tiles. */
const readNode: ReadNode = async (level, index) =>
  level === 0
    ? (leaves[index] ?? new Uint8Array())
    : hashNode(await readNode(level - 1, index * 2), await readNode(level - 1, index * 2 + 1));

/** `bytes` with one bit changed, of those that `at` counts through. */
function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const index = Math.floor(at / 8) % changed.length;
  changed[index] = (changed[index] ?? 0) ^ (1 << (at % 8));
  return changed;
}

/** `bytes` spelled otherwise: something more, something less, something twice. */
function mangled(bytes: Uint8Array, how: string, at: number): Uint8Array {
  const index = at % (bytes.length + 1);
  const insert = (...more: number[]): Uint8Array =>
    Uint8Array.from([...bytes.subarray(0, index), ...more, ...bytes.subarray(index)]);
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  const line = lines[at % lines.length] ?? '';
  const changed: Record<string, () => Uint8Array> = {
    bit: () => flipped(bytes, at),
    more: () => Uint8Array.from([...bytes, at % 256]),
    hash: () => Uint8Array.from([...bytes, ...(leaves[at % 600] ?? [])]),
    less: () => bytes.slice(0, -1),
    cut: () => Uint8Array.from([...bytes.subarray(0, index), ...bytes.subarray(index + 1)]),
    mark: () => Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes]),
    space: () => insert(0x20),
    newline: () => insert(0x0a),
    return: () => insert(0x0d),
    delete: () => insert(0x7f),
    next: () => insert(0xc2, 0x85),
    wide: () => insert(0xe2, 0x80, 0x83),
    none: () => insert(0xef, 0xbb, 0xbf),
    broken: () => insert(0xff),
    twice: () => Buffer.from(lines.toSpliced(at % lines.length, 0, line).join('\n'), 'latin1'),
    gone: () => Buffer.from(lines.toSpliced(at % lines.length, 1).join('\n'), 'latin1'),
  };
  return changed[how]?.() ?? bytes;
}
const HOW = ['bit', 'more', 'hash', 'less', 'cut', 'mark', 'space', 'newline', 'return', 'delete', 'next', 'wide'];
const hows = fc.constantFrom(...HOW, 'none', 'broken', 'twice', 'gone');

test('a log of every size from 0 to 600 holds, and continues the one before', { skip }, async () => {
  let old: Uint8Array | undefined;
  for (let size = 0; size <= 600; size += 1) {
    const files = logFiles(entries.slice(0, size));
    const { holds, why, ...found } = await askLog(files, old ? { old: toBase64(old) } : {});
    assert.equal(holds, true, `size ${size}: ${why}`);
    assert.deepEqual(found, { size, root: toBase64(rootAt(size)), cosigned: {} });
    old = files.get('checkpoint');
  }
});

test('a log that forked or shrank does not hold', { skip }, async () => {
  const grown = logFiles(entries.slice(0, 300));
  const [other] = madeEntries(1, 99);
  assert.ok(other);
  const noteOf = (of: readonly Uint8Array[]): string => toBase64(logFiles(of).get('checkpoint') ?? new Uint8Array());
  for (const size of [256, 299, 300]) {
    const forked = await askLog(grown, { old: noteOf(entries.slice(0, size).with(3, other)) });
    assert.match(forked.why ?? '', /forked/, `size ${size}`);
  }
  assert.match((await askLog(grown, { old: noteOf(entries.slice(0, 301)) })).why ?? '', /shrank/);
});

test('both make the same paths, and each believes those of the other', { skip }, async () => {
  for (const size of EDGES) {
    const indexes = [...new Set([0, 1, size >> 1, size - 2, size - 1, 255, 256])].filter((at) => at >= 0 && at < size);
    const olds = [...new Set([1, 2, 3, 254, 255, 256, 257, 512, size - 1, size])].filter((at) => at > 0 && at <= size);
    const theirs = await ask({ ask: 'paths', leaves: leaves.slice(0, size).map(toBase64), indexes, olds });
    const root = rootAt(size);
    for (const [at, index] of indexes.entries()) {
      const path = await proveInclusion(readNode, index, size);
      assert.deepEqual(path.map(toBase64), theirs.inclusion?.[at], `entry ${index} of ${size}`);
      const leaf = leaves[index] ?? new Uint8Array();
      assert.equal(holdsInclusion(path, leaf, index, size, root), true);
      const shown = { leaf: toBase64(leaf), size, root: toBase64(root), path: path.map(toBase64) };
      assert.equal((await ask({ ask: 'inclusion', index, ...shown })).holds, true);
      assert.equal((await ask({ ask: 'inclusion', index: index + 1, ...shown })).holds, false);
    }
    for (const [at, old] of olds.entries()) {
      const path = await proveConsistency(readNode, old, size);
      assert.deepEqual(path.map(toBase64), theirs.consistency?.[at], `${old} to ${size}`);
      assert.equal(holdsConsistency(path, old, rootAt(old), size, root), true);
      const shown = { old, size, root: toBase64(root), path: path.map(toBase64) };
      assert.equal((await ask({ ask: 'consistency', oldRoot: toBase64(rootAt(old)), ...shown })).holds, true);
      assert.equal((await ask({ ask: 'consistency', oldRoot: toBase64(rootAt(old - 1)), ...shown })).holds, false);
    }
  }
});

test('both refuse the same paths, whatever is changed in them', { skip }, async () => {
  const size = fc.integer({ min: 1, max: 600 });
  await fc.assert(
    fc.asyncProperty(size, fc.nat(), fc.nat(), fc.constantFrom('none', 'bit', 'cut', 'more'), async (of, a, b, how) => {
      const change = (path: Uint8Array[]): Uint8Array[] => {
        if (how === 'more') return path.toSpliced(b % (path.length + 1), 0, leaves[b % 600] ?? new Uint8Array(32));
        if (how === 'none' || path.length === 0) return path;
        const at = b % path.length;
        return how === 'cut' ? path.toSpliced(at, 1) : path.with(at, flipped(path[at] ?? new Uint8Array(32), a));
      };
      const index = a % of;
      const old = (b % of) + 1;
      const root = rootAt(of);
      const leaf = leaves[index] ?? new Uint8Array();
      const included = change(await proveInclusion(readNode, index, of));
      const shown = { size: of, root: toBase64(root) };
      const one = { leaf: toBase64(leaf), index, path: included.map(toBase64), ...shown };
      assert.equal((await ask({ ask: 'inclusion', ...one })).holds, holdsInclusion(included, leaf, index, of, root));
      const grown = change(await proveConsistency(readNode, old, of));
      const two = { old, oldRoot: toBase64(rootAt(old)), path: grown.map(toBase64), ...shown };
      assert.equal(
        (await ask({ ask: 'consistency', ...two })).holds,
        holdsConsistency(grown, old, rootAt(old), of, root),
      );
    }),
    { numRuns: 200 },
  );
});

test('one changed bit anywhere in a log is refused by both', { skip }, async () => {
  const logs = [1, 5, 255, 256, 257, 512, 513].map((size) => logFiles(entries.slice(0, size)));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...logs), fc.nat(), fc.nat(), async (files, which, at) => {
      const [path, bytes] = [...files][which % files.size] ?? ['', new Uint8Array()];
      const changed = new Map(files).set(path, flipped(bytes, at));
      assert.equal((await askLog(changed)).holds, false, `${path} bit ${at}`);
      assert.equal(await productFinds(changed), true, `${path} bit ${at}`);
    }),
    { numRuns: 150 },
  );
  // Each file of a log spelled in each other way.
  for (const files of [logFiles(entries.slice(0, 5)), logFiles(entries.slice(0, 257))])
    for (const [path, bytes] of files)
      for (const how of [...HOW, 'none', 'broken', 'twice', 'gone']) {
        const changed = new Map(files).set(path, mangled(bytes, how, 40));
        if (Buffer.from(bytes).equals(changed.get(path) ?? bytes)) continue;
        const { holds, why } = await askLog(changed);
        assert.equal(await productFinds(changed), !holds, `${path} ${how}: ${why}`);
        if (path !== 'checkpoint') assert.equal(holds, false, `${path} ${how}`);
      }
  // A checkpoint is short: each of its bits.
  const [files] = logs;
  const note = files?.get('checkpoint') ?? new Uint8Array();
  for (let at = 0; at < note.length * 8; at += 1) {
    const changed = new Map(files).set('checkpoint', flipped(note, at));
    assert.equal((await askLog(changed)).holds, false, `bit ${at}`);
    assert.equal(await productFinds(changed), true, `bit ${at}`);
  }
});

/** A proof of the fifth of nine entries, which a witness saw. */
async function cosignedProof(): Promise<string> {
  const opened = makeOpening('paid', { chain_id: 8453, payee: '中文 "\\ \u007f', amount: '50.00' }, (count) =>
    new Uint8Array(count).fill(0xab),
  );
  const entry = coverEntryOf('2026-11-28T12:00:00.000Z', opened);
  const own = entries.slice(0, 9).with(4, entryBytes(entry)).map(hashEntry);
  const node: ReadNode = async (level, index) =>
    level === 0
      ? (own[index] ?? new Uint8Array())
      : hashNode(await node(level - 1, index * 2), await node(level - 1, index * 2 + 1));
  const root = frontierRoot(growFrontier(EMPTY_FRONTIER, own).frontier);
  const note = parseNote(signCheckpoint({ origin: logSigner.verifier.name, size: 9, root }, logSigner));
  assert.ok(note);
  const signatures = [...note.signatures, cosignText(note.text, witness, 1_700_000_000)];
  return formatTlogProof({
    extra: proofExtra(entry, opened),
    index: 4,
    hashes: await proveInclusion(node, 4, 9),
    checkpoint: formatNote({ ...note, signatures }),
  });
}

test(
  'a proof with its opening and a cosignature holds for both; changed in any way, for both or neither',
  { skip },
  async () => {
    const proof = Buffer.from(await cosignedProof());
    const askProof = (bytes: Uint8Array): Promise<Answer> =>
      ask({ ask: 'proof', key, witnesses: [formatVkey(witness.verifier)], proof: toBase64(bytes) });
    // packages/log is given text: bytes that are none never come to it.
    const product = (bytes: Uint8Array): ProofCheck => {
      const text = Buffer.from(bytes).toString('utf8');
      if (!Buffer.from(text).equals(bytes)) return { holds: false, detail: 'not UTF-8' };
      return checkProof(text, logSigner.verifier, [witness.verifier]);
    };
    const theirs = await askProof(proof);
    assert.equal(theirs.why, undefined);
    assert.deepEqual([theirs.index, theirs.size, theirs.cosigned], [4, 9, { 'witness.example/w1': 1_700_000_000 }]);
    const ours = product(proof);
    assert.ok(ours.holds);
    assert.deepEqual(ours.witnesses, [{ name: 'witness.example/w1', at: 1_700_000_000 }]);
    await fc.assert(
      fc.asyncProperty(hows, fc.nat({ max: proof.length * 8 - 1 }), async (how, at) => {
        const changed = mangled(proof, how, at);
        const [second, first] = [await askProof(changed), product(changed)];
        const shown = `${how} ${at}: ${second.why} / ${JSON.stringify(first)}`;
        assert.equal(first.holds, second.holds, shown);
        if (!first.holds) return;
        // What may be changed so that it holds still: the line of a stranger, who says nothing and does no harm.
        const times = Object.fromEntries(first.witnesses.map((each) => [each.name, each.at]));
        assert.deepEqual({ 'witness.example/w1': null, ...times }, second.cosigned, shown);
        if (how === 'bit') assert.deepEqual(times, {}, shown);
      }),
      { numRuns: 600 },
    );
  },
);

test("a liability's path holds for both, and with any bit of it changed for neither", { skip }, async () => {
  const subject = new Uint8Array(32).fill(0x7a);
  const owed = [50_000_000n, 1n, 12_345_678n, 0n, 7_000_000n].map((amount, at) => ({
    subject: at === 2 ? subject : new Uint8Array(32).fill(at + 1),
    amount: usdc(amount),
  }));
  let padded = 0xe0;
  const tree = buildSumTree(owed, () => new Uint8Array(32).fill((padded += 1)));
  const path = tree.path(subject);
  assert.ok(path);
  const shown: LiabilityPath = {
    subject: `0x${Buffer.from(subject).toString('hex')}`,
    amount: usdc(12_345_678n),
    path,
    root: tree.root,
    total: tree.total,
    at: '2026-11-28T12:00:00.000Z',
  };
  assert.equal(holdsLiability(shown), true);
  const json = Buffer.from(JSON.stringify(liabilityPathJson(shown)));
  const theirs = await ask({ ask: 'path', path: toBase64(json) });
  assert.deepEqual([theirs.why, theirs.total], [undefined, '69345679']);
  // When it was made is said beside the path: what binds it is the root's entry in the log.
  const unbound = [json.indexOf('"at"'), json.length] as const;
  const productHolds = (bytes: Uint8Array): boolean => {
    try {
      return holdsLiability(liabilityPath.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))));
    } catch {
      return false;
    }
  };
  assert.equal(productHolds(json), true);
  for (let at = 0; at < unbound[0] * 8; at += 1) {
    const changed = flipped(json, at);
    assert.equal((await ask({ ask: 'path', path: toBase64(changed) })).holds, false, `bit ${at}`);
    assert.equal(productHolds(changed), false, `bit ${at}: ${Buffer.from(changed).toString()}`);
  }
});
