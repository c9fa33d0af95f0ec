import { CLAIM_SORTS } from '@liqpass/api/operators';
import { CLAIM_STATUSES, HOLD_REASONS, type ClaimStatus, type HoldReason } from '@liqpass/kernel/vocabulary';

/** The queue's filters as they stand in the URL; what is not understood is left out. */
export type QueueFilter = {
  /** Left out: what needs a person; with a search, everything that fits it. */
  status?: ClaimStatus | 'all';
  q?: string;
  flag?: HoldReason;
  sort?: (typeof CLAIM_SORTS)[number];
  min?: string;
  max?: string;
};

/** What the queue asks the server for: what waits for a review comes oldest first, everything else newest first. */
export function toQuery({ status, sort, ...rest }: QueueFilter) {
  const asked = status ?? (rest.q === undefined ? 'VERIFIED_PENDING_REVIEW' : 'all');
  return {
    ...rest,
    ...(asked === 'all' ? {} : { status: asked }),
    sort: sort ?? (asked === 'VERIFIED_PENDING_REVIEW' ? ('oldest' as const) : ('newest' as const)),
  };
}

const USDC = /^\d{1,12}(?:\.\d{1,6})?$/;

export function readFilter(search: Record<string, unknown>): QueueFilter {
  const status = ([...CLAIM_STATUSES, 'all'] as const).find((known) => known === search.status);
  const flag = HOLD_REASONS.find((known) => known === search.flag);
  const sort = CLAIM_SORTS.find((known) => known === search.sort);
  const text = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const q = text(search.q).slice(0, 120);
  const min = text(search.min);
  const max = text(search.max);
  return {
    ...(status ? { status } : {}),
    ...(q === '' ? {} : { q }),
    ...(flag ? { flag } : {}),
    ...(sort ? { sort } : {}),
    ...(USDC.test(min) ? { min } : {}),
    ...(USDC.test(max) ? { max } : {}),
  };
}
