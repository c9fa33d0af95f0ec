import type { ClaimEvidence } from '@liqpass/api/events';
import type { AdminClaim } from '@liqpass/api/operators';
import { verifyAnswer } from '@liqpass/api/verify';

/** The evidence inside the verifier's answer as the claim keeps it; null where there is none, or none of that shape. */
export function keptEvidence(claim: AdminClaim): ClaimEvidence | null {
  const parsed = verifyAnswer.shape.evidence.safeParse(
    typeof claim.evidence_json === 'object' && claim.evidence_json !== null && 'evidence' in claim.evidence_json
      ? claim.evidence_json.evidence
      : claim.evidence_json,
  );
  return parsed.success ? { claim_id: claim.id, ...parsed.data } : null;
}
