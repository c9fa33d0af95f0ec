import { canonicalJson } from '@liqpass/evidence/canonical';
import { createHash } from 'node:crypto';
import type { ChainedRow } from '../../db/audit/auditChainRepo.ts';

/** What the first row is chained to. */
export const GENESIS_HASH = '0'.repeat(64);

/** SHA-256 over the canonical JSON (RFC 8785) of the row with its place and the hash of the one before, without its own. */
export function hashRow(row: Omit<ChainedRow, 'hash'>): string {
  return createHash('sha256').update(canonicalJson(row)).digest('hex');
}

/** The rows in a chain, in the order given, after `head`. */
export function chainRows(
  head: { readonly seq: number; readonly hash: string } | null,
  rows: readonly Omit<ChainedRow, 'seq' | 'prev_hash' | 'hash'>[],
): ChainedRow[] {
  let before = head ?? { seq: 0, hash: GENESIS_HASH };
  return rows.map((content) => {
    const row = { seq: before.seq + 1, ...content, prev_hash: before.hash };
    before = { seq: row.seq, hash: hashRow(row) };
    return { ...row, hash: before.hash };
  });
}

export type ChainProblem = {
  readonly kind: 'changed' | 'missing' | 'inserted' | 'unsealed';
  /** Where in the chain; null for a row that is not in it. */
  readonly seq: number | null;
  readonly id: string | null;
  readonly detail: string;
};

/** Follows the chain from row to row: what is changed, what is missing, what does not belong. */
export function checkNext(
  before: { readonly seq: number; readonly hash: string } | null,
  row: ChainedRow,
): ChainProblem[] {
  const expected = before ?? { seq: 0, hash: GENESIS_HASH };
  const problems: ChainProblem[] = [];
  const at = { seq: row.seq, id: row.id };
  if (row.seq > expected.seq + 1)
    problems.push({
      kind: 'missing',
      seq: expected.seq + 1,
      id: null,
      detail: `rows ${expected.seq + 1} to ${row.seq - 1} of the chain are missing`,
    });
  else if (row.seq !== expected.seq + 1)
    problems.push({ kind: 'inserted', ...at, detail: `row ${row.seq} of the chain comes after row ${expected.seq}` });
  else if (row.prev_hash !== expected.hash)
    problems.push({ kind: 'changed', ...at, detail: 'it carries another hash than that of the row before' });
  const { hash, ...content } = row;
  if (hashRow(content) !== hash)
    problems.push({ kind: 'changed', ...at, detail: 'its content is not what was hashed when it was written' });
  return problems;
}
