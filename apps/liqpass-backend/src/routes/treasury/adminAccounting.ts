import { accountingQuery } from '@liqpass/api/desk';
import type { Server } from '@liqpass/service/server';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { accountingCsv } from '../../services/treasury/accounting.ts';
import type { TreasuryContext } from '../../services/treasury/treasuryContext.ts';
import { operatorsOnly } from '../people/guards.ts';
import type { Keys } from '../platform/keys.ts';

/** Sent as a stream, which has no type of its own. */
const csv = z.unknown().meta({ type: 'string' });

/** The books as a file, for whoever keeps the accounts. */
export function adminAccountingRoutes(app: Server, ctx: TreasuryContext, keys: Keys): void {
  app.get(
    '/admin/accounting',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        tags: ['admin'],
        security: [{ adminKey: [] }, { session: [] }],
        summary: 'Premiums, payouts and refunds by the day of a time zone, as a CSV file',
        querystring: accountingQuery,
        response: { 200: { content: { 'text/csv': { schema: csv } } } },
      },
    },
    async (request, reply) => {
      const { from, to } = request.query;
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="liqpass-${from}-${to}.csv"`)
        .send(Readable.from(accountingCsv(ctx, request.query)));
    },
  );
}
