import { OPEN_FOR_MS } from '@liqpass/api/desk';
import type { EpochMs } from '@liqpass/kernel/time';
import { randomUUID } from 'node:crypto';
import { identityOf, type Actor } from '../db/audit/auditRepo.ts';
import * as repo from '../db/notesRepo.ts';
import { entryOf } from './audit/entryOf.ts';
import type { HallContext } from './hallContext.ts';
import { orderNotFound, readPurchaseOrder } from './purchaseOrders.ts';

export type Notes = {
  readonly notes: readonly repo.Note[];
  readonly looks: readonly (repo.Look & { readonly open: boolean })[];
};

/** Since when a sign of life means that somebody still has a page open. */
export const openSince = (nowMs: EpochMs): EpochMs => nowMs - OPEN_FOR_MS;

/** What operators wrote of an order and its claim, and who looked at them. The trader is told of neither. */
export async function readNotes(ctx: HallContext, orderId: string): Promise<Notes> {
  await readPurchaseOrder(ctx, orderId);
  return read(ctx, orderId);
}

async function read(ctx: HallContext, orderId: string): Promise<Notes> {
  const openMs = openSince(ctx.clock.now());
  const looks = await repo.listLooks(ctx.db, orderId);
  return {
    notes: await repo.listNotes(ctx.db, orderId),
    looks: looks.map((look) => ({ ...look, open: look.lastAtMs > openMs })),
  };
}

/** Writes a note: it stays as it is, and the audit trail has its words. */
export async function writeNote(ctx: HallContext, orderId: string, text: string, actor: Actor): Promise<Notes> {
  const note = { id: randomUUID(), purchaseOrderId: orderId, text };
  const noted = entryOf('purchase_order')(ctx, actor, 'note', { why: text, details: { noteId: note.id } });
  if (!(await repo.insertNote(ctx.db, note, noted))) throw orderNotFound(orderId);
  return read(ctx, orderId);
}

/** Keeps that somebody has an order or its claim open now. */
export async function keepLook(ctx: HallContext, orderId: string, actor: Actor): Promise<Notes> {
  const by = { identity: identityOf(actor), name: actor.name };
  if (!(await repo.keepLook(ctx.db, orderId, by, ctx.clock.now()))) throw orderNotFound(orderId);
  return read(ctx, orderId);
}
