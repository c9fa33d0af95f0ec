import { auditPage, listAuditQuery } from '@liqpass/api/operators';
import { LiqPassError } from '@liqpass/api/errors';
import type { Server } from '@liqpass/service/server';
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { exportAudit, listAudit } from '../../services/audit/auditTrail.ts';
import type { AuditContext } from '../../services/audit/auditContext.ts';
import { toPage } from '../platform/pagination.ts';

/** Who may read it is said by those who know people. */
type Guard = { readonly onRequest: (request: FastifyRequest) => Promise<void> };

type Row = Awaited<ReturnType<typeof listAudit>>[number];

const rowToWire = (row: Row) => ({
  id: row.id,
  at: row.at,
  actor: row.actor,
  action: row.action,
  subject: row.subject_id,
  from: row.from,
  to: row.to,
  why: row.why,
  prev_hash: row.prev_hash,
  hash: row.hash,
});

async function* lines(ctx: AuditContext): AsyncGenerator<string> {
  for await (const row of exportAudit(ctx.db)) yield `${JSON.stringify(row)}\n`;
}

/** Sent as a stream, which has no type of its own. */
const jsonLines = z.unknown().meta({ type: 'string' });

/** Who did what, when and why: a chain of rows, to read and to take along. */
export function adminAuditRoutes(app: Server, ctx: AuditContext, viewersOnly: Guard): void {
  const common = { tags: ['admin'], security: [{ adminKey: [] }, { session: [] }] };

  app.get(
    '/admin/audit',
    {
      ...viewersOnly,
      schema: {
        ...common,
        summary: 'The audit trail, newest first; the hashes of the newest rows follow within a second',
        querystring: listAuditQuery,
        response: { 200: auditPage },
      },
    },
    async (request) => {
      const { subject, limit, cursor } = request.query;
      if (cursor !== undefined && !/^\d{1,18}$/.test(cursor))
        throw new LiqPassError(
          'VALIDATION_FAILED',
          'The cursor is not one of ours: use next_cursor of the page before.',
        );
      const rows = await listAudit(ctx, { subject: subject ?? null, beforeId: cursor ?? null, limit: limit + 1 });
      return toPage(rows, limit, (row) => row.id, rowToWire);
    },
  );

  app.get(
    '/admin/audit/export',
    {
      ...viewersOnly,
      schema: {
        ...common,
        summary: 'The sealed audit trail as JSON lines; `npm run audit -- check <file>` follows it offline',
        response: { 200: { content: { 'application/x-ndjson': { schema: jsonLines } } } },
      },
    },
    async (_request, reply) =>
      reply
        .type('application/x-ndjson; charset=utf-8')
        .header('content-disposition', 'attachment; filename="liqpass-audit.jsonl"')
        .send(Readable.from(lines(ctx))),
  );
}
