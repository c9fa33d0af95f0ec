import { canonicalJson } from '@liqpass/evidence/canonical';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso, HOUR_MS, MINUTE_MS, type EpochMs } from '@liqpass/kernel/time';
import { sameBytes } from '@liqpass/log/base64';
import { checkpointText } from '@liqpass/log/checkpoint';
import { coverEntryOf, entryBytes, logEntry, makeOpening, type LogEntry, type Opening } from '@liqpass/log/entry';
import { frontierRoot, growFrontier, hashEntry, type Frontier } from '@liqpass/log/merkle';
import { checkSignature, formatNote, formatVkey, parseNote, signText } from '@liqpass/log/note';
import { randomBytes } from 'node:crypto';
import { getChainHead } from '../../db/audit/auditChainRepo.ts';
import * as repo from '../../db/log/logRepo.ts';
import { getLastTree, insertTree } from '../../db/log/liabilitiesRepo.ts';
import { listUnloggedSteps, type UnloggedStep } from '../../db/log/stepsRepo.ts';
import type { Db } from '../../db/platform/database.ts';
import { getChainReader } from '../../db/treasury/chainReadersRepo.ts';
import { entryOfStep } from '../../domain/log/entryFacts.ts';
import { liabilitiesNow } from './liabilities.ts';
import type { LogContext, LogSettings } from './logContext.ts';
import { keepState, LogBroken, requireGrownLog } from './logState.ts';

/** So many entries in one transaction at the most; one look a second follows the other, so that is how fast the log can grow. */
const BATCH = 10_000;
/** How far before the newest row the trail is looked through again: usually, and now and then. */
const LOOK_BACK = { near: 1_000, far: 200_000 } as const;
const AUDIT_EVERY_MS = MINUTE_MS;
const LIABILITIES_EVERY_MS = HOUR_MS;

/** The cryptography's own randomness, as its functions take it. */
const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count));

/**
 * Appends what the audit trail has that the log does not tell yet, and what is due by time, in one transaction with the
 * checkpoint over it; says how many entries that were. Nothing while another process appends. What was committed but not
 * logged when a process died is found again by the next look: the trail is the queue.
 */
export async function appendLog(
  ctx: LogContext,
  publicLog: LogSettings,
  look: keyof typeof LOOK_BACK,
): Promise<number> {
  const askedAtMs = ctx.clock.now();
  if (look === 'near' && !(await repo.isDue(ctx.db, askedAtMs - AUDIT_EVERY_MS, askedAtMs - LIABILITIES_EVERY_MS)))
    return 0;
  await requireGrownLog(ctx, publicLog);
  const appended = await ctx.db.transaction().execute(async (trx) => {
    const tree = await repo.tryLockTree(trx);
    if (tree === null) return 0;
    const last = await repo.getLastCheckpoint(trx);
    requireSameTree(tree.frontier, last);
    const nowMs = ctx.clock.now();
    const after = Number(tree.auditId) - LOOK_BACK[look];
    const { steps, upTo } = await listUnloggedSteps(trx, String(after), BATCH);
    const entries = [...steps.flatMap(toEntry), ...(await entriesByTime(trx, publicLog, last, nowMs))];
    await repo.noteLookedThrough(trx, upTo);
    const frontier = await append(trx, tree.frontier, entries);
    const grown = await appendLiabilities(ctx, trx, frontier, nowMs, LIABILITIES_EVERY_MS);
    if (grown.size > tree.frontier.size) await makeCheckpoint(trx, publicLog, grown, nowMs);
    return grown.size - tree.frontier.size;
  });
  await publishLast(ctx, publicLog);
  return appended;
}

/** Nothing is appended to a tree that is not the one under the last checkpoint: every append ends with one. */
function requireSameTree(frontier: Frontier, last: repo.StoredCheckpoint | null): void {
  const signed = last?.size ?? 0;
  if (frontier.size < signed)
    throw new LogBroken('SHRUNK', `the log holds ${frontier.size} entries, and a checkpoint says ${signed}`);
  const isSame = last === null || (frontier.size === signed && sameBytes(frontierRoot(frontier), last.root));
  if (!isSame) throw new LogBroken('FORKED', `the log's tree is not the one that was signed at ${signed} entries`);
}

async function append(trx: Db, before: Frontier, entries: readonly repo.NewEntry[]): Promise<Frontier> {
  if (entries.length === 0) return before;
  const { frontier, closed } = growFrontier(
    before,
    entries.map(({ leaf }) => leaf),
  );
  await repo.appendEntries(trx, before.size, entries, closed, frontier);
  return frontier;
}

