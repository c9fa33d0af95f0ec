import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import {
  EMPTY_FRONTIER,
  EMPTY_ROOT,
  frontierRoot,
  growFrontier,
  hashEntry,
  hashNode,
  holdsConsistency,
  holdsInclusion,
  proveConsistency,
  proveInclusion,
  treeRoot,
  type ReadNode,
} from './merkle.ts';

/** The tree's root as RFC 6962 defines it, word for word. */
function definedRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return first;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return hashNode(definedRoot(leaves.slice(0, split)), definedRoot(leaves.slice(split)));
}

const leavesOf = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, at) => hashEntry(new TextEncoder().encode(`entry ${at}`)));

const readerOf =
  (leaves: readonly Uint8Array[]): ReadNode =>
  (level, index) =>
    Promise.resolve(definedRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)));

test('has the roots of the Certificate Transparency reference tree', () => {
  const entries = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ].map((hex) => hashEntry(hexToBytes(hex)));
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  for (const [size, root] of roots.entries()) {
    const { frontier } = growFrontier(EMPTY_FRONTIER, entries.slice(0, size));
    assert.equal(bytesToHex(frontierRoot(frontier)), root, `size ${size}`);
  }
});

test('grown in any pieces, a frontier has the root that the definition has', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 40 }), { maxLength: 8 }), (pieces) => {
      const leaves = leavesOf(pieces.reduce((sum, piece) => sum + piece, 0));
      let frontier = EMPTY_FRONTIER;
      let from = 0;
      for (const piece of pieces) {
        frontier = growFrontier(frontier, leaves.slice(from, from + piece)).frontier;
        from += piece;
      }
      assert.deepEqual(frontierRoot(frontier), definedRoot(leaves));
    }),
  );
});

test('says each whole subtree that an append closes, once, with its root', () => {
  const leaves = leavesOf(70);
  const { closed } = growFrontier(EMPTY_FRONTIER, leaves);
  assert.equal(new Set(closed.map(({ level, index }) => `${level}/${index}`)).size, closed.length);
  assert.equal(closed.length, 70 + 35 + 17 + 8 + 4 + 2 + 1);
  for (const { level, index, hash } of closed)
    assert.deepEqual(hash, definedRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)));
});

test('proves every leaf of every tree up to 40, and no leaf in another place', async () => {
  const all = leavesOf(40);
  for (let size = 1; size <= all.length; size += 1) {
    const leaves = all.slice(0, size);
    const root = definedRoot(leaves);
    assert.deepEqual(await treeRoot(readerOf(leaves), size), root);
    for (const [index, leaf] of leaves.entries()) {
      const proof = await proveInclusion(readerOf(leaves), index, size);
      assert.equal(holdsInclusion(proof, leaf, index, size, root), true, `${index} of ${size}`);
      assert.equal(holdsInclusion(proof, leaf, index + 1, size, root), false);
      assert.equal(holdsInclusion(proof, hashEntry(leaf), index, size, root), false);
      assert.equal(holdsInclusion([...proof, leaf], leaf, index, size, root), false);
      if (proof.length > 0) assert.equal(holdsInclusion(proof.slice(1), leaf, index, size, root), false);
    }
  }
});

test('proves that every tree up to 24 continues every smaller one, and no other', async () => {
  const leaves = leavesOf(24);
  const other = [hashEntry(Uint8Array.of(9)), ...leaves.slice(1)];
  for (let newSize = 0; newSize <= leaves.length; newSize += 1)
    for (let oldSize = 0; oldSize <= newSize; oldSize += 1) {
      const proof = await proveConsistency(readerOf(leaves), oldSize, newSize);
      const oldRoot = definedRoot(leaves.slice(0, oldSize));
      const newRoot = definedRoot(leaves.slice(0, newSize));
      assert.equal(holdsConsistency(proof, oldSize, oldRoot, newSize, newRoot), true, `${oldSize} to ${newSize}`);
      if (oldSize === 0) continue;
      const forked = definedRoot(other.slice(0, oldSize));
      assert.equal(holdsConsistency(proof, oldSize, forked, newSize, newRoot), false);
      assert.equal(holdsConsistency(proof, oldSize, oldRoot, newSize, definedRoot(other.slice(0, newSize))), false);
      assert.equal(holdsConsistency([...proof, oldRoot], oldSize, oldRoot, newSize, newRoot), false);
    }
});
