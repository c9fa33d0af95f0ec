import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from './canonical.ts';
import { leafHash, merkleRoot, type Leaf } from './merkle.ts';

const sha = (...parts: (string | Buffer)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

test('hashes a leaf over its domain, path and canonical JSON', () => {
  assert.equal(
    leafHash('a/b', { y: 1, x: 'é' }),
    `0x${sha('liqpass:leaf:1\n', 'a/b', '\0', '{"x":"é","y":1}').toString('hex')}`,
  );
});

test('writes JSON as RFC 8785 does, whatever order the keys came in', () => {
  assert.equal(
    canonicalJson({ b: [1, 1e21, 0.1], a: null, '€': '\u0007"' }),
    '{"a":null,"b":[1,1e+21,0.1],"€":"\\u0007\\""}',
  );
  assert.throws(() => canonicalJson(undefined));
});

test('builds the tree of RFC 6962 over leaves ordered by path', () => {
  const leaves: Leaf[] = ['c', 'a', 'b'].map((path) => ({ path, hash: leafHash(path, path) }));
  const bytes = (path: string): Buffer => Buffer.from(leafHash(path, path).slice(2), 'hex');
  const node = (left: Buffer, right: Buffer): Buffer => sha('liqpass:node:1\n', left, right);
  assert.equal(merkleRoot(leaves), `0x${node(node(bytes('a'), bytes('b')), bytes('c')).toString('hex')}`);
  assert.equal(merkleRoot(leaves.slice(0, 1)), leafHash('c', 'c'));
});

test('gives another root for any other leaf, path, or number of leaves', () => {
  const paths = fc.uniqueArray(
    fc.string({ minLength: 1, maxLength: 6 }).filter((text) => !text.includes('\0')),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(paths, fc.nat(), fc.string(), (names, which, value) => {
      const leaves = names.map((path) => ({ path, hash: leafHash(path, 'value') }));
      const root = merkleRoot(leaves);
      assert.equal(merkleRoot(leaves.toReversed()), root);
      const at = which % leaves.length;
      const changed = leaves.map((leaf, index) =>
        index === at ? { ...leaf, hash: leafHash(leaf.path, ['changed', value]) } : leaf,
      );
      assert.notEqual(merkleRoot(changed), root);
      if (leaves.length > 1) assert.notEqual(merkleRoot(leaves.toSpliced(at, 1)), root);
    }),
  );
});

test('refuses two leaves at one path', () => {
  const leaf = { path: 'a', hash: leafHash('a', 1) };
  assert.throws(() => merkleRoot([leaf, leaf]));
});