/**
 * What is owed, where the last tree is `olderThanMs`, beside what the treasury held at its last final block; with the tree's
 * leaves, so that each owner's path can be shown.
 */
async function appendLiabilities(
  { watch }: LogContext,
  trx: Db,
  before: Frontier,
  nowMs: EpochMs,
  olderThanMs: number,
): Promise<Frontier> {
  const last = await getLastTree(trx);
  if (last !== null && nowMs - last.atMs < olderThanMs) return before;
  const { tree, leaves } = await liabilitiesNow(trx, nowMs);
  const held = watch === null ? null : ((await getChainReader(trx, watch.readerId))?.balanced ?? null);
  const entry = inClear({
    type: 'liabilities',
    at: formatIso(nowMs),
    root: tree.root,
    total: formatUsdc(tree.total),
    count: leaves.filter(({ orderId }) => orderId !== null).length,
    block: held?.block ?? null,
    balance: held === null ? null : formatUsdc(held.balance),
  });
  const after = await append(trx, before, [entry]);
  await insertTree(trx, { atMs: nowMs, root: tree.root, total: tree.total, logIndex: before.size }, leaves);
  return after;
}

/** Logs what is owed now, as an operator asked; false while another process appends. */
export async function logLiabilities(ctx: LogContext, publicLog: LogSettings): Promise<boolean> {
  await requireGrownLog(ctx, publicLog);
  const done = await ctx.db.transaction().execute(async (trx) => {
    const tree = await repo.tryLockTree(trx);
    if (tree === null) return false;
    requireSameTree(tree.frontier, await repo.getLastCheckpoint(trx));
    const nowMs = ctx.clock.now();
    const frontier = await appendLiabilities(ctx, trx, tree.frontier, nowMs, 0);
    await makeCheckpoint(trx, publicLog, frontier, nowMs);
    return true;
  });
  await publishLast(ctx, publicLog);
  return done;
}

async function makeCheckpoint(trx: Db, publicLog: LogSettings, frontier: Frontier, nowMs: EpochMs): Promise<void> {
  const { signers } = publicLog;
  const root = frontierRoot(frontier);
  const text = checkpointText({ origin: signers[0].verifier.name, size: frontier.size, root });
  const note = formatNote({ text, signatures: signers.map((signer) => signText(text, signer)) });
  await repo.insertCheckpoint(trx, { size: frontier.size, root, note, atMs: nowMs });
}

/**
 * Publishes the newest checkpoint, once it is kept outside of the database: whoever has seen a checkpoint can be sure that a
 * restored backup which lacks it will not start.
 */
export async function publishLast(ctx: LogContext, publicLog: LogSettings): Promise<void> {
  const last = await repo.getLastCheckpoint(ctx.db);
  if (last === null || last.published) return;
  keepState(publicLog.statePath, last.note);
  await repo.publishCheckpoint(ctx.db, last.size, last.note, ctx.clock.now());
}

const inClear = (entry: LogEntry): repo.NewEntry => ({
  type: entry.type,
  entry: canonicalJson(entry),
  leaf: hashEntry(entryBytes(entry)),
  auditId: null,
  owned: null,
});

function toEntry(step: UnloggedStep): repo.NewEntry[] {
  const told = entryOfStep(step);
  if (told === null) return [];
  const opened: Opening = makeOpening(told.type, told.facts, random);
  const entry = coverEntryOf(formatIso(step.atMs), opened);
  return [
    {
      ...inClear(entry),
      auditId: step.auditId,
      owned: { orderId: step.orderId, opening: canonicalJson(opened) },
    },
  ];
}

/** The head of the audit trail, each minute whether it moved or not; and the log's next key, where another one signs from now on. */
async function entriesByTime(
  trx: Db,
  { signers }: LogSettings,
  last: repo.StoredCheckpoint | null,
  nowMs: EpochMs,
): Promise<repo.NewEntry[]> {
  const entries: repo.NewEntry[] = [];
  const at = formatIso(nowMs);
  const note = last === null ? null : parseNote(last.note);
  if (note !== null && checkSignature(note, signers[0].verifier) === 'none')
    entries.push(inClear({ type: 'next_key', at, vkey: formatVkey(signers[0].verifier) }));
  const audited = await repo.getLastClear(trx, 'audit');
  const auditedAtMs = audited === null ? 0 : atOf(audited.entry);
  const head = nowMs - auditedAtMs >= AUDIT_EVERY_MS ? await getChainHead(trx) : null;
  if (head !== null) entries.push(inClear({ type: 'audit', at, head: head.hash }));
  return entries;
}

/** When an entry of ours was made. */
const atOf = (entry: string): EpochMs => Date.parse(logEntry.parse(JSON.parse(entry)).at);
