import { MINUTE_MS } from '@liqpass/kernel/time';
import type { Db } from '../../db/platform/database.ts';
import * as repo from '../../db/audit/auditChainRepo.ts';
import { chainRows, checkNext, type ChainProblem } from './auditChain.ts';
import type { AuditContext } from './auditContext.ts';

const BATCH = 500;
/** How far below the newest sealed row a row may still appear: a transaction under way while so many others came and went. */
const NEAR = 2_000;
const FAR = 200_000;
/** A row that has waited this long was left by a sealer that does not run. */
const UNSEALED_AFTER_MS = MINUTE_MS;

/** Seals what has been committed, until nothing is left; answers how many rows. One process at a time; others leave it to that one. */
export async function sealAudit(ctx: Pick<AuditContext, 'db'>, reach: 'near' | 'far'): Promise<number> {
  const lookBack = reach === 'near' ? NEAR : FAR;
  let sealed = 0;
  for (;;) {
    // Asked first without a transaction: most of the time there is nothing to do.
    if ((await repo.listUnsealed(ctx.db, lookBack, 1)).length === 0) return sealed;
    const count = await ctx.db.transaction().execute(async (trx) => {
      if (!(await repo.tryTakeSealer(trx))) return 0;
      const rows = await repo.listUnsealed(trx, lookBack, BATCH);
      if (rows.length > 0) await repo.insertSeals(trx, chainRows(await repo.getChainHead(trx), rows));
      return rows.length;
    });
    sealed += count;
    if (count < BATCH) return sealed;
  }
}

export const readAuditHead = (ctx: Pick<AuditContext, 'db'>) => repo.getChainHead(ctx.db);

export type AuditReport = {
  readonly rows: number;
  /** The last link: kept elsewhere, it shows later that nothing before it was changed. */
  readonly head: { readonly seq: number; readonly hash: string } | null;
  /** Rows of the last minute that are not in the chain yet. */
  readonly waiting: number;
  readonly problems: readonly ChainProblem[];
};

/** More than this is not listed: the trail is broken, and how is seen from the first ones. */
const MOST_PROBLEMS = 100;

/** Follows the whole chain in the database, and looks for rows beside it. */
export async function checkAudit(db: Db, nowMs: number): Promise<AuditReport> {
  const problems: ChainProblem[] = [];
  const note = (problem: ChainProblem): void => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
  };
  let head: { seq: number; hash: string } | null = null;
  let rows = 0;
  const forged = new Set(await repo.listForged(db, MOST_PROBLEMS));
  for (;;) {
    const links: repo.Link[] = await repo.listLinks(db, head?.seq ?? 0, 1_000);
    for (const { seq, auditId, row } of links) {
      if (row === null) {
        note({ kind: 'missing', seq, id: auditId, detail: 'the row that was sealed here is gone' });
        // Its hash is still in the link after it: the rest is followed from there.
        head = { seq, hash: links.find((link) => link.seq === seq + 1)?.row?.prev_hash ?? '' };
        continue;
      }
      const found = checkNext(head?.hash === '' ? { seq: head.seq, hash: row.prev_hash } : head, row);
      for (const problem of found) note(problem);
      if (found.length === 0 && forged.has(row.id))
        note({ kind: 'changed', seq, id: row.id, detail: 'its stamp is not the one LiqPass writes' });
      head = { seq, hash: row.hash };
      rows += 1;
    }
    if (links.length === 0) break;
  }
  let waiting = 0;
  for (const loose of await repo.listLoose(db, 100_000)) {
    if (!loose.genuine)
      note({
        kind: 'inserted',
        seq: null,
        id: loose.id,
        detail: 'LiqPass did not write this row, or it was changed since',
      });
    else if (loose.atMs < nowMs - UNSEALED_AFTER_MS)
      note({
        kind: 'unsealed',
        seq: null,
        id: loose.id,
        detail: 'it has been waiting to be sealed for more than a minute',
      });
    else waiting += 1;
  }
  return { rows, head: head?.hash === '' ? null : head, waiting, problems };
}

/** The sealed trail from a row on, for an export: page by page. */
export async function* exportAudit(db: Db): AsyncGenerator<repo.ChainedRow> {
  let afterSeq = 0;
  for (;;) {
    const links = await repo.listLinks(db, afterSeq, 1_000);
    if (links.length === 0) return;
    for (const link of links) if (link.row) yield link.row;
    afterSeq = links.at(-1)?.seq ?? afterSeq;
  }
}

/** A page of the trail, newest first. */
export const listAudit = (
  ctx: AuditContext,
  filter: { subject: string | null; beforeId: string | null; limit: number },
): Promise<repo.AuditPageRow[]> => repo.listAudit(ctx.db, filter);
