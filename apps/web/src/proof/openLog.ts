import { openCheckpoint, type Checkpoint } from '@liqpass/log/checkpoint';
import { proofExtra } from '@liqpass/log/checkProof';
import { parseEntry, type LogEntry, type Opening } from '@liqpass/log/entry';
import { proveInclusion } from '@liqpass/log/merkle';
import type { VerifierKey } from '@liqpass/log/note';
import { decodeBundle, decodeTile, nodesFromTiles, tileOf, tilePath, type TileName } from '@liqpass/log/tiles';
import { formatTlogProof } from '@liqpass/log/tlogProof';
import { readLogFile } from './logClient.ts';

/** The log at its newest checkpoint, and proofs out of its tiles. */
export type OpenLog = {
  readonly checkpoint: Checkpoint;
  /** The entry as the log has it; null where the log does not reach that far, or what stands there is none. */
  entryAt(index: number): Promise<LogEntry | null>;
  /** The tlog-proof of an entry; null where the log does not reach that far yet. */
  prove(index: number, entry: LogEntry, opened: Opening | null): Promise<string | null>;
};

const asText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A full tile may stand where a partial one was asked for. */
async function readTile(tile: TileName): Promise<Uint8Array> {
  const bytes = (await readLogFile(tilePath(tile))) ?? (await readLogFile(tilePath({ ...tile, width: 256 })));
  if (bytes === null) throw new Error(`The log does not serve ${tilePath(tile)}.`);
  return bytes;
}

/** Opens the log with its key; null where nothing is published. A checkpoint that is not the key's is thrown. */
export async function openLog(key: VerifierKey): Promise<OpenLog | null> {
  const bytes = await readLogFile('checkpoint');
  if (bytes === null) return null;
  const note = asText(bytes);
  const opened = openCheckpoint(note, key);
  if (typeof opened === 'string') throw new Error(`The log's checkpoint is not believed (${opened}).`);
  const { checkpoint } = opened;
  const { size } = checkpoint;
  const node = nodesFromTiles(async (tile) => {
    const hashes = decodeTile((await readTile(tile)).slice(0, tile.width * 32), tile.width);
    if (hashes === null) throw new Error(`${tilePath(tile)} is no tile.`);
    return hashes;
  }, size);
  return {
    checkpoint,
    async entryAt(index) {
      if (index >= size) return null;
      const entry = decodeBundle(await readTile(tileOf('entries', index, size)))?.[index % 256];
      return entry === undefined ? null : parseEntry(entry);
    },
    async prove(index, entry, opened) {
      if (index >= size) return null;
      return formatTlogProof({
        extra: proofExtra(entry, opened),
        index,
        hashes: await proveInclusion(node, index, size),
        checkpoint: note,
      });
    },
  };
}
