import { invariant } from '@liqpass/kernel/invariant';
import { concatBytes } from '@noble/hashes/utils.js';
import { hashNode, type ReadNode } from './merkle.ts';

// A log as files, after C2SP tlog-tiles: tiles of 256 hashes by level, and bundles of 256 entries.

export const TILE_WIDTH = 256;
const HASH_BYTES = 32;
/** What a bundle's lengths can say: two bytes. */
export const MAX_ENTRY_BYTES = 65_535;

/** A tile of hashes at `level`, or a bundle of entries; `width` is 256 for a full one. */
export type TileName = { readonly level: number | 'entries'; readonly index: number; readonly width: number };

/** "tile/0/x001/x234/067.p/12": where a tile or bundle is, below the log's prefix. */
export function tilePath({ level, index, width }: TileName): string {
  const groups = String(index)
    .padStart(Math.ceil(String(index).length / 3) * 3, '0')
    .match(/\d{3}/g);
  invariant(groups !== null, 'an index is a whole number');
  const name = groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/');
  return `tile/${level}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The tile that a path names; null where it names none: one tile has one path. */
export function parseTilePath(path: string): TileName | null {
  const match = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (!match) return null;
  const [, levelText = '', name = '', widthText] = match;
  const level = levelText === 'entries' ? levelText : Number(levelText);
  const index = Number(name.replaceAll(/[x/]/g, ''));
  const width = widthText === undefined ? TILE_WIDTH : Number(widthText);
  if ((level !== 'entries' && level > 63) || width < 1 || width > TILE_WIDTH || !Number.isSafeInteger(index))
    return null;
  const tile: TileName = { level, index, width };
  return tilePath(tile) === path ? tile : null;
}

/** How many hashes of a level a tree of `size` leaves has; bundles count as level 0. */
export function countAt(level: TileName['level'], size: number): number {
  return Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level));
}

/** The tile with the hash or entry `at` of a level, as a tree of `size` leaves has it. */
export function tileOf(level: TileName['level'], at: number, size: number): TileName {
  const index = Math.floor(at / TILE_WIDTH);
  return { level, index, width: Math.min(TILE_WIDTH, countAt(level, size) - index * TILE_WIDTH) };
}

/** All tiles, or bundles, that a tree of `size` leaves has at a level, from the left. */
export function tilesAt(level: TileName['level'], size: number): TileName[] {
  const tiles = Math.ceil(countAt(level, size) / TILE_WIDTH);
  return Array.from({ length: tiles }, (_, index) => tileOf(level, index * TILE_WIDTH, size));
}

/** Entries as a bundle: each behind its length in two bytes, big-endian. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...entries.flatMap((entry) => {
      invariant(entry.length <= MAX_ENTRY_BYTES, 'an entry is at most 65,535 bytes');
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/** The entries of a bundle; null where its lengths do not add up. */
export function decodeBundle(bundle: Uint8Array): Uint8Array[] | null {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length;) {
    const length = ((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0);
    const end = at + 2 + length;
    if (at + 2 > bundle.length || end > bundle.length) return null;
    entries.push(bundle.slice(at + 2, end));
    at = end;
  }
  return entries;
}

/** The hashes of a tile; null where it is not `width` of them. */
export function decodeTile(tile: Uint8Array, width: number): Uint8Array[] | null {
  if (tile.length !== width * HASH_BYTES) return null;
  return Array.from({ length: width }, (_, at) => tile.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/** Reads a tile of hashes by name; it is to throw where there is none. */
export type ReadTile = (tile: TileName) => Promise<readonly Uint8Array[]>;

/**
 * Reads whole subtrees of a tree of `size` leaves out of its tiles: a tile holds every eighth level, the ones between are hashed.
 * A tile is read once, and kept as long as the reader: one for each proof, or few.
 */
export function nodesFromTiles(readTile: ReadTile, size: number): ReadNode {
  const kept = new Map<string, Promise<readonly Uint8Array[]>>();
  return async (level, index) => {
    const tileLevel = Math.floor(level / 8);
    const span = 2 ** (level % 8);
    const first = index * span;
    const tile = tileOf(tileLevel, first, size);
    const path = tilePath(tile);
    const reading = kept.get(path) ?? readTile(tile);
    kept.set(path, reading);
    const hashes = await reading;
    const from = first - tile.index * TILE_WIDTH;
    return perfectRoot(hashes.slice(from, from + span));
  };
}

/** The root over a power of two of hashes. */
function perfectRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const [first] = hashes;
  invariant(first !== undefined, 'a subtree has hashes');
  if (hashes.length === 1) return first;
  const middle = hashes.length / 2;
  return hashNode(perfectRoot(hashes.slice(0, middle)), perfectRoot(hashes.slice(middle)));
}
