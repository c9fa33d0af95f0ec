import { invariant } from '@liqpass/kernel/invariant';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './canonical.ts';

/** One piece of evidence by its path, and the hash that binds both. */
export type Leaf = { readonly path: string; readonly hash: string };

// Leaf and node hashes begin differently, so that no node can be passed off as a leaf (RFC 6962, 2.1).
const LEAF = utf8ToBytes('liqpass:leaf:1\n');
const NODE = utf8ToBytes('liqpass:node:1\n');

const hex = (bytes: Uint8Array): string => `0x${bytesToHex(bytes)}`;

/** `0x…64 hex`: SHA-256 over the domain, the path, a zero byte (paths hold none) and the canonical JSON of the value. */
export function leafHash(path: string, value: unknown): string {
  invariant(!path.includes('\0'), 'a path has no zero byte');
  return hex(sha256(concatBytes(LEAF, utf8ToBytes(path), new Uint8Array(1), utf8ToBytes(canonicalJson(value)))));
}

function subtree(hashes: readonly Uint8Array[]): Uint8Array {
  const [first] = hashes;
  if (first !== undefined && hashes.length === 1) return first;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return sha256(concatBytes(NODE, subtree(hashes.slice(0, split)), subtree(hashes.slice(split))));
}

/** The Merkle root of the leaves, ordered by path (tree shape of RFC 6962): `0x…64 hex`. At least one leaf; no path twice. */
export function merkleRoot(leaves: readonly Leaf[]): string {
  invariant(leaves.length > 0, 'a tree has a leaf');
  const sorted = leaves.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  sorted.forEach((leaf, at) => invariant(leaf.path !== sorted[at + 1]?.path, `two leaves at ${leaf.path}`));
  return hex(subtree(sorted.map((leaf) => hexToBytes(leaf.hash.slice(2)))));
}
