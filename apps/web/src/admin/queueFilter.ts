import { CLAIM_SORTS } from '@liqpass/api/operators';
import { CLAIM_STATUSES, HOLD_REASONS, type ClaimStatus, type HoldReason } from '@liqpass/kernel/vocabulary';

/** The queue's filters as they stand in the URL; what is not understood is left out. */
export type QueueFilter = {
  status?: ClaimStatus;
  q?: string;
  flag?: HoldReason;
  sort?: (typeof CLAIM_SORTS)[number];
  min?: string;
  max?: string;
};

const USDC = /^\d{1,12}(?:\.\d{1,6})?$/;

export function readFilter(search: Record<string, unknown>): QueueFilter {
  const status = CLAIM_STATUSES.find((known) => known === search.status);
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
