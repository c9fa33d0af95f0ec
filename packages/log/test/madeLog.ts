import { signCheckpoint } from '../src/checkpoint.ts';
import { coverEntryOf, entryBytes, makeOpening } from '../src/entry.ts';
import { EMPTY_FRONTIER, frontierRoot, growFrontier, hashEntry } from '../src/merkle.ts';
import { NOTE_KEY, signerKey } from '../src/note.ts';
import { encodeBundle, tilePath, tilesAt } from '../src/tiles.ts';

export const logSigner = signerKey('log.example/liqpass', NOTE_KEY, new Uint8Array(32).fill(1));

/** `count` entries, the same for the same `seed`. */
export function madeEntries(count: number, seed = 0): Uint8Array[] {
  return Array.from({ length: count }, (_, at) => {
    const bytes = (size: number): Uint8Array => new Uint8Array(size).fill((at * 7 + seed) % 251);
    const opened = makeOpening('sold', { at, seed }, bytes);
    return entryBytes(coverEntryOf('2026-11-28T12:00:00.000Z', opened));
  });
}

/** The files of a log of these entries, as published at this size. */
export function logFiles(entries: readonly Uint8Array[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const { frontier, closed } = growFrontier(EMPTY_FRONTIER, entries.map(hashEntry));
  for (const bundle of tilesAt('entries', entries.length))
    files.set(tilePath(bundle), encodeBundle(entries.slice(bundle.index * 256, bundle.index * 256 + bundle.width)));
  for (let level = 0; tilesAt(level, entries.length).length > 0; level += 1) {
    const hashes = closed.filter((node) => node.level === level * 8).map(({ hash }) => hash);
    for (const tile of tilesAt(level, entries.length))
      files.set(tilePath(tile), Buffer.concat(hashes.slice(tile.index * 256, tile.index * 256 + tile.width)));
  }
  const head = { origin: logSigner.verifier.name, size: entries.length, root: frontierRoot(frontier) };
  files.set('checkpoint', new TextEncoder().encode(signCheckpoint(head, logSigner)));
  return files;
}
