import type { ErrorCode } from './errors.ts';

// Apart from the table of all codes: a page needs these from its first load, and the table never.

const REPEATABLE: readonly ErrorCode[] = [
  'IDEMPOTENCY_KEY_IN_FLIGHT',
  'SALES_STOPPED',
  'EXPOSURE_LIMIT_REACHED',
  'TOO_MANY_REQUESTS',
  'SERVICE_UNAVAILABLE',
  'DATABASE_UNAVAILABLE',
  'VERIFIER_UNAVAILABLE',
  'INTERNAL_ERROR',
];

/** Whether asking again later can help where this was the answer. */
export const isRepeatable = (code: ErrorCode): boolean => REPEATABLE.includes(code);
