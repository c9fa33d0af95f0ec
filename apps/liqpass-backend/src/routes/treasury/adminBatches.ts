import { LiqPassError } from '@liqpass/api/errors';
import { withReasonBody } from '@liqpass/api/payoutBodies';
import {
  batchAnswer,
  batchPage,
  listBatchesQuery,
  makeBatchBody,
  payoutParams,
  safeBatchAnswer,
  type BatchAnswer,
} from '@liqpass/api/payouts';
import type { Server } from '@liqpass/service/server';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { payoutsCsv, safeBatch, type PayoutLine } from '../../domain/treasury/safeBatch.ts';
import type { PayoutBatch } from '../../domain/treasury/payoutBatch.ts';
import type { TreasuryContext } from '../../services/treasury/treasuryContext.ts';
import {
  batchLines,
  dropBatch,
  listBatches,
  makeBatch,
  readBatch,
  signableLines,
  signableUnbatched,
} from '../../services/treasury/batches.ts';
import { operator, operatorsOnly } from '../people/guards.ts';
import type { Keys } from '../platform/keys.ts';
import { toPage } from '../platform/pagination.ts';
import { batchCursor, batchToWire, lineToWire, parseBatchCursor } from './payoutWire.ts';

/** Why nothing is handed out to be signed. */
const SIGNING_REFUSES = ['PAYOUT_NOT_AS_APPROVED', 'PAYEE_BLACKLISTED', 'SERVICE_UNAVAILABLE'] as const;

/** What the multisig signs: frozen lists, and the files that Safe reads. */
export function adminBatchRoutes(app: Server, ctx: TreasuryContext, keys: Keys): void {
  const common = { tags: ['admin'], security: [{ adminKey: [] }, { session: [] }] };
  const viewers = operatorsOnly(keys, 'viewer');
  const csv = { 200: { content: { 'text/csv': { schema: z.string() } } } };
  const whole = async (batch: PayoutBatch): Promise<BatchAnswer> => ({
    ...batchToWire(batch),
    items: (await batchLines(ctx, batch.id)).map(lineToWire),
  });
  const named = (reply: FastifyReply, file: string): FastifyReply =>
    reply.header('content-disposition', `attachment; filename="${file}"`);
  const sendCsv = (reply: FastifyReply, lines: readonly PayoutLine[], file: string): FastifyReply =>
    named(reply.type('text/csv; charset=utf-8'), file).serializer(String).send(payoutsCsv(lines, ctx.settings.chain));
  function fileFor(lines: readonly PayoutLine[], safe: string | null, atMs: number): z.infer<typeof safeBatchAnswer> {
    if (safe === null)
      throw new LiqPassError(
        'TREASURY_SAFE_MISSING',
        'No treasury is configured: set TREASURY_SAFE to the Safe that pays.',
      );
    return safeBatchAnswer.parse(safeBatch(lines, safe, atMs, ctx.settings.chain));
  }

  app.get(
    '/admin/payouts/safe-batch',
    {
      ...viewers,
      schema: {
        ...common,
        summary: 'A file for Safe’s Transaction Builder of what is approved and in no batch; it freezes nothing',
        response: { 200: safeBatchAnswer },
        refuses: ['TREASURY_SAFE_MISSING', ...SIGNING_REFUSES],
      },
    },
    async (_request, reply) => {
      const file = fileFor(await signableUnbatched(ctx), ctx.settings.treasurySafe, ctx.clock.now());
      void named(reply, 'liqpass-payouts.json');
      return file;
    },
  );

  app.get(
    '/admin/payouts/csv',
    {
      ...viewers,
      schema: {
        ...common,
        summary: 'The same for Safe’s CSV airdrop',
        response: csv,
        refuses: [...SIGNING_REFUSES],
      },
    },
    async (_request, reply) => sendCsv(reply, await signableUnbatched(ctx), 'liqpass-payouts.csv'),
  );

  app.get(
    '/admin/payouts/batches',
    {
      ...viewers,
      schema: {
        ...common,
        summary: 'Batches, newest first',
        querystring: listBatchesQuery,
        response: { 200: batchPage },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      return toPage(await listBatches(ctx, parseBatchCursor(cursor), limit + 1), limit, batchCursor, batchToWire);
    },
  );

  app.post(
    '/admin/payouts/batches',
    {
      ...operatorsOnly(keys, 'treasurer'),
      schema: {
        ...common,
        summary: 'Freeze a batch of what is approved and in no batch, 400 at most',
        body: makeBatchBody,
        response: { 200: batchAnswer },
        refuses: ['NOT_PAYABLE', ...SIGNING_REFUSES],
      },
    },
    async (request) =>
      whole(await makeBatch(ctx, request.body.payoutIds ?? null, operator(request, keys, 'treasurer'))),
  );

  app.get(
    '/admin/payouts/batches/:id',
    {
      ...viewers,
      schema: {
        ...common,
        summary: 'A batch with its list',
        params: payoutParams,
        response: { 200: batchAnswer },
        refuses: ['BATCH_NOT_FOUND'],
      },
    },
    async (request) => whole(await readBatch(ctx, request.params.id)),
  );

  app.post(
    '/admin/payouts/batches/:id/drop',
    {
      ...operatorsOnly(keys, 'treasurer'),
      schema: {
        ...common,
        summary: 'Drop a batch that is not to be signed: what was not paid of it is due again',
        params: payoutParams,
        body: withReasonBody,
        response: { 200: batchAnswer },
        refuses: ['BATCH_NOT_FOUND', 'INVALID_STATUS_TRANSITION'],
      },
    },
    async (request) =>
      whole(await dropBatch(ctx, request.params.id, request.body.reason, operator(request, keys, 'treasurer'))),
  );

  app.get(
    '/admin/payouts/batches/:id/safe-batch',
    {
      ...viewers,
      schema: {
        ...common,
        summary: 'The batch as a file for Safe’s Transaction Builder',
        params: payoutParams,
        response: { 200: safeBatchAnswer },
        refuses: ['BATCH_NOT_FOUND', 'TREASURY_SAFE_MISSING', 'INVALID_STATUS_TRANSITION', ...SIGNING_REFUSES],
      },
    },
    async (request, reply) => {
      const batch = await readSignable(request.params.id);
      const file = fileFor(await signableLines(ctx, batch.id), batch.safe, batch.createdAtMs);
      void named(reply, `liqpass-batch-${batch.listHash.slice(2, 10)}.json`);
      return file;
    },
  );

  app.get(
    '/admin/payouts/batches/:id/csv',
    {
      ...viewers,
      schema: {
        ...common,
        summary: 'The batch for Safe’s CSV airdrop',
        params: payoutParams,
        response: csv,
        refuses: ['BATCH_NOT_FOUND', 'INVALID_STATUS_TRANSITION', ...SIGNING_REFUSES],
      },
    },
    async (request, reply) => {
      const batch = await readSignable(request.params.id);
      return sendCsv(reply, await signableLines(ctx, batch.id), `liqpass-batch-${batch.listHash.slice(2, 10)}.csv`);
    },
  );

  /** A batch that may be signed: of one that was dropped, or paid in part, no file is made that pays it again. */
  async function readSignable(id: string): Promise<PayoutBatch> {
    const batch = await readBatch(ctx, id);
    if (batch.dropped === null && batch.paid === 0) return batch;
    const status = batch.dropped ? 'DROPPED' : 'PAID';
    throw new LiqPassError(
      'INVALID_STATUS_TRANSITION',
      `This batch is ${batch.dropped ? 'dropped' : 'paid, or in part'}: its file would pay again.`,
      { params: { status } },
    );
  }
}
