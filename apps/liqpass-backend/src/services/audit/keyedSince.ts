import { judgeStamp, type Stamped } from '../../db/audit/auditStamp.ts';
import { listOfAction } from '../../db/audit/auditChainRepo.ts';
import type { Db } from '../../db/platform/database.ts';

/** The row that says from where on stamps are keyed: its action and its subject. */
export const AUDIT_KEY = 'audit_key';

/** The chain as it was when stamps began to be keyed: rows after that place carry keyed stamps, each of them. */
export type KeyedSince = { readonly seq: number; readonly hash: string };

/** Where stamps began to be keyed with one of our keys; null where they never were. */
export async function readKeyedSince(db: Db, auditKeys: readonly string[]): Promise<KeyedSince | null> {
  for (const { content, stamped } of await listOfAction(db, AUDIT_KEY)) {
    const { seq, hash } = content.details ?? {};
    if (judgeStamp(stamped, auditKeys) === 'keyed' && typeof seq === 'number' && typeof hash === 'string')
      return { seq, hash };
  }
  return null;
}

/**
 * Whether LiqPass wrote a row, by its stamp and its place in the chain (null: none yet). An unkeyed stamp counts up to where
 * they began to be keyed, and where there is no key at all. `unknown`: its stamp is keyed, and no key is at hand.
 */
export function isOurs(
  stamped: Stamped,
  seq: number | null,
  auditKeys: readonly string[],
  keyedSince: KeyedSince | null,
): 'ours' | 'unknown' | 'forged' {
  const verdict = judgeStamp(stamped, auditKeys);
  if (verdict === 'unknown' || verdict === 'forged') return verdict;
  if (verdict === 'keyed' || keyedSince === null) return 'ours';
  return seq !== null && seq <= keyedSince.seq ? 'ours' : 'forged';
}
