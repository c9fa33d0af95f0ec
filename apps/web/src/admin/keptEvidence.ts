import type { ClaimEvidence } from '@liqpass/api/events';
import type { AdminClaim } from '@liqpass/api/operators';
import { attestation, verifyAnswer } from '@liqpass/api/verify';

/** The evidence inside the verifier's answer as the claim keeps it; null where there is none, or none of that shape. */
export function keptEvidence(claim: AdminClaim): ClaimEvidence | null {
  const parsed = verifyAnswer.shape.evidence.safeParse(
    typeof claim.evidence_json === 'object' && claim.evidence_json !== null && 'evidence' in claim.evidence_json
      ? claim.evidence_json.evidence
      : claim.evidence_json,
  );
  const signed = attestation.safeParse(
    typeof claim.evidence_json === 'object' && claim.evidence_json !== null && 'attestation' in claim.evidence_json
      ? claim.evidence_json.attestation
      : null,
  );
  return parsed.success ? { claim_id: claim.id, ...parsed.data, attestation: signed.data ?? null } : null;
}
