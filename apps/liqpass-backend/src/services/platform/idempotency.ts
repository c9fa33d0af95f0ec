import { LiqPassError } from '@liqpass/api/errors';
import { createHash } from 'node:crypto';
import { getKeptAnswer, type KeyToKeep } from '../../db/platform/idempotencyRepo.ts';
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

/** The key is used, and what was answered to it is not there to be read: its first request is under way. */
export const inFlight = (): LiqPassError =>
  new LiqPassError(
    'IDEMPOTENCY_KEY_IN_FLIGHT',
    'A request with this Idempotency-Key is under way: wait a moment and send it again.',
  );

export type Answer<T> = { readonly statusCode: number; readonly answer: T };
/** What a statement keeps beside its work, given what is going to be answered; null where no key was sent. */
export type Keep<T> = (answer: Answer<T>) => KeyToKeep | null;

/**
 * Does `work` once for each key:
 *
 *   same key, same body    the first answer, nothing done
 *   same key, other body   422 IDEMPOTENCY_KEY_REUSED
 *   same key at once       waits for the first, and answers as that did
 *   work refused           nothing kept: the key may be used again
 *   no key                 done each time
 *
 * `work` keeps the key in the statement that it writes with (isUnused, keepKey), so a crash leaves both or neither, and a
 * first request costs no round trip more. It throws where it wrote nothing, whatever the reason; then it is looked whether the
 * key was answered before.
 */
export async function once<T>(
  ctx: Pick<PlatformContext, 'db'>,
  idempotency: Idempotency | null,
  parseKept: (answer: unknown) => T,
  work: (keep: Keep<T>) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  if (!idempotency) return work(() => null);
  try {
    return await work((answer) => ({ ...idempotency, ...answer }));
  } catch (error) {
    const kept = await getKeptAnswer(ctx.db, idempotency.scope, idempotency.key);
    if (!kept) throw error;
    if (kept.bodyHash !== idempotency.bodyHash)
      throw new LiqPassError(
        'IDEMPOTENCY_KEY_REUSED',
        'This Idempotency-Key was used with another body: use a new key for a new request.',
        { cause: error },
      );
    return { statusCode: kept.statusCode, answer: parseKept(kept.answer) };
  }
}
