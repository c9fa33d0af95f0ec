import type { EpochMs } from '@liqpass/kernel/time';
import type { ClosedNode, Frontier } from '@liqpass/log/merkle';
import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

/** An entry as it is appended: its exact text, its leaf, and whose it is. */
export type NewEntry = {
  readonly type: string;
  readonly entry: string;
  readonly leaf: Uint8Array;
  /** The audit row that it tells of; null for entries without one. */
  readonly auditId: string | null;
  /** The order whose owner may open it, and what opens it; null for entries in clear. */
  readonly owned: { readonly orderId: string; readonly opening: string } | null;
};

const HASH_BYTES = 32;

export type LogTree = {
  readonly frontier: Frontier;
  /** Up to which audit row the trail was looked through. */ readonly auditId: string;
};

/** The tree as it stands, for whoever may append; null while another process holds it. */
export async function tryLockTree(trx: Db): Promise<LogTree | null> {
  const { rows } = await sql<{
    size: string;
    roots: Buffer;
    audit_id: string;
  }>`select size, roots, audit_id from log_state for update skip locked`.execute(trx);
  const [row] = rows;
  if (!row) return null;
  const roots = Array.from(
    { length: row.roots.length / HASH_BYTES },
    (_, at) => new Uint8Array(row.roots.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)),
  );
  return { frontier: { size: Number(row.size), roots }, auditId: row.audit_id };
}

/** Whether there may be something to append at an instant; false is cheap to learn, and is the answer while nothing happens. */
export async function isDue(db: Db, auditBefore: EpochMs, treeBefore: EpochMs): Promise<boolean> {
  const { rows } = await sql<{ due: boolean }>`
    select coalesce((select max(id) from audit_log), 0) <> (select audit_id from log_state)
      or coalesce((select at from log_checkpoints order by size desc limit 1), 'epoch') < ${new Date(auditBefore)}
      or coalesce((select at from liability_trees order by id desc limit 1), 'epoch') < ${new Date(treeBefore)}
      or (select published_at is null from log_checkpoints order by size desc limit 1) as due`.execute(db);
  return rows[0]?.due === true;
}

/** Notes up to which audit row the trail was looked through. */
export async function noteLookedThrough(trx: Db, auditId: string): Promise<void> {
  await sql`update log_state set audit_id = ${auditId} where audit_id < ${auditId}`.execute(trx);
}

/** Appends entries at `from`, with the nodes that they close, and the tree that results. */
export async function appendEntries(
  trx: Db,
  from: number,
  entries: readonly NewEntry[],
  closed: readonly ClosedNode[],
  after: Frontier,
): Promise<void> {
  const tiles = closed.filter(({ level }) => level > 0 && level % 8 === 0);
  await sql`
    insert into log_entries (index, type, entry, leaf, audit_id, order_id, opening)
    select * from unnest(
      ${entries.map((_, at) => from + at)}::bigint[], ${entries.map(({ type }) => type)}::text[], ${entries.map(({ entry }) => entry)}::text[],
      ${entries.map(({ leaf }) => Buffer.from(leaf))}::bytea[], ${entries.map(({ auditId }) => auditId)}::bigint[],
      ${entries.map(({ owned }) => owned?.orderId ?? null)}::uuid[], ${entries.map(({ owned }) => owned?.opening ?? null)}::text[])`.execute(
    trx,
  );
  if (tiles.length > 0)
    await sql`
      insert into log_nodes (level, index, hash)
      select * from unnest(${tiles.map(({ level }) => level)}::smallint[], ${tiles.map(({ index }) => index)}::bigint[],
        ${tiles.map(({ hash }) => Buffer.from(hash))}::bytea[])`.execute(trx);
  await sql`update log_state set size = ${after.size}, roots = ${Buffer.concat(after.roots)}`.execute(trx);
}

export type StoredCheckpoint = {
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: string;
  readonly atMs: EpochMs;
};
type CheckpointRow = { size: string; root: Buffer; note: string; at: Date };
const toCheckpoint = (row: CheckpointRow): StoredCheckpoint => ({
  size: Number(row.size),
  root: new Uint8Array(row.root),
  note: row.note,
  atMs: row.at.getTime(),
});

