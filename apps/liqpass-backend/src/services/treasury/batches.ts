import { LiqPassError } from '@liqpass/api/errors';
import type { Actor } from '../../db/audit/auditRepo.ts';
import * as repo from '../../db/treasury/batchesRepo.ts';
import { listPayable } from '../../db/treasury/payoutsRepo.ts';
import { batchStatus, MOST_IN_BATCH, type PayoutBatch } from '../../domain/treasury/payoutBatch.ts';
import { payoutListHash, payoutTotal, type PayoutLine } from '../../domain/treasury/safeBatch.ts';
import { requireAsApproved, type ApprovedLine } from '../asApproved.ts';
import { stampKeyOf } from '../audit/auditContext.ts';
import type { TreasuryContext } from './treasuryContext.ts';
import { toLine } from './payouts.ts';
import { refuseBlacklisted } from './refuseBlacklisted.ts';

/**
 * Freezes what is approved and in no batch, or those of `ids` that are: the longest approved first, MOST_IN_BATCH at most.
 * What is in a batch is in no other until that is dropped.
 */
export async function makeBatch(
  ctx: TreasuryContext,
  ids: readonly string[] | null,
  actor: Actor,
): Promise<PayoutBatch> {
  const nowMs = ctx.clock.now();
  if (ctx.watch !== null)
    await refuseBlacklisted(ctx.watch, (await listPayable(ctx.db, MOST_IN_BATCH, ids, false)).map(toLine));
  const id = await ctx.db.transaction().execute(async (trx) => {
    const lines = (await listPayable(trx, MOST_IN_BATCH, ids, true)).map(toLine);
    if (lines.length === 0 || (ids !== null && lines.length < new Set(ids).size))
      throw new LiqPassError(
        'NOT_PAYABLE',
        ids === null
          ? 'Nothing is approved that is in no batch yet.'
          : 'Not all of these are approved and in no batch: load the list again.',
      );
    await requireAsApproved({ ...ctx, db: trx }, lines);
    const batch = { listHash: payoutListHash(lines), total: payoutTotal(lines), safe: ctx.settings.treasurySafe };
    const { listHash } = batch;
    return repo.createBatch(trx, batch, lines, {
      actor,
      action: 'make_batch',
      subjectType: 'batch',
      atMs: nowMs,
      stampKey: stampKeyOf(ctx),
      details: { listHash, payouts: lines.map((line) => line.id) },
    });
  });
  return readBatch(ctx, id);
}

/** The batch; 404 where there is none. */
export async function readBatch(ctx: TreasuryContext, id: string): Promise<PayoutBatch> {
  const batch = await repo.getBatch(ctx.db, id);
  if (!batch) throw new LiqPassError('BATCH_NOT_FOUND', `There is no batch ${id}.`);
  return batch;
}

export const listBatches = (
  ctx: TreasuryContext,
  after: repo.BatchCursor | null,
  limit: number,
): Promise<PayoutBatch[]> => repo.listBatches(ctx.db, after, limit);

/** The list of a batch as it was frozen. */
export const batchLines = (ctx: TreasuryContext, id: string): Promise<PayoutLine[]> => repo.listBatchLines(ctx.db, id);

/** Refuses to have signed what is not as it was approved, or goes to somebody whom the issuer of USDC has blacklisted by now. */
async function requireSignable(ctx: TreasuryContext, lines: readonly (PayoutLine & ApprovedLine)[]): Promise<void> {
  await requireAsApproved(ctx, lines);
  if (ctx.watch !== null) await refuseBlacklisted(ctx.watch, lines);
}

/** The same, to be signed now. */
export async function signableLines(ctx: TreasuryContext, id: string): Promise<PayoutLine[]> {
  const lines = await repo.listBatchLines(ctx.db, id);
  await requireSignable(ctx, lines);
  return lines;
}

/** What is approved and in no batch, to be signed now. */
export async function signableUnbatched(ctx: TreasuryContext): Promise<PayoutLine[]> {
  const lines = (await listPayable(ctx.db, MOST_IN_BATCH, null, false)).map(toLine);
  await requireSignable(ctx, lines);
  return lines;
}

/** Drops a batch that is not to be signed any more: what is not recorded as paid of it is due again. */
export async function dropBatch(ctx: TreasuryContext, id: string, reason: string, actor: Actor): Promise<PayoutBatch> {
  const nowMs = ctx.clock.now();
  await ctx.db.transaction().execute(async (trx) => {
    const entry = {
      actor,
      action: 'drop_batch',
      subjectType: 'batch' as const,
      atMs: nowMs,
      stampKey: stampKeyOf(ctx),
    };
    if (await repo.dropBatch(trx, id, reason, entry)) return;
    const status = batchStatus(await readBatch({ ...ctx, db: trx }, id));
    throw new LiqPassError(
      'INVALID_STATUS_TRANSITION',
      `A batch that is ${status === 'OPEN' ? 'PAID' : status} cannot be dropped.`,
      { params: { status } },
    );
  });
  return readBatch(ctx, id);
}
