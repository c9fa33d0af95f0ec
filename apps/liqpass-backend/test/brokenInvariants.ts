import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from 'pg';

export type Invariant = { readonly name: string; readonly query: string };

/** The statements of docs/invariants.sql: each selects what breaks it, and must select nothing. */
export function readInvariants(): Invariant[] {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/invariants.sql'), 'utf8');
  return [...text.matchAll(/^-- name: (.+)\n((?:(?!^-- name:)[\s\S])+?;)\s*$/gm)].map(([, name = '', query = '']) => ({
    name,
    query,
  }));
}

/** Which invariants do not hold, with a few of the rows that break them. */
export async function brokenInvariants(pool: Pool): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, query } of readInvariants()) {
    const { rows } = await pool.query<Record<string, unknown>>(query);
    if (rows.length > 0) broken.push(`${name}: ${rows.length} rows, such as ${JSON.stringify(rows[0])}`);
  }
  return broken;
}
