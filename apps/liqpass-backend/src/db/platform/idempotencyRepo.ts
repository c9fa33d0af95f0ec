import type { EpochMs } from '@liqpass/kernel/time';
import { sql, type RawBuilder } from 'kysely';
import type { Db } from './database.ts';
import { violatesUnique } from './databaseError.ts';

export type KeptAnswer = { readonly bodyHash: string; readonly statusCode: number; readonly answer: unknown };
/** A key with what is answered to it, to be kept by the very statement that does the work. */
export type KeyToKeep = KeptAnswer & { readonly scope: string; readonly key: string };

/** What was answered to a key; null while nothing was. */
export async function getKeptAnswer(db: Db, scope: string, key: string): Promise<KeptAnswer | null> {
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['body_hash', 'status_code', 'answer'])
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirst();
  return row ? { bodyHash: row.body_hash, statusCode: row.status_code, answer: row.answer } : null;
}

/** Holds while nothing was answered to the key: the condition of the statement that does the work. */
export const isUnused = (kept: KeyToKeep | null): RawBuilder<unknown> =>
  kept === null
    ? sql`true`
    : sql`not exists (select from idempotency_keys where scope = ${kept.scope} and key = ${kept.key})`;

/**
 * Keeps the key as a part of the statement whose CTE `moved` did the work (a CTE, with its comma): both commit together or not at all.
 * The same key sent twice at once waits here for the first, and then violates the key: see violatesKey().
 */
export const keepKey = (moved: string, kept: KeyToKeep | null, nowMs: EpochMs): RawBuilder<unknown> =>
  kept === null
    ? sql``
    : sql`kept_key as (
        insert into idempotency_keys (scope, key, body_hash, status_code, answer, created_at)
        select ${kept.scope}, ${kept.key}, ${kept.bodyHash}, ${kept.statusCode}::int, ${JSON.stringify(kept.answer)}::jsonb, ${new Date(nowMs)}::timestamptz
        from ${sql.table(moved)}
      ), `;

/** Whether a statement failed because its key was kept by another one meanwhile. */
export const violatesKey = (error: unknown): boolean => violatesUnique(error, 'idempotency_keys_pkey');

/** Forgets keys older than `beforeMs`. */
export async function forgetAnswers(db: Db, beforeMs: EpochMs): Promise<void> {
  await db.deleteFrom('idempotency_keys').where('created_at', '<', new Date(beforeMs)).execute();
}
