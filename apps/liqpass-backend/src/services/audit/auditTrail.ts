import { MINUTE_MS, type EpochMs } from '@liqpass/kernel/time';
import type { Db } from '../../db/platform/database.ts';
import { judgeStamp } from '../../db/audit/auditStamp.ts';
import * as repo from '../../db/audit/auditChainRepo.ts';
import { chainRows, checkNext, GENESIS_HASH, type ChainProblem } from './auditChain.ts';
import type { AuditContext } from './auditContext.ts';
import { isOurs, readKeyedSince } from './keyedSince.ts';

const BATCH = 500;
/** How far below the newest sealed row a row may still appear: a transaction under way while so many others came and went. */
const NEAR = 2_000;
const FAR = 200_000;
/** A row that has waited this long was left by a sealer that does not run. */
const UNSEALED_AFTER_MS = MINUTE_MS;

/** Ids that were given below sealed ones and have not appeared: the rows of transactions under way, or of none. */
export type Holes = Map<string, EpochMs>;
/** A transaction may take 30 s to its end; what has not appeared by then was rolled back. */
const HOLE_FOR_MS = MINUTE_MS;
const MOST_HOLES = 10_000;

/**
 * Seals what LiqPass wrote and has committed by now; answers how many rows. One process at a time; others leave
 * it to that one. Where stamps are keyed, a row whose stamp is not is left for the check to find, but for `unkeyed too`.
 * @param reach Holes: what is new and what was missing at the last look; else how far below the newest seal every row is looked at
 */
export async function sealAudit(
  ctx: Pick<AuditContext, 'db' | 'settings'>,
  reach: 'near' | 'far' | Holes,
  which: 'ours' | 'unkeyed too' = 'ours',
): Promise<number> {
  const { auditKeys } = ctx.settings;
  const takes = ({ stamped }: repo.StampedRow): boolean => {
    const verdict = judgeStamp(stamped, auditKeys);
    if (verdict === 'unkeyed') return auditKeys.length === 0 || which === 'unkeyed too';
    // A keyed stamp where no key is at hand: another process has it.
    return verdict !== 'forged';
  };
  if (typeof reach !== 'string') return sealNew(ctx.db, reach, takes);
  const lookBack = reach === 'near' ? NEAR : FAR;
  let sealed = 0;
  // What is not ours stays unsealed: each look goes on behind it.
  let afterId = '0';
  for (;;) {
    // Asked first without a transaction: most of the time there is nothing to do.
    const waiting = await repo.listUnsealed(ctx.db, lookBack, afterId, BATCH);
    if (!waiting.some(takes)) {
      const last = waiting.at(-1);
      if (last === undefined || waiting.length < BATCH) return sealed;
      afterId = last.content.id;
      continue;
    }
    const count = await ctx.db.transaction().execute(async (trx) => {
      if (!(await repo.tryTakeSealer(trx))) return 0;
      return sealRows(trx, (await repo.listUnsealed(trx, lookBack, afterId, BATCH)).filter(takes));
    });
    sealed += count;
    // What has come meanwhile is for the next look: where something always has, this one would never end.
    if (count === 0 || waiting.length < BATCH) return sealed;
  }
}

/** Seals what is new since the last seal, or was missing then; keeps in `holes` what is missing now. */
async function sealNew(db: Db, holes: Holes, takes: (row: repo.StampedRow) => boolean): Promise<number> {
  let sealed = 0;
  for (;;) {
    // Asked first without a transaction: most of the time there is nothing to do.
    if ((await repo.listNew(db, [...holes.keys()], 1)).rows.length === 0) return sealed;
    const { count, full } = await db.transaction().execute(async (trx) => {
      const nowMs = performance.now();
      for (const [id, sinceMs] of holes) if (nowMs - sinceMs > HOLE_FOR_MS) holes.delete(id);
      if (!(await repo.tryTakeSealer(trx))) return { count: 0, full: false };
      const { sealedUpTo, rows } = await repo.listNew(trx, [...holes.keys()], BATCH);
      const count = await sealRows(trx, rows.filter(takes));
      for (const { content } of rows) holes.delete(content.id);
      const fresh = rows.map(({ content }) => BigInt(content.id)).filter((id) => id > BigInt(sealedUpTo));
      // Before the first seal nothing is missing: the trail may begin anywhere.
      let expected = sealedUpTo === '0' ? (fresh[0] ?? 0n) : BigInt(sealedUpTo) + 1n;
      for (const id of fresh) {
        for (; expected < id && holes.size < MOST_HOLES; expected += 1n) holes.set(String(expected), nowMs);
        expected = id + 1n;
      }
      return { count, full: rows.length >= BATCH };
    });
    sealed += count;
    if (count === 0 || !full) return sealed;
  }
}

