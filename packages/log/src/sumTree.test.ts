import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { usdc, type Usdc } from '@liqpass/kernel/money';
import fc from 'fast-check';
import { buildSumTree, holdsLiability, liabilityPath, liabilityPathJson, type LiabilityPath } from './sumTree.ts';

const fresh = (): Uint8Array => new Uint8Array(randomBytes(32));
const at = '2026-11-28T12:00:00.000Z';
const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;
const sha = (...parts: Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const u64 = (sum: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(sum);
  return bytes;
};

const amounts = fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }).map(usdc), { maxLength: 40 });
const liabilitiesOf = (owed: readonly Usdc[]): { subject: Uint8Array; amount: Usdc }[] =>
  owed.map((amount) => ({ subject: fresh(), amount }));

function pathOf(tree: ReturnType<typeof buildSumTree>, subject: Uint8Array, amount: Usdc): LiabilityPath {
  const path = tree.path(subject);
  assert.ok(path);
  return { subject: hex(subject), amount, path, root: tree.root, total: tree.total, at };
}

test('hashes leaves and nodes as documented', () => {
  const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)] as const;
  const leaf = (subject: Uint8Array, amount: bigint): Buffer => sha(Uint8Array.of(0x10), subject, u64(amount));
  const tree = buildSumTree(
    [
      { subject: b, amount: usdc(7n) },
      { subject: a, amount: usdc(5n) },
    ],
    fresh,
  );
  assert.equal(tree.root, hex(sha(Uint8Array.of(0x11), leaf(a, 5n), u64(5n), leaf(b, 7n), u64(7n))));
  assert.equal(tree.total, 12n);
  assert.deepEqual(tree.path(a), [{ side: 'right', hash: hex(leaf(b, 7n)), sum: 7n }]);
});

test('each path holds, and survives being written down', () => {
  fc.assert(
    fc.property(amounts, (owed) => {
      const liabilities = liabilitiesOf(owed);
      const tree = buildSumTree(liabilities, fresh);
      assert.equal(
        tree.total,
        owed.reduce((sum, amount) => sum + amount, 0n),
      );
      for (const { subject, amount } of liabilities) {
        const path = pathOf(tree, subject, amount);
        assert.equal(holdsLiability(path), true);
        assert.deepEqual(liabilityPath.parse(JSON.parse(JSON.stringify(liabilityPathJson(path)))), path);
      }
    }),
  );
});

test('no path holds with another amount, total, subject, side or sum', () => {
  const owed = [3n, 5n, 7n, 11n, 13n].map(usdc);
  const liabilities = liabilitiesOf(owed);
  const tree = buildSumTree(liabilities, fresh);
  const [first] = liabilities;
  assert.ok(first);
  const path = pathOf(tree, first.subject, first.amount);
  const [step, ...rest] = path.path;
  assert.ok(step);
  const changed: LiabilityPath[] = [
    { ...path, amount: usdc(4n) },
    { ...path, total: usdc(path.total + 1n) },
    { ...path, total: usdc(path.total - 1n) },
    { ...path, subject: hex(fresh()) },
    { ...path, root: hex(fresh()) },
    { ...path, path: rest },
    { ...path, path: [{ ...step, side: step.side === 'left' ? 'right' : 'left' }, ...rest] },
    // A sum moved from a sibling to the leaf leaves the total as it is, and shows all the same.
    {
      ...path,
      amount: usdc(path.amount + 1n),
      path: [{ ...step, sum: usdc(step.sum === 0n ? 0n : step.sum - 1n) }, ...rest],
    },
  ];
  for (const each of changed) assert.equal(holdsLiability(each), false);
});

test('sums beyond 64 bits are refused, in building and in checking', () => {
  const half = usdc(2n ** 63n);
  assert.throws(() => buildSumTree(liabilitiesOf([half, half, usdc(1n)]), fresh));
  const tree = buildSumTree(liabilitiesOf([usdc(1n)]), fresh);
  const sum = usdc(2n ** 64n - 1n);
  const step = { side: 'left' as const, hash: hex(fresh()), sum };
  const path = { subject: hex(fresh()), amount: usdc(1n), root: tree.root, total: usdc(2n ** 64n), at };
  assert.equal(holdsLiability({ ...path, path: [step] }), false);
  assert.equal(holdsLiability({ ...path, amount: usdc(2n ** 64n), path: [] }), false);
});

test('no subject stands twice, and the number of customers does not show', () => {
  const subject = fresh();
  assert.throws(() =>
    buildSumTree(
      [
        { subject, amount: usdc(1n) },
        { subject, amount: usdc(2n) },
      ],
      fresh,
    ),
  );
  const depth = (count: number): number => {
    const liabilities = liabilitiesOf(Array.from({ length: count }, () => usdc(1n)));
    return buildSumTree(liabilities, fresh).path(liabilities[0]?.subject ?? fresh())?.length ?? -1;
  };
  assert.deepEqual([depth(5), depth(8), depth(9)], [3, 3, 4]);
  assert.equal(buildSumTree([], fresh).total, 0n);
});
