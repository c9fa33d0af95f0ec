import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EMPTY_FRONTIER, growFrontier, hashEntry, holdsInclusion, frontierRoot, proveInclusion } from './merkle.ts';
import {
  countAt,
  decodeBundle,
  decodeTile,
  encodeBundle,
  nodesFromTiles,
  parseTilePath,
  tilePath,
  tilesAt,
} from './tiles.ts';

test('writes paths as the specification does', () => {
  assert.equal(tilePath({ level: 0, index: 1_234_067, width: 256 }), 'tile/0/x001/x234/067');
  assert.equal(tilePath({ level: 'entries', index: 5, width: 112 }), 'tile/entries/005.p/112');
  assert.equal(tilePath({ level: 3, index: 999_000, width: 1 }), 'tile/3/x999/000.p/1');
});

test('a path has one spelling', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.constant('entries' as const), fc.nat({ max: 63 })),
      fc.nat({ max: 10 ** 12 }),
      fc.integer({ min: 1, max: 256 }),
      (level, index, width) => {
        assert.deepEqual(parseTilePath(tilePath({ level, index, width })), { level, index, width });
      },
    ),
  );
  for (const path of [
    'tile/0/1',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/00/000',
    'tile/0/x000/001',
    'tile/0/x1/001',
    'tile/64/000',
    'tile/0/000.p/01',
    'tile/0/../000',
    'tile/0/000/',
  ])
    assert.equal(parseTilePath(path), null, path);
});

test("a tree of 70,000 has the specification's tiles", () => {
  const count = (level: number): number[] => tilesAt(level, 70_000).map(({ width }) => width);
  assert.deepEqual([count(0).length, count(0).at(-1)], [274, 112]);
  assert.deepEqual(count(1), [256, 17]);
  assert.deepEqual(count(2), [1]);
  assert.deepEqual(count(3), []);
  assert.deepEqual(tilesAt(0, 256), [{ level: 0, index: 0, width: 256 }]);
  assert.deepEqual(tilesAt(1, 256), [{ level: 1, index: 0, width: 1 }]);
});

test('bundles read back; cut ones are refused', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), fc.nat(), (entries, at) => {
      const bundle = encodeBundle(entries);
      assert.deepEqual(decodeBundle(bundle), entries);
      if (bundle.length === 0) return;
      const cut = decodeBundle(bundle.slice(0, at % bundle.length));
      assert.ok(cut === null || cut.length < entries.length);
    }),
  );
  assert.throws(() => encodeBundle([new Uint8Array(65_536)]));
  assert.equal(decodeTile(new Uint8Array(33), 1), null);
});

test('a proof made from tiles holds, wherever tiles end', async () => {
  const size = 66_000;
  const leaves = Array.from({ length: size }, (_, at) => hashEntry(new TextEncoder().encode(String(at))));
  const { frontier, closed } = growFrontier(EMPTY_FRONTIER, leaves);
  const rows = new Map<number, Uint8Array[]>();
  for (const { level, hash } of closed) {
    if (level % 8 !== 0) continue;
    const row = rows.get(level / 8) ?? [];
    row.push(hash);
    rows.set(level / 8, row);
  }
  let read = 0;
  const node = nodesFromTiles(({ level, index, width }) => {
    read += 1;
    return Promise.resolve((rows.get(Number(level)) ?? []).slice(index * 256, index * 256 + width));
  }, size);
  assert.equal(rows.get(1)?.length, countAt(1, size));
  const root = frontierRoot(frontier);
  for (const index of [0, 255, 256, 65_535, 65_536, size - 1]) {
    const leaf = leaves[index];
    assert.ok(leaf);
    read = 0;
    assert.equal(holdsInclusion(await proveInclusion(node, index, size), leaf, index, size, root), true, String(index));
    assert.ok(read < 40, `${read} tiles read`);
  }
});
