import { invariant } from '@liqpass/kernel/invariant';
import { sha256 } from '@noble/hashes/sha2.js';
import { sameBytes } from './base64.ts';

// The Merkle tree of RFC 6962, section 2.1, with SHA-256. A tree of n leaves is split at the largest power of two below n.

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The hash of an entry's bytes as a leaf: SHA-256(0x00 ‖ entry). */
export const hashEntry = (entry: Uint8Array): Uint8Array => sha256.create().update(LEAF).update(entry).digest();

/** The hash of a node: SHA-256(0x01 ‖ left ‖ right). */
export const hashNode = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256.create().update(NODE).update(left).update(right).digest();

/** The root of a tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array());

/**
 * What of a tree is needed to grow it: the roots of its whole subtrees, largest first, as many as `size` has ones in binary.
 * 63 hashes at the most, however large the tree.
 */
export type Frontier = { readonly size: number; readonly roots: readonly Uint8Array[] };
export const EMPTY_FRONTIER: Frontier = { size: 0, roots: [] };

/** A whole subtree that an append has closed: `level` 0 is a leaf, `index` counts subtrees of that level from the left. */
export type ClosedNode = { readonly level: number; readonly index: number; readonly hash: Uint8Array };

/** Appends leaf hashes; also says which whole subtrees that closed, leaves included. */
export function growFrontier(
  frontier: Frontier,
  leaves: readonly Uint8Array[],
): { readonly frontier: Frontier; readonly closed: readonly ClosedNode[] } {
  const roots = [...frontier.roots];
  const closed: ClosedNode[] = [];
  let size = frontier.size;
  for (const leaf of leaves) {
    let hash = leaf;
    let level = 0;
    let index = size;
    closed.push({ level, index, hash });
    while (index % 2 === 1) {
      const left = roots.pop();
      invariant(left !== undefined, 'a frontier has a root for each one of its size');
      hash = hashNode(left, hash);
      level += 1;
      index = (index - 1) / 2;
      closed.push({ level, index, hash });
    }
    roots.push(hash);
    size += 1;
  }
  return { frontier: { size, roots }, closed };
}

/** The root of the tree that a frontier stands for. */
export function frontierRoot({ roots }: Frontier): Uint8Array {
  if (roots.length === 0) return EMPTY_ROOT;
  return roots.slice(0, -1).reduceRight((right, left) => hashNode(left, right), roots.at(-1) ?? EMPTY_ROOT);
}

/** Reads the root of the whole subtree `index` of `level` (2^level leaves). */
export type ReadNode = (level: number, index: number) => Promise<Uint8Array>;

/** The largest power of two below `size`, and its exponent. */
function splitOf(size: number): { readonly width: number; readonly level: number } {
  let level = 0;
  while (2 ** (level + 1) < size) level += 1;
  return { width: 2 ** level, level };
}

/** The root of the leaves from `start` to `end`, where `start` is a multiple of the subtree's width. */
async function rangeRoot(read: ReadNode, start: number, end: number): Promise<Uint8Array> {
  const size = end - start;
  const level = Math.log2(size);
  if (Number.isInteger(level)) return read(level, start / size);
  const { width, level: below } = splitOf(size);
  const [left, right] = await Promise.all([read(below, start / width), rangeRoot(read, start + width, end)]);
  return hashNode(left, right);
}

/** The root of the tree's first `size` leaves. */
export async function treeRoot(read: ReadNode, size: number): Promise<Uint8Array> {
  return size === 0 ? EMPTY_ROOT : rangeRoot(read, 0, size);
}

/** The proof that leaf `index` is in the tree of `size` leaves: hashes from the leaf's sibling up (RFC 6962, 2.1.1). */
export async function proveInclusion(read: ReadNode, index: number, size: number): Promise<Uint8Array[]> {
  invariant(Number.isSafeInteger(size) && index >= 0 && index < size, 'a leaf is proven inside its tree');
  const path = async (start: number, end: number): Promise<Uint8Array[]> => {
    if (end - start === 1) return [];
    const middle = start + splitOf(end - start).width;
    const isLeft = index < middle;
    const [inside, sibling] = await Promise.all([
      isLeft ? path(start, middle) : path(middle, end),
      isLeft ? rangeRoot(read, middle, end) : rangeRoot(read, start, middle),
    ]);
    return [...inside, sibling];
  };
  return path(0, size);
}

/** The proof that the tree of `newSize` leaves begins with the tree of `oldSize` leaves (RFC 6962, 2.1.2); empty where either is nothing to show. */
export async function proveConsistency(read: ReadNode, oldSize: number, newSize: number): Promise<Uint8Array[]> {
  invariant(oldSize >= 0 && oldSize <= newSize, 'a tree is consistent with a smaller one');
  if (oldSize === 0 || oldSize === newSize) return [];
  const path = async (start: number, end: number, isWholeOld: boolean): Promise<Uint8Array[]> => {
    if (oldSize === end) return isWholeOld ? [] : [await rangeRoot(read, start, end)];
    const middle = start + splitOf(end - start).width;
    return oldSize <= middle
      ? [...(await path(start, middle, isWholeOld)), await rangeRoot(read, middle, end)]
      : [...(await path(middle, end, false)), await rangeRoot(read, start, middle)];
  };
  return path(0, newSize, true);
}

/** Whether `proof` shows that `leaf` is leaf `index` of the tree with `root` and `size` (RFC 9162, 2.1.3.2). */
export function holdsInclusion(
  proof: readonly Uint8Array[],
  leaf: Uint8Array,
  index: number,
  size: number,
  root: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = hashNode(sibling, hash);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else hash = hashNode(hash, sibling);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && sameBytes(hash, root);
}

/** Whether `proof` shows that the tree (`newSize`, `newRoot`) begins with the tree (`oldSize`, `oldRoot`) (RFC 9162, 2.1.4.2). */
export function holdsConsistency(
  proof: readonly Uint8Array[],
  oldSize: number,
  oldRoot: Uint8Array,
  newSize: number,
  newRoot: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(newSize) || oldSize < 0 || oldSize > newSize)
    return false;
  if (oldSize === 0) return proof.length === 0 && sameBytes(oldRoot, EMPTY_ROOT);
  if (oldSize === newSize) return proof.length === 0 && sameBytes(oldRoot, newRoot);
  const hashes = Number.isInteger(Math.log2(oldSize)) ? [oldRoot, ...proof] : proof;
  const [first, ...rest] = hashes;
  if (first === undefined) return false;
  let at = oldSize - 1;
  let last = newSize - 1;
  while (at % 2 === 1) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  let oldHash = first;
  let newHash = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      oldHash = hashNode(sibling, oldHash);
      newHash = hashNode(sibling, newHash);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else newHash = hashNode(newHash, sibling);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && sameBytes(oldHash, oldRoot) && sameBytes(newHash, newRoot);
}