/** Puts rows into the chain, in the order given; inside the transaction that has the sealer. */
async function sealRows(trx: Db, rows: readonly repo.StampedRow[]): Promise<number> {
  if (rows.length === 0) return 0;
  const head = await repo.getChainHead(trx);
  await repo.insertSeals(
    trx,
    chainRows(
      head,
      rows.map(({ content }) => content),
    ),
  );
  return rows.length;
}

export const readAuditHead = (ctx: Pick<AuditContext, 'db'>) => repo.getChainHead(ctx.db);

export type AuditReport = {
  readonly rows: number;
  /** The last link: kept elsewhere, it shows later that nothing before it was changed. */
  readonly head: { readonly seq: number; readonly hash: string } | null;
  /** Rows of the last minute that are not in the chain yet. */
  readonly waiting: number;
  /** Rows whose stamps are keyed, and no key was at hand to check them. */
  readonly unchecked: number;
  readonly problems: readonly ChainProblem[];
};

export type AuditCheck = {
  /** AUDIT_KEY, the one in use and those before it; none: keyed stamps are not checked. */
  readonly auditKeys: readonly string[];
  /** A head that was kept elsewhere, to be found in the chain; null where none was. */
  readonly keptHead?: string | null;
};

/** More than this is not listed: the trail is broken, and how is seen from the first ones. */
export const MOST_PROBLEMS = 100;

const STAMP_WRONG = 'its stamp is not the one LiqPass writes';

/** Follows the whole chain in the database, and looks for rows beside it. */
export async function checkAudit(
  db: Db,
  nowMs: number,
  { auditKeys, keptHead = null }: AuditCheck,
): Promise<AuditReport> {
  const problems: ChainProblem[] = [];
  const note = (problem: ChainProblem): void => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
  };
  const keyedSince = await readKeyedSince(db, auditKeys);
  if (auditKeys.length > 0 && keyedSince === null)
    note({
      kind: 'missing',
      seq: null,
      id: null,
      detail: 'the row from which stamps are keyed with AUDIT_KEY is not there',
    });
  let head: { seq: number; hash: string } | null = null;
  let [rows, unchecked] = [0, 0];
  let found = keptHead === null || keptHead === GENESIS_HASH;
  for (;;) {
    const links: repo.Link[] = await repo.listLinks(db, head?.seq ?? 0, 1_000);
    for (const { seq, auditId, hash, row, stamped } of links) {
      if (row === null || stamped === null) {
        note({ kind: 'missing', seq, id: auditId, detail: 'the row that was sealed here is gone' });
        // Its hash is still there: the rest is followed from it.
        head = { seq, hash };
        continue;
      }
      const broken = checkNext(head, row);
      for (const problem of broken) note(problem);
      const whose = isOurs(stamped, seq, auditKeys, keyedSince);
      if (whose === 'unknown') unchecked += 1;
      if (broken.length === 0 && whose === 'forged') note({ kind: 'changed', seq, id: row.id, detail: STAMP_WRONG });
      if (seq === keyedSince?.seq && row.hash !== keyedSince.hash)
        note({
          kind: 'changed',
          seq,
          id: row.id,
          detail: 'the chain up to here is not the one that AUDIT_KEY was put to',
        });
      if (row.hash === keptHead) found = true;
      head = { seq, hash: row.hash };
      rows += 1;
    }
    if (links.length === 0) break;
  }
  for (const { id, seq } of await repo.listSealedTwice(db, MOST_PROBLEMS))
    note({ kind: 'inserted', seq, id, detail: 'the row that is sealed here has another place in the chain too' });
  if (!found) note(cutOff(keptHead ?? ''));
  let waiting = 0;
  for (const { content, stamped } of await repo.listLoose(db, 100_000)) {
    const { id } = content;
    const whose = isOurs(stamped, null, auditKeys, keyedSince);
    if (whose === 'unknown') unchecked += 1;
    if (whose === 'forged')
      note({ kind: 'inserted', seq: null, id, detail: 'LiqPass did not write this row, or it was changed since' });
    else if (stamped.atMs < nowMs - UNSEALED_AFTER_MS)
      note({ kind: 'unsealed', seq: null, id, detail: 'it has been waiting to be sealed for more than a minute' });
    else waiting += 1;
  }
  return { rows, head, waiting, unchecked, problems };
}

/** A chain that does not hold a head that was kept elsewhere. */
export const cutOff = (keptHead: string): ChainProblem => ({
  kind: 'missing',
  seq: null,
  id: null,
  detail: `the head that was kept (${keptHead}) is not in this chain: rows were cut off its end, or it was computed anew`,
});

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
