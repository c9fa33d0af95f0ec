import { logEntry, opening, type LogEntry, type Opening } from '@liqpass/log/entry';
import { countAt, encodeBundle, parseTilePath, TILE_WIDTH } from '@liqpass/log/tiles';
import * as repo from '../../db/log/logRepo.ts';
import type { LogContext } from './logContext.ts';

/** The newest published checkpoint; null while there is none. */
export async function readCheckpoint(ctx: LogContext): Promise<string | null> {
  return (await repo.getPublished(ctx.db))?.note ?? null;
}

/**
 * The tile or bundle at a path ("tile/0/000.p/12"); null where the published log has none such. A partial one of any width that
 * the published log has grown past is still there.
 */
export async function readTile(ctx: LogContext, path: string): Promise<Uint8Array | null> {
  const tile = parseTilePath(path);
  const published = tile === null ? null : await repo.getPublished(ctx.db);
  if (tile === null || published === null) return null;
  const from = tile.index * TILE_WIDTH;
  if (from + tile.width > countAt(tile.level, published.size)) return null;
  return tile.level === 'entries'
    ? encodeBundle(await repo.readEntries(ctx.db, from, tile.width))
    : Buffer.concat(await repo.readHashes(ctx.db, tile.level, from, tile.width));
}

export type OwnLogEntry = { readonly index: number; readonly entry: LogEntry; readonly opening: Opening };

/** What the log tells of an order and its claim, with what opens it. */
export async function listOwnLogEntries(ctx: LogContext, orderId: string): Promise<OwnLogEntry[]> {
  const entries = await repo.listOwnEntries(ctx.db, orderId);
  return entries.map((each) => ({
    index: each.index,
    entry: logEntry.parse(JSON.parse(each.entry)),
    opening: opening.parse(JSON.parse(each.opening)),
  }));
}
