import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkLog, type LogCheck, type LogState } from '../src/checkLog.ts';
import { encodeBundle } from '../src/tiles.ts';
import { logFiles, logSigner, madeEntries } from './madeLog.ts';

const check = (files: ReadonlyMap<string, Uint8Array>, last: LogState | null = null): Promise<LogCheck> =>
  checkLog((path) => Promise.resolve(files.get(path) ?? null), logSigner.verifier, last);

async function stateOf(entries: readonly Uint8Array[]): Promise<LogState> {
  const { state } = await check(logFiles(entries));
  assert.ok(state);
  return state;
}

test('a log that grew is followed from what was seen last, with every file of it', async () => {
  let state: LogState | null = null;
  for (const size of [0, 1, 255, 256, 257, 600, 600, 70_000]) {
    const seen: number[] = [];
    const files = logFiles(madeEntries(size));
    const found: LogCheck = await checkLog(
      (path) => Promise.resolve(files.get(path) ?? null),
      logSigner.verifier,
      state,
      (_, index) => seen.push(index),
    );
    assert.deepEqual(found.problems, [], `size ${size}`);
    assert.equal(found.entries, seen.length);
    assert.equal(found.state?.frontier.size, size);
    state = found.state;
  }
});

test('an entry changed, dropped, reordered or inserted late is found, with state and without', async () => {
  const entries = madeEntries(300);
  const state = await stateOf(entries.slice(0, 280));
  const kept = logFiles(entries).get('checkpoint');
  assert.ok(kept);
  const [other] = madeEntries(1, 99);
  assert.ok(other);
  const swapped = entries.with(290, entries[291] ?? other).with(291, entries[290] ?? other);
  for (const changed of [entries.with(290, other), swapped, entries.toSpliced(290, 1, other)])
    for (const last of [null, state]) {
      // Under the log's own old checkpoint, and under a new one that it signs over the changed entries.
      const stale = new Map(logFiles(changed)).set('checkpoint', kept);
      assert.equal((await check(stale, last)).problems.length > 0, true);
    }
  // Signed anew, what stands above the tree seen last can only be told by who saw it.
  assert.deepEqual((await check(logFiles(entries.with(290, other)), state)).problems, []);
  const early = await check(logFiles(entries.with(100, other)), state);
  assert.match(early.problems[0]?.detail ?? '', /the log forked/);
  assert.equal(early.state, null);
});

test('a log that shrank or forked at the same size is found', async () => {
  const entries = madeEntries(300);
  const state = await stateOf(entries);
  const [other] = madeEntries(1, 99);
  assert.ok(other);
  assert.match(
    (await check(logFiles(entries.slice(0, 299)), state)).problems[0]?.detail ?? '',
    /shrank: 299 entries, 300/,
  );
  assert.match((await check(logFiles(entries.with(3, other)), state)).problems[0]?.detail ?? '', /forked/);
});

test('a file that is missing, cut or changed is named, whichever it is', async () => {
  const files = logFiles(madeEntries(600));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files.keys()),
      fc.constantFrom('missing', 'cut', 'changed'),
      fc.nat(),
      async (path, how, at) => {
        const bytes = Buffer.from(files.get(path) ?? []);
        const changed = new Map(files);
        if (how === 'missing') changed.delete(path);
        else if (how === 'cut') changed.set(path, bytes.subarray(0, -1));
        else {
          const index = at % bytes.length;
          bytes[index] = (bytes[index] ?? 0) ^ 1;
          changed.set(path, bytes);
        }
        assert.notDeepEqual((await check(changed)).problems, []);
      },
    ),
    { numRuns: 60 },
  );
});

test('bytes that are no entry are named, though the tree holds them', async () => {
  const entries = madeEntries(3).with(1, new TextEncoder().encode('{"type":"sold"}'));
  const { problems } = await check(logFiles(entries));
  assert.deepEqual(problems, [{ path: 'tile/entries/000.p/3', detail: 'entry 1 is not one' }]);
});

test('a full bundle is taken where the partial one is gone', async () => {
  const entries = madeEntries(300);
  const files = logFiles(entries.slice(0, 200));
  const grown = logFiles(entries);
  files.delete('tile/entries/000.p/200');
  files.delete('tile/0/000.p/200');
  files.set('tile/entries/000', grown.get('tile/entries/000') ?? encodeBundle([]));
  files.set('tile/0/000', grown.get('tile/0/000') ?? encodeBundle([]));
  assert.deepEqual((await check(files)).problems, []);
});
