import { proveConsistency } from '@liqpass/log/merkle';
import { nodesFromTiles, TILE_WIDTH } from '@liqpass/log/tiles';
import * as repo from '../../db/log/logRepo.ts';
import type { LogContext, LogSettings } from './logContext.ts';
import { cosign } from './witnessClient.ts';

/** Shows the newest published checkpoint to the witnesses, and serves it with whatever cosignatures they give. */
export async function showWitnesses(ctx: LogContext, { witnesses }: LogSettings): Promise<void> {
  const published = await repo.getPublished(ctx.db);
  if (published === null) return;
  const prove = (oldSize: number, newSize: number): Promise<Uint8Array[]> =>
    proveConsistency(
      nodesFromTiles(
        (tile) => repo.readHashes(ctx.db, Number(tile.level), tile.index * TILE_WIDTH, tile.width),
        newSize,
      ),
      oldSize,
      newSize,
    );
  const lines = await Promise.all(
    witnesses
      .filter(({ key }) => !published.note.includes(`\n— ${key.name} `))
      .map(async (witness) => {
        try {
          return await cosign(witness, published.note, prove);
        } catch (error) {
          ctx.log.warn({ err: error, witness: witness.key.name }, 'the witness could not be asked');
          return null;
        }
      }),
  );
  const given = lines.filter((line) => line !== null);
  if (given.length > 0)
    await repo.publishCheckpoint(ctx.db, published.size, published.note + given.join(''), ctx.clock.now());
}
