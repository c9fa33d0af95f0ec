import { sameBytes, toBase64 } from './base64.ts';
import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { parseEntry, type LogEntry } from './entry.ts';
import { EMPTY_FRONTIER, frontierRoot, growFrontier, hashEntry, type Frontier } from './merkle.ts';
import type { VerifierKey } from './note.ts';
import { countAt, decodeBundle, decodeTile, TILE_WIDTH, tilePath, tilesAt, type TileName } from './tiles.ts';

/** Reads a file of the log below its prefix ("checkpoint", "tile/0/000"); null where there is none. */
export type ReadFile = (path: string) => Promise<Uint8Array | null>;

/** What a check remembers, so that the next one sees whether the log only grew: the tree, and the hashes to grow it from. */
export type LogState = { readonly origin: string; readonly frontier: Frontier };

export type LogProblem = { readonly path: string; readonly detail: string };
export type LogCheck = {
  readonly checkpoint: Checkpoint | null;
  readonly note: string | null;
  readonly entries: number;
  readonly problems: readonly LogProblem[];
  /** To be kept for the next check; null where there are problems. */
  readonly state: LogState | null;
  /** When the newest entry was made, as it says. */
  readonly newestAt: string | null;
};

/**
 * Fetches a log and recomputes it: every entry since `last` (from the first where there is no state), every tile, the root;
 * and that it continues what was seen last. Stops at the first problem of a kind that makes the rest meaningless.
 */
export async function checkLog(
  read: ReadFile,
  key: VerifierKey,
  last: LogState | null,
  see: (entry: LogEntry, index: number) => void = () => undefined,
): Promise<LogCheck> {
  const failed = (path: string, detail: string, checkpoint: Checkpoint | null = null): LogCheck => ({
    checkpoint,
    note: null,
    entries: 0,
    problems: [{ path, detail }],
    state: null,
    newestAt: null,
  });
  const bytes = await read('checkpoint');
  if (bytes === null) return failed('checkpoint', 'there is none');
  const note = readNote(bytes);
  const opened = note === null ? 'no_note' : openCheckpoint(note, key);
  if (typeof opened === 'string') return failed('checkpoint', WHY[opened]);
  const { checkpoint } = opened;
  const before = last?.frontier ?? EMPTY_FRONTIER;
  if (last !== null && last.origin !== checkpoint.origin)
    return failed('checkpoint', `it is of ${checkpoint.origin}, seen before was ${last.origin}`, checkpoint);
  if (checkpoint.size < before.size)
    return failed('checkpoint', `the log shrank: ${checkpoint.size} entries, ${before.size} were seen`, checkpoint);

  const problems: LogProblem[] = [];
  const levels = new Map<number, Uint8Array[]>();
  let frontier = before;
  let newestAt: string | null = null;
  // Bundles from the one that holds the first entry not seen yet.
  const bundles = tilesAt('entries', checkpoint.size).slice(Math.floor(before.size / 256));
  for (const bundle of bundles) {
    const found = await readEntries(read, bundle);
    if (typeof found === 'string') return failed(tilePath(bundle), found, checkpoint);
    const fresh = found.slice(Math.max(0, before.size - bundle.index * 256));
    for (const [at, entry] of fresh.entries()) {
      const parsed = parseEntry(entry);
      if (parsed === null) problems.push({ path: tilePath(bundle), detail: `entry ${frontier.size + at} is not one` });
      else {
        see(parsed, frontier.size + at);
        newestAt = parsed.at;
      }
    }
    const grown = growFrontier(frontier, fresh.map(hashEntry));
    frontier = grown.frontier;
    for (const { level, hash } of grown.closed) {
      const row = levels.get(level) ?? [];
      row.push(hash);
      levels.set(level, row);
    }
  }
  if (!sameBytes(frontierRoot(frontier), checkpoint.root))
    problems.push({
      path: 'checkpoint',
      detail:
        before.size === checkpoint.size || bundles.length === 0
          ? 'the log forked: another root for as many entries as were seen before'
          : `its root is ${toBase64(checkpoint.root)}, the entries lead to ${toBase64(frontierRoot(frontier))}` +
            (before.size > 0 ? ', after the tree that was seen before: the log forked, or entries were changed' : ''),
    });
  else problems.push(...(await checkTiles(read, checkpoint.size, before.size, levels)));
  return {
    checkpoint,
    note,
    entries: checkpoint.size - before.size,
    problems,
    state: problems.length === 0 ? { origin: checkpoint.origin, frontier } : null,
    newestAt,
  };
}

const WHY = {
  no_note: 'it is no signed note',
  no_checkpoint: 'it is no checkpoint',
  wrong_origin: 'it is of another log than the key',
  not_signed: 'it is not signed by the key of the log',
  bad_signature: 'its signature does not hold',
} as const;

/** A note's bytes as text, byte for byte: what is no UTF-8 and a mark before it are not passed over. */
function readNote(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null; // Not UTF-8: not a note.
  }
}

/** The bytes of a tile or bundle and how many hashes or entries are to be in them: a full one may stand for a partial one. */
async function readTile(read: ReadFile, tile: TileName): Promise<{ bytes: Uint8Array; width: number } | null> {
  for (const { width } of [tile, { width: TILE_WIDTH }]) {
    const bytes = await read(tilePath({ ...tile, width }));
    if (bytes !== null) return { bytes, width };
  }
  return null;
}

async function readEntries(read: ReadFile, bundle: TileName): Promise<Uint8Array[] | string> {
  const found = await readTile(read, bundle);
  if (found === null) return 'there is none';
  const entries = decodeBundle(found.bytes);
  return entries?.length === found.width ? entries.slice(0, bundle.width) : `it does not hold ${found.width} entries`;
}

/** Every tile that holds a hash made since `seen` entries must hold just what the entries lead to. */
async function checkTiles(
  read: ReadFile,
  size: number,
  seen: number,
  levels: ReadonlyMap<number, readonly Uint8Array[]>,
): Promise<LogProblem[]> {
  const problems: LogProblem[] = [];
  for (let level = 0; countAt(level, size) > 0; level += 1) {
    const first = countAt(level, seen);
    const computed = levels.get(level * 8) ?? [];
    for (const tile of tilesAt(level, size).slice(Math.floor(first / 256))) {
      const found = await readTile(read, tile);
      const hashes = found && decodeTile(found.bytes, found.width);
      const differs =
        hashes?.slice(0, tile.width).some((hash, at) => {
          const index = tile.index * 256 + at - first;
          const expected = computed[index];
          return index >= 0 && (expected === undefined || !sameBytes(hash, expected));
        }) ?? true;
      if (differs)
        problems.push({ path: tilePath(tile), detail: found ? 'it differs from the entries' : 'there is none' });
    }
  }
  return problems;
}
