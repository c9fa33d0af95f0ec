import { LiqPassError } from '@liqpass/api/errors';
import { createHash } from 'node:crypto';
import type { Db } from '../../db/platform/database.ts';
import { keepAnswer, takeKey } from '../../db/platform/idempotencyRepo.ts';
import type { PlatformContext } from './platformContext.ts';

/** What a caller sent along to be allowed to send it again: the key, whose it is, and a fingerprint of the body. */
export type Idempotency = { readonly scope: string; readonly key: string; readonly bodyHash: string };

/** A fingerprint of a parsed body: the same content, whatever its spelling, gives the same one. */
export function hashBody(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(body)))
    .digest('hex');
}
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

const inFlight = (): LiqPassError =>
  new LiqPassError(
    'IDEMPOTENCY_KEY_IN_FLIGHT',
    'A request with this Idempotency-Key is under way: wait a moment and send it again.',
  );

export type Answer<T> = { readonly statusCode: number; readonly answer: T };

/**
 * Does `work` in a transaction, once for each key:
 *
 *   same key, same body    the first answer, nothing done
 *   same key, other body   422 IDEMPOTENCY_KEY_REUSED
 *   same key, in flight    409 IDEMPOTENCY_KEY_IN_FLIGHT
 *   work refused           nothing kept: the key may be used again
 *   no key                 done each time
 *
 * Key, work and answer commit together, so a crash leaves all of them or none.
 */
export async function once<T>(
  ctx: PlatformContext,
  idempotency: Idempotency | null,
  parseKept: (answer: unknown) => T,
  work: (db: Db) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  if (!idempotency) return work(ctx.db);
  const { scope, key, bodyHash } = idempotency;
  return ctx.db.transaction().execute(async (trx) => {
    const kept = await takeKey(trx, scope, key);
    if (kept === 'in_flight') throw inFlight();
    if (kept && kept.bodyHash !== bodyHash)
      throw new LiqPassError(
        'IDEMPOTENCY_KEY_REUSED',
        'This Idempotency-Key was used with another body: use a new key for a new request.',
      );
    if (kept) return { statusCode: kept.statusCode, answer: parseKept(kept.answer) };
    const done = await work(trx);
    if (!(await keepAnswer(trx, scope, key, { bodyHash, ...done }, ctx.clock.now()))) throw inFlight();
    return done;
  });
}
