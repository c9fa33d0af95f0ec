import { sql } from 'kysely';
import { auditFrom, type AuditEntry } from '../audit/auditRepo.ts';
import type { Db } from '../platform/database.ts';

/** The key of the switch that lets one person both approve a claim and record its payment. */
export const ONE_PERSON_SHOP = 'one_person_shop';

/** Operators who could decide or pay: a viewer is no second person. */
const deciders = sql`(select count(*) from operators where removed_at is null and role <> 'viewer')`;

/** Whether one person may both approve and record the payment: as it was set, else as long as there are fewer than two. */
export const onePersonShop = sql`coalesce((select value = 'true'::jsonb from settings where key = ${ONE_PERSON_SHOP}), ${deciders} < 2)`;

/** How many operators there are, and whether one person may decide alone. */
export async function readShop(db: Db): Promise<{ readonly operators: number; readonly onePersonShop: boolean }> {
  const { rows } = await sql<{ operators: string; one_person: boolean }>`
    select (select count(*) from operators where removed_at is null) as operators, ${onePersonShop} as one_person`.execute(
    db,
  );
  return { operators: Number(rows[0]?.operators ?? 0), onePersonShop: rows[0]?.one_person === true };
}

/** Sets the switch; set as it is already, it changes nothing and leaves no row. */
export async function setOnePersonShop(db: Db, enabled: boolean, entry: AuditEntry): Promise<void> {
  const value = JSON.stringify(enabled);
  const now = new Date(entry.atMs);
  await sql`
    with before as (select ${onePersonShop} as enabled),
    moved as (
      insert into settings (key, value, updated_by, updated_at)
      values (${ONE_PERSON_SHOP}, ${value}::jsonb, ${entry.actor.name}, ${now})
      on conflict (key) do update set value = excluded.value, updated_by = excluded.updated_by, updated_at = excluded.updated_at
        where settings.value <> excluded.value
      returning key as id, (select case when enabled then 'ON' else 'OFF' end from before) as from_status,
        case when value = 'true'::jsonb then 'ON' else 'OFF' end as to_status
    )
    ${auditFrom('moved', entry)}`.execute(db);
}
