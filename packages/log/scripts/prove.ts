import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { openCheckpoint } from '../src/checkpoint.ts';
import { checkProof, proofExtra } from '../src/checkProof.ts';
import { logEntry, opening } from '../src/entry.ts';
import { proveInclusion } from '../src/merkle.ts';
import { decodeTile, nodesFromTiles, tilePath } from '../src/tiles.ts';
import { formatTlogProof } from '../src/tlogProof.ts';
import { keyFor, readerOf } from './source.ts';

const ownEntries = z.object({
  items: z.array(z.object({ index: z.int().min(0), entry: logEntry, opening: opening.nullable() })),
});

/** Takes the proofs of a claim's entries away, one file each, checked before they are written. */
export async function proveClaim(claimId: string, folder: string, vkey: string | null): Promise<number> {
  const backend = (process.env['BACKEND_BASE_URL'] ?? 'http://127.0.0.1:3001').replace(/\/+$/, '');
  const log = `${backend}/log`;
  const read = readerOf(log);
  const key = await keyFor(log, vkey);
  const answer = await fetch(`${backend}/api/claims/${encodeURIComponent(claimId)}/log`);
  if (!answer.ok) throw new Error(`${answer.url} answers ${answer.status}: ${await answer.text()}`);
  const { items } = ownEntries.parse(await answer.json());
  const note = new TextDecoder().decode((await read('checkpoint')) ?? new Uint8Array());
  const opened = openCheckpoint(note, key);
  if (typeof opened === 'string') throw new Error(`The log's checkpoint is not believed (${opened}).`);
  const { size } = opened.checkpoint;
  const node = nodesFromTiles(async (tile) => {
    const bytes = (await read(tilePath(tile))) ?? (await read(tilePath({ ...tile, width: 256 })));
    const hashes = bytes && decodeTile(bytes.slice(0, tile.width * 32), tile.width);
    if (!hashes) throw new Error(`The log does not serve ${tilePath(tile)}.`);
    return hashes;
  }, size);
  mkdirSync(folder, { recursive: true });
  for (const item of items) {
    if (item.index >= size) {
      console.log(`! ${item.entry.type}: not in the published log yet; ask again in a few seconds`);
      continue;
    }
    const proof = formatTlogProof({
      extra: proofExtra(item.entry, item.opening),
      index: item.index,
      hashes: await proveInclusion(node, item.index, size),
      checkpoint: note,
    });
    const found = checkProof(proof, key);
    if (!found.holds) throw new Error(`Entry ${item.index} cannot be proven: ${found.detail}.`);
    const file = join(folder, `${claimId}-${item.index}-${item.entry.type}.tlog-proof`);
    writeFileSync(file, proof);
    console.log(`${file}: ${item.entry.type}, entry ${item.index}, ${item.entry.at}`);
  }
  if (items.length === 0) console.log('The log holds no entry of this claim.');
  return items.length === 0 ? 1 : 0;
}
