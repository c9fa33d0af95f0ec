import { sql } from 'kysely';
import type { Db } from './database.ts';

/** The key of the switch that lets one person both approve a claim and record its payment. */
export const ONE_PERSON_SHOP = 'one_person_shop';

/** How many operators there are, and whether one person may decide alone. */
export async function readShop(db: Db): Promise<{ readonly operators: number; readonly onePersonShop: boolean }> {
  const { rows } = await sql<{ operators: string; one_person: boolean }>`
    select (select count(*) from operators where removed_at is null) as operators,
      exists (select from settings where key = ${ONE_PERSON_SHOP} and value = 'true'::jsonb) as one_person`.execute(db);
  return { operators: Number(rows[0]?.operators ?? 0), onePersonShop: rows[0]?.one_person === true };
}
