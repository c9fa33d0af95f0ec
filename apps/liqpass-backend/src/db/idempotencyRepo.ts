import type { EpochMs } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import type { Db } from './database.ts';

export type KeptAnswer = { readonly bodyHash: string; readonly statusCode: number; readonly answer: unknown };

/**
 * Takes an idempotency key for this transaction; false when another one has it right now. The lock ends with the
 * transaction, however that ends, so a key is never left taken.
 */
export async function tryTakeKey(db: Db, scope: string, key: string): Promise<boolean> {
  const { rows } = await sql<{
    taken: boolean;
  }>`select pg_try_advisory_xact_lock(hashtextextended(${`${scope} ${key}`}, 0)) as taken`.execute(db);
  return rows[0]?.taken === true;
}

export async function getAnswer(db: Db, scope: string, key: string): Promise<KeptAnswer | null> {
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['body_hash', 'status_code', 'answer'])
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirst();
  return row ? { bodyHash: row.body_hash, statusCode: row.status_code, answer: row.answer } : null;
}

export async function keepAnswer(db: Db, scope: string, key: string, kept: KeptAnswer, nowMs: EpochMs): Promise<void> {
  await db
    .insertInto('idempotency_keys')
    .values({
      scope,
      key,
      body_hash: kept.bodyHash,
      status_code: kept.statusCode,
      answer: JSON.stringify(kept.answer),
      created_at: new Date(nowMs),
    })
    .execute();
}

/** Forgets keys older than `beforeMs`. */
export async function forgetAnswers(db: Db, beforeMs: EpochMs): Promise<void> {
  await db.deleteFrom('idempotency_keys').where('created_at', '<', new Date(beforeMs)).execute();
}
