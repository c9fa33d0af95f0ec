import { invariant } from '@liqpass/kernel/invariant';
import { formatUsdc, parseUsdc, usdc, type Usdc } from '@liqpass/kernel/money';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { sameBytes } from './base64.ts';
import { instant } from './instant.ts';

// A Merkle sum tree over what is owed. Leaf = SHA-256(0x10 ‖ subject (32 bytes) ‖ amount as uint64 of millionths, big-endian);
// node = SHA-256(0x11 ‖ left hash ‖ left sum ‖ right hash ‖ right sum), each sum a uint64. Both children's sums go into the hash:
// with their total alone one of them could be made negative and the other larger.

/** What somebody is owed: the subject is fresh for each tree. */
export type Liability = { readonly subject: Uint8Array; readonly amount: Usdc };
type Node = { readonly hash: Uint8Array; readonly sum: Usdc };

const MAX_SUM = 2n ** 64n - 1n;
const HASH_BYTES = 32;
const SUM_BYTES = 8;

// A tree of 100,000 covers is 262,143 hashes: what is hashed is written into the same bytes each time.
const leafBytes = Uint8Array.of(0x10, ...new Uint8Array(HASH_BYTES + SUM_BYTES));
const leafView = new DataView(leafBytes.buffer);
const nodeBytes = Uint8Array.of(0x11, ...new Uint8Array(2 * (HASH_BYTES + SUM_BYTES)));
const nodeView = new DataView(nodeBytes.buffer);

function putSum(view: DataView, at: number, sum: Usdc): void {
  invariant(sum <= MAX_SUM, 'what is owed fits into 64 bits');
  view.setBigUint64(at, sum);
}

function leafOf({ subject, amount }: Liability): Node {
  invariant(subject.length === HASH_BYTES, 'a subject has 32 bytes');
  leafBytes.set(subject, 1);
  putSum(leafView, 1 + HASH_BYTES, amount);
  return { hash: sha256(leafBytes), sum: amount };
}

function nodeOf(left: Node, right: Node): Node {
  const sum = usdc(left.sum + right.sum);
  invariant(sum <= MAX_SUM, 'what is owed fits into 64 bits');
  nodeBytes.set(left.hash, 1);
  putSum(nodeView, 1 + HASH_BYTES, left.sum);
  nodeBytes.set(right.hash, 1 + HASH_BYTES + SUM_BYTES);
  putSum(nodeView, 1 + 2 * HASH_BYTES + SUM_BYTES, right.sum);
  return { hash: sha256(nodeBytes), sum };
}

export type SumTree = {
  /** 0x and 64 hex digits. */
  readonly root: string;
  readonly total: Usdc;
  /** The path of a subject; null where it is not in the tree. */
  path(subject: Uint8Array): SumStep[] | null;
};

const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
const amount = z
  .string()
  .refine((text) => parseUsdc(text) !== null, 'an amount in USDC')
  .transform((text) => parseUsdc(text) ?? usdc(0n));
const sumStep = z.strictObject({
  /** On which side of the way up the sibling stands. */
  side: z.enum(['left', 'right']),
  hash,
  sum: amount,
});
export type SumStep = z.output<typeof sumStep>;

/** A path as its owner takes it away. */
export const liabilityPath = z.strictObject({
  subject: hash,
  amount,
  path: z.array(sumStep).max(63),
  root: hash,
  total: amount,
  at: instant,
});
export type LiabilityPath = z.output<typeof liabilityPath>;

/** The path as JSON: amounts as decimal strings of USDC. */
export function liabilityPathJson(path: LiabilityPath): z.input<typeof liabilityPath> {
  return {
    ...path,
    amount: formatUsdc(path.amount),
    total: formatUsdc(path.total),
    path: path.path.map((step) => ({ ...step, sum: formatUsdc(step.sum) })),
  };
}

/** A liability with its subject's first six bytes as a number, by which all but the rarest are told apart at once. */
type Sorting = Liability & { readonly prefix: number };

function toSorting({ subject, amount }: Liability): Sorting {
  return { subject, amount, prefix: subject.subarray(0, 6).reduce((number, byte) => number * 256 + byte, 0) };
}

function inOrder(a: Sorting, b: Sorting): number {
  if (a.prefix !== b.prefix) return a.prefix - b.prefix;
  const at = a.subject.findIndex((byte, index) => byte !== b.subject[index]);
  return at < 0 ? 0 : (a.subject[at] ?? 0) - (b.subject[at] ?? 0);
}

/** Where a subject stands among sorted ones; null where it does not. */
function findIn(sorted: readonly Sorting[], wanted: Sorting): number | null {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const found = sorted[middle];
    const order = found === undefined ? 0 : inOrder(found, wanted);
    if (order === 0) return middle;
    if (order < 0) from = middle + 1;
    else to = middle;
  }
  return null;
}

/**
 * The tree over `liabilities`, ordered by subject and padded to the next power of two with leaves of nothing under subjects
 * from `freshSubject` (32 random bytes), so that neither order nor number tells anything. No subject twice.
 */
export function buildSumTree(liabilities: readonly Liability[], freshSubject: () => Uint8Array): SumTree {
  const width = 2 ** Math.ceil(Math.log2(Math.max(1, liabilities.length)));
  const padding = Array.from({ length: width - liabilities.length }, () => ({
    subject: freshSubject(),
    amount: usdc(0n),
  }));
  const leaves = [...liabilities, ...padding].map(toSorting).toSorted(inOrder);
  invariant(
    leaves.every((leaf, at) => at === 0 || inOrder(leaves[at - 1] ?? leaf, leaf) < 0),
    'no subject stands twice in a tree',
  );
  const levels: Node[][] = [leaves.map(leafOf)];
  for (let level = levels[0] ?? []; level.length > 1; level = levels.at(-1) ?? [])
    levels.push(
      Array.from({ length: level.length / 2 }, (_, at) => {
        const [left, right] = [level[at * 2], level[at * 2 + 1]];
        invariant(left !== undefined && right !== undefined, 'a padded tree has a sibling for each node');
        return nodeOf(left, right);
      }),
    );
  const top = levels.at(-1)?.[0];
  invariant(top !== undefined, 'a tree has a root');
  return {
    root: `0x${bytesToHex(top.hash)}`,
    total: top.sum,
    path(subject) {
      const position = findIn(leaves, toSorting({ subject, amount: usdc(0n) }));
      if (position === null) return null;
      return levels.slice(0, -1).map((level, height) => {
        const at = Math.floor(position / 2 ** height);
        const sibling = level[at % 2 === 0 ? at + 1 : at - 1];
        invariant(sibling !== undefined, 'a padded tree has a sibling for each node');
        return { side: at % 2 === 0 ? 'right' : 'left', hash: `0x${bytesToHex(sibling.hash)}`, sum: sibling.sum };
      });
    },
  };
}

/** Whether the path leads from its subject and amount to its root and total; sums beyond 64 bits never do. */
export function holdsLiability({ subject, amount: owed, path, root, total }: LiabilityPath): boolean {
  if (owed > MAX_SUM || total > MAX_SUM) return false;
  let node = leafOf({ subject: hexToBytes(subject.slice(2)), amount: owed });
  for (const { side, hash: siblingHash, sum } of path) {
    if (sum > MAX_SUM || node.sum + sum > MAX_SUM) return false;
    const sibling: Node = { hash: hexToBytes(siblingHash.slice(2)), sum };
    node = side === 'left' ? nodeOf(sibling, node) : nodeOf(node, sibling);
  }
  return node.sum === total && sameBytes(node.hash, hexToBytes(root.slice(2)));
}
