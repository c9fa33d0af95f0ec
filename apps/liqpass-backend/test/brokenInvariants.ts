import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from 'pg';

export type Invariant = { readonly section: string; readonly name: string; readonly query: string };

/** The statements of docs/invariants.sql: each selects what breaks it, and must select nothing. */
export function readInvariants(): Invariant[] {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/invariants.sql'), 'utf8');
  let section = '';
  return [...text.matchAll(/^-- (?:name: (.+)\n((?:(?!^-- )[\s\S])+?;)\s*$|(?!name: )(.+)$)/gm)].flatMap(
    ([, name, query, heading]) => {
      section = heading ?? section;
      return name === undefined || query === undefined ? [] : [{ section, name, query }];
    },
  );
}

/** Which invariants do not hold, with a few of the rows that break them; those of one section where it is named. */
export async function brokenInvariants(pool: Pool, ofSection: string | null = null): Promise<string[]> {
  const broken: string[] = [];
  for (const { section, name, query } of readInvariants()) {
    if (ofSection !== null && section !== ofSection) continue;
    const { rows } = await pool.query<Record<string, unknown>>(query);
    if (rows.length > 0) broken.push(`${name}: ${rows.length} rows, such as ${JSON.stringify(rows[0])}`);
  }
  return broken;
}
