import { statement, type Attestation, type Statement } from '@liqpass/api/verify';
import { holdsSignature } from '@liqpass/evidence/attestation';
import type { EvidenceBundle } from '@liqpass/evidence/bundle';
import { canonicalJson } from '@liqpass/evidence/canonical';
import { formatIso } from '@liqpass/kernel/time';
import { PROOF_RULES } from './rules.ts';
import { snapshotClaim } from './snapshotProof.ts';
import { verifyClaim } from './verdict.ts';

/**
 * What is to be signed about a bundle: all of it follows from the bundle but `origin`, the exchange that was asked. null: the bundle
 * holds no answer that could be stated.
 */
export function statementOf(bundle: EvidenceBundle, origin: string, rules = PROOF_RULES): Statement | null {
  const { kind, claim, answer, root, judged_at_ms: judgedAtMs } = bundle;
  const common = { v: 1, origin, evidence_root: root, at: formatIso(judgedAtMs), rules };
  if (kind === 'snapshot') {
    const asked = snapshotClaim.safeParse(claim).data;
    return (
      statement.safeParse({
        ...common,
        verdict: answer['insurable'] === true ? 'INSURABLE' : 'NOT_INSURABLE',
        reason: answer['reason'],
        flags: [],
        liquidation: null,
        inst_id: asked?.instId,
        ord_id: asked?.ordId,
        bound_at: null,
        window: null,
      }).data ?? null
    );
  }
  const asked = verifyClaim.safeParse(claim).data;
  return (
    statement.safeParse({
      ...common,
      verdict: answer['verdict'],
      reason: answer['reason'],
      flags: answer['flags'],
      liquidation: answer['liquidation'],
      inst_id: asked?.instId,
      ord_id: asked?.ordId,
      bound_at: asked?.boundAt,
      window: { start: asked?.coverageStartAt, end: asked?.coverageEndAt },
    }).data ?? null
  );
}

/**
 * Whether a signature is good for a bundle: over a statement about exactly this evidence and answer, by this public key (base64url). The
 * bundle's own root and answer are not computed here: that is what recheckBundle does.
 */
export function isAttested(bundle: EvidenceBundle, attestation: Attestation, publicKey: string): boolean {
  const { origin, rules } = attestation.signed;
  const expected = statementOf(bundle, origin, rules);
  return (
    expected !== null &&
    canonicalJson(expected) === canonicalJson(attestation.signed) &&
    holdsSignature(attestation, publicKey)
  );
}