/** Keeps a checkpoint that is not published yet. One for each size, for ever: another root for it is refused by the database. */
export async function insertCheckpoint(trx: Db, { size, root, note, atMs }: StoredCheckpoint): Promise<void> {
  await sql`insert into log_checkpoints (size, root, note, at) values (${size}, ${Buffer.from(root)}, ${note}, ${new Date(atMs)})`.execute(
    trx,
  );
}

/** From now on this is what is served; `note` may have got cosignatures. */
export async function publishCheckpoint(db: Db, size: number, note: string, atMs: EpochMs): Promise<void> {
  await sql`update log_checkpoints set note = ${note}, published_at = coalesce(published_at, ${new Date(atMs)}) where size = ${size}`.execute(
    db,
  );
}

/** The newest checkpoint, published or not. */
export async function getLastCheckpoint(db: Db): Promise<(StoredCheckpoint & { readonly published: boolean }) | null> {
  const { rows } = await sql<
    CheckpointRow & { published_at: Date | null }
  >`select size, root, note, at, published_at from log_checkpoints order by size desc limit 1`.execute(db);
  return rows[0] ? { ...toCheckpoint(rows[0]), published: rows[0].published_at !== null } : null;
}

/** The newest checkpoint that is published. */
export async function getPublished(db: Db): Promise<StoredCheckpoint | null> {
  const { rows } =
    await sql<CheckpointRow>`select size, root, note, at from log_checkpoints where published_at is not null order by size desc limit 1`.execute(
      db,
    );
  return rows[0] ? toCheckpoint(rows[0]) : null;
}

/** The checkpoint of a size, however old. */
export async function getCheckpointAt(db: Db, size: number): Promise<StoredCheckpoint | null> {
  const { rows } =
    await sql<CheckpointRow>`select size, root, note, at from log_checkpoints where size = ${size}`.execute(db);
  return rows[0] ? toCheckpoint(rows[0]) : null;
}

/** Entries in order, as bytes. */
export async function readEntries(db: Db, from: number, count: number): Promise<Uint8Array[]> {
  const { rows } = await sql<{
    entry: string;
  }>`select entry from log_entries where index >= ${from} and index < ${from + count} order by index`.execute(db);
  return rows.map(({ entry }) => new TextEncoder().encode(entry));
}

/** The hashes of a tile's level in order: leaves at level 0, whole subtrees of 256^level leaves above. */
export async function readHashes(db: Db, tileLevel: number, from: number, count: number): Promise<Uint8Array[]> {
  const { rows } = await (
    tileLevel === 0
      ? sql<{
          hash: Buffer;
        }>`select leaf as hash from log_entries where index >= ${from} and index < ${from + count} order by index`
      : sql<{
          hash: Buffer;
        }>`select hash from log_nodes where level = ${tileLevel * 8} and index >= ${from} and index < ${from + count} order by index`
  ).execute(db);
  return rows.map(({ hash }) => new Uint8Array(hash));
}

/** What a log entry says in clear. */
export type ClearEntry = { readonly index: number; readonly entry: string };

/** The newest entry of a type in clear ("audit", "liabilities", "next_key"). */
export async function getLastClear(db: Db, type: string): Promise<ClearEntry | null> {
  const { rows } = await sql<{
    index: string;
    entry: string;
  }>`select index, entry from log_entries where order_id is null and type = ${type} order by index desc limit 1`.execute(
    db,
  );
  return rows[0] ? { index: Number(rows[0].index), entry: rows[0].entry } : null;
}

export type OwnEntry = { readonly index: number; readonly entry: string; readonly opening: string };

/** The entries of an order and its claim, oldest first, with what opens them. */
export async function listOwnEntries(db: Db, orderId: string): Promise<OwnEntry[]> {
  const { rows } = await sql<{
    index: string;
    entry: string;
    opening: string;
  }>`select index, entry, opening from log_entries where order_id = ${orderId} order by index limit 1000`.execute(db);
  return rows.map((row) => ({ ...row, index: Number(row.index) }));
}
