import type { EpochMs } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import type { Db } from './database.ts';

export type KeptAnswer = { readonly bodyHash: string; readonly statusCode: number; readonly answer: unknown };

/**
 * Takes an idempotency key for this transaction, and what was answered to it before; 'in_flight' when another one has it right
 * now. The lock ends with the transaction, however that ends, so a key is never left taken. Both in one statement: an answer
 * kept between its beginning and its lock is not seen, and then keepAnswer() finds the key used.
 */
export async function takeKey(db: Db, scope: string, key: string): Promise<KeptAnswer | null | 'in_flight'> {
  const { rows } = await sql<{ taken: boolean; body_hash: string | null; status_code: number; answer: unknown }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`${scope} ${key}`}, 0)) as taken, kept.body_hash, kept.status_code, kept.answer
    from (select 1) one left join idempotency_keys kept on kept.scope = ${scope} and kept.key = ${key}`.execute(db);
  const row = rows[0];
  if (!row?.taken) return 'in_flight';
  return row.body_hash === null ? null : { bodyHash: row.body_hash, statusCode: row.status_code, answer: row.answer };
}

/** Keeps what was answered; false when the key has an answer already. */
export async function keepAnswer(
  db: Db,
  scope: string,
  key: string,
  kept: KeptAnswer,
  nowMs: EpochMs,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('idempotency_keys')
    .values({
      scope,
      key,
      body_hash: kept.bodyHash,
      status_code: kept.statusCode,
      answer: JSON.stringify(kept.answer),
      created_at: new Date(nowMs),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** Forgets keys older than `beforeMs`. */
export async function forgetAnswers(db: Db, beforeMs: EpochMs): Promise<void> {
  await db.deleteFrom('idempotency_keys').where('created_at', '<', new Date(beforeMs)).execute();
}
