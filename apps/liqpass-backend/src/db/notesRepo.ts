import type { EpochMs } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import { auditFrom, identityOf, type AuditEntry } from './audit/auditRepo.ts';
import type { Db } from './platform/database.ts';

export type Note = { readonly id: string; readonly text: string; readonly by: string; readonly atMs: EpochMs };
export type Look = {
  readonly by: string;
  readonly identity: string;
  readonly firstAtMs: EpochMs;
  readonly lastAtMs: EpochMs;
};

/** Keeps a note as it is, with its audit row; false where there is no such order. */
export async function insertNote(
  db: Db,
  note: { readonly id: string; readonly purchaseOrderId: string; readonly text: string },
  entry: AuditEntry,
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    with kept as (
      insert into notes (id, purchase_order_id, text, by_name, by_identity, at)
      select ${note.id}::uuid, id, ${note.text}, ${entry.actor.name}, ${identityOf(entry.actor)}, ${new Date(entry.atMs)}::timestamptz
      from purchase_orders where id = ${note.purchaseOrderId}
      returning purchase_order_id
    ), moved as (select purchase_order_id as id, null::text as from_status, null::text as to_status from kept),
    noted as (${auditFrom('moved', entry)})
    select id from moved`.execute(db);
  return rows.length === 1;
}

/** What operators wrote of an order and its claim, oldest first. */
export async function listNotes(db: Db, purchaseOrderId: string): Promise<Note[]> {
  const rows = await db
    .selectFrom('notes')
    .select(['id', 'text', 'by_name', 'at'])
    .where('purchase_order_id', '=', purchaseOrderId)
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ id: row.id, text: row.text, by: row.by_name, atMs: row.at.getTime() }));
}

/** Keeps that somebody has an order, or its claim, open now; false where there is no such order. A look moves nothing and leaves no audit row. */
export async function keepLook(
  db: Db,
  purchaseOrderId: string,
  by: { readonly identity: string; readonly name: string },
  nowMs: EpochMs,
): Promise<boolean> {
  const now = new Date(nowMs);
  const { rows } = await sql<{ id: string }>`
    insert into looks (purchase_order_id, by_identity, by_name, first_at, last_at)
    select id, ${by.identity}, ${by.name}, ${now}::timestamptz, ${now}::timestamptz from purchase_orders where id = ${purchaseOrderId}
    on conflict (purchase_order_id, by_identity)
      do update set by_name = excluded.by_name, last_at = greatest(looks.last_at, excluded.last_at)
    returning purchase_order_id as id`.execute(db);
  return rows.length === 1;
}

/** Who looked at an order or its claim, the last one first. */
export async function listLooks(db: Db, purchaseOrderId: string): Promise<Look[]> {
  const rows = await db
    .selectFrom('looks')
    .selectAll()
    .where('purchase_order_id', '=', purchaseOrderId)
    .orderBy('last_at', 'desc')
    .orderBy('by_identity')
    .execute();
  return rows.map((row) => ({
    by: row.by_name,
    identity: row.by_identity,
    firstAtMs: row.first_at.getTime(),
    lastAtMs: row.last_at.getTime(),
  }));
}
