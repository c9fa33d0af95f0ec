import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import { usdc } from '@liqpass/kernel/money';
import { buildSumTree, type LiabilityPath, type SumTree } from '@liqpass/log/sumTree';
import { randomBytes } from 'node:crypto';
import {
  getLastTree,
  getLeafOf,
  listLeaves,
  listLiabilities,
  type StoredLeaf,
  type StoredTree,
} from '../../db/log/liabilitiesRepo.ts';
import type { Db } from '../../db/platform/database.ts';
import type { LogContext } from './logContext.ts';

const freshSubject = (): Uint8Array => new Uint8Array(randomBytes(32));

/** The tree of what is owed at an instant, with fresh subjects, and its leaves as they are to be kept. */
export async function liabilitiesNow(
  db: Db,
  nowMs: EpochMs,
): Promise<{ readonly tree: SumTree; readonly leaves: readonly StoredLeaf[] }> {
  const owed = (await listLiabilities(db, nowMs)).map((each) => ({ ...each, subject: freshSubject() }));
  const padding: StoredLeaf[] = [];
  const tree = buildSumTree(owed, () => {
    const subject = freshSubject();
    padding.push({ subject, orderId: null, amount: usdc(0n) });
    return subject;
  });
  return { tree, leaves: [...owed, ...padding] };
}

/** The last tree as each database's was built again: it is the same for everybody who asks, and is built once. */
const built = new WeakMap<Db, { readonly id: string; readonly tree: Promise<SumTree> }>();

async function builtTree(db: Db, id: string): Promise<SumTree> {
  const last = built.get(db);
  if (last?.id === id) return last.tree;
  // The kept leaves are a power of two: nothing is added to them.
  const tree = listLeaves(db, id).then((leaves) => buildSumTree(leaves, freshSubject));
  built.set(db, { id, tree });
  tree.catch(() => built.delete(db));
  return tree;
}

/** The path of an order in the newest tree; null where nothing was owed on it then, or there is no tree. */
export async function readLiabilityPath(ctx: LogContext, orderId: string): Promise<LiabilityPath | null> {
  const stored = await getLastTree(ctx.db);
  const own = stored === null ? null : await getLeafOf(ctx.db, stored.id, orderId);
  if (stored === null || own === null) return null;
  const path = (await builtTree(ctx.db, stored.id)).path(own.subject);
  if (path === null) return null;
  return {
    subject: `0x${Buffer.from(own.subject).toString('hex')}`,
    amount: own.amount,
    path,
    root: stored.root,
    total: stored.total,
    at: formatIso(stored.atMs),
  };
}

/** The newest tree as it was logged; null while there is none. */
export const readLiabilities = (ctx: LogContext): Promise<StoredTree | null> => getLastTree(ctx.db);
