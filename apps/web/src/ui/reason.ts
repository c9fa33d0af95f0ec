import { REJECTION_CODES, VERDICT_REASONS } from '@liqpass/kernel/vocabulary';
import type { TFunction } from 'i18next';

/** What the backend notes by itself, without a verdict. */
const CALL_REASONS = ['INCONCLUSIVE', 'JP_VERIFY_TIMEOUT', 'JP_VERIFY_ERROR', 'TOUCHED_BEFORE_COVER'] as const;

/** Why a claim was rejected, failed or is tried again, in the reader's language; a text a person wrote is shown as it is. */
export function reasonSentence(t: TFunction<'checks'>, reason: string | null): string {
  if (reason === null) return '';
  const verdict = VERDICT_REASONS.find((known) => known === reason);
  if (verdict) return t(`reason.${verdict}`);
  const rejection = REJECTION_CODES.find((known) => known === reason);
  if (rejection) return t(`rejection.${rejection}`);
  const call = CALL_REASONS.find((known) => known === reason);
  if (call) return t(`call.${call}`);
  return reason;
}
