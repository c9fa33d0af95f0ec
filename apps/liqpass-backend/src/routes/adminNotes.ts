import { notesAnswer, type NotesAnswer } from '@liqpass/api/desk';
import { writeNoteBody } from '@liqpass/api/deskBodies';
import { purchaseOrderParams } from '@liqpass/api/purchaseOrders';
import { formatIso } from '@liqpass/kernel/time';
import type { Server } from '@liqpass/service/server';
import { identityOf, type Actor } from '../db/audit/auditRepo.ts';
import type { HallContext } from '../services/hallContext.ts';
import { keepLook, readNotes, writeNote, type Notes } from '../services/notes.ts';
import { operator, operatorsOnly } from './people/guards.ts';
import type { Keys } from './platform/keys.ts';

const notesToWire = ({ notes, looks }: Notes, actor: Actor): NotesAnswer => ({
  notes: notes.map((note) => ({ id: note.id, text: note.text, by: note.by, at: formatIso(note.atMs) })),
  looks: looks.map((look) => ({
    by: look.by,
    first_at: formatIso(look.firstAtMs),
    last_at: formatIso(look.lastAtMs),
    open: look.open,
    you: look.identity === identityOf(actor),
  })),
});

/** Notes on an order and its claim, and who looks at them: between operators. */
export function adminNoteRoutes(app: Server, ctx: HallContext, keys: Keys): void {
  const common = { tags: ['admin'], security: [{ adminKey: [] }, { session: [] }] };
  const of = {
    params: purchaseOrderParams,
    response: { 200: notesAnswer },
    refuses: ['PURCHASE_ORDER_NOT_FOUND'] as const,
  };

  app.get(
    '/admin/purchase-orders/:id/notes',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: { ...common, ...of, summary: 'What operators wrote of an order and its claim, and who looked at them' },
    },
    async (request) => notesToWire(await readNotes(ctx, request.params.id), operator(request, keys, 'viewer')),
  );

  app.post(
    '/admin/purchase-orders/:id/notes',
    {
      ...operatorsOnly(keys, 'reviewer'),
      schema: { ...common, ...of, summary: 'Write a note; it is kept as it is', body: writeNoteBody },
    },
    async (request) => {
      const actor = operator(request, keys, 'reviewer');
      return notesToWire(await writeNote(ctx, request.params.id, request.body.text, actor), actor);
    },
  );

  app.post(
    '/admin/purchase-orders/:id/looks',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        ...common,
        ...of,
        summary: 'Say that you have the order or its claim open; a page does every ten seconds',
      },
    },
    async (request) => {
      const actor = operator(request, keys, 'viewer');
      return notesToWire(await keepLook(ctx, request.params.id, actor), actor);
    },
  );
}
