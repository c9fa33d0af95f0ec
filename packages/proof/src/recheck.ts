import { bundleMismatches, evidenceBundle, type EvidenceBundle } from '@liqpass/evidence/bundle';
import { canonicalJson, hasCanonicalForm } from '@liqpass/evidence/canonical';
import { proveSnapshot, snapshotClaim, type SnapshotResult } from './snapshotProof.ts';
import { proveClaim, verifyClaim, type Proof, type VerdictAnswer } from './verdict.ts';

export type RecheckProblem = {
  code:
    | 'NOT_A_BUNDLE'
    | 'LEAF_CHANGED'
    | 'ROOT_CHANGED'
    | 'INCOMPLETE'
    | 'NOT_USED'
    | 'OUT_OF_TIME'
    | 'ANSWER_DIFFERS'
    | 'CLAIM_DIFFERS'
    | 'SIGNATURE_WRONG';
  detail: string;
};
/** What re-checking found: the verdict computed again from the raw answers, and everything that does not fit. */
export type Recheck = {
  ok: boolean;
  root: string | null;
  kind: 'verify' | 'snapshot' | null;
  bundle: EvidenceBundle | null;
  answer: VerdictAnswer | SnapshotResult | null;
  problems: RecheckProblem[];
};

/** Later than this after the last answer, what was read is no basis for a verdict. */
const LONGEST_READING_MS = 120_000;

function prove(bundle: EvidenceBundle): Proof<VerdictAnswer | SnapshotResult> | null {
  const { claim, exchanges, judged_at_ms: nowMs } = bundle;
  if (bundle.kind === 'verify') {
    const parsed = verifyClaim.safeParse(claim);
    return parsed.success ? proveClaim(parsed.data, exchanges, nowMs) : null;
  }
  const parsed = snapshotClaim.safeParse(claim);
  return parsed.success ? proveSnapshot(parsed.data, exchanges, nowMs) : null;
}

/** What re-checking says of what is no bundle at all. */
export const notABundle = (detail: string): Recheck => ({
  ok: false,
  root: null,
  kind: null,
  bundle: null,
  answer: null,
  problems: [{ code: 'NOT_A_BUNDLE', detail }],
});

/**
 * Computes root and answer again from a bundle alone, offline. Not ok when a leaf or the root was changed, an answer of the
 * exchange is missing or superfluous, or the stored answer is not the one the evidence leads to, in any of its fields.
 */
export function recheckBundle(input: unknown): Recheck {
  if (!hasCanonicalForm(input)) return notABundle('it holds what has no canonical form (RFC 8785)');
  const parsed = evidenceBundle.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return notABundle(issue ? `${issue.path.join('.') || 'it'}: ${issue.message}` : 'it has another shape');
  }
  const bundle = parsed.data;
  // A key such as "__proto__" is lost in reading; then what was hashed is not all that the file says.
  if (canonicalJson(bundle) !== canonicalJson(input)) return notABundle('it holds what cannot be read');
  const problems: RecheckProblem[] = bundleMismatches(bundle).map(({ path, found, expected }) => ({
    code: path === 'root' ? 'ROOT_CHANGED' : 'LEAF_CHANGED',
    detail: `${path}: it hashes to ${found ?? 'nothing'}, stored is ${expected ?? 'nothing'}`,
  }));
  const root = problems.length === 0 ? bundle.root : null;
  const proof = prove(bundle);
  if (proof === null) {
    problems.push({ code: 'NOT_A_BUNDLE', detail: 'the claim in it cannot be read' });
    return { ok: false, root, kind: bundle.kind, bundle, answer: null, problems };
  }
  const targets = bundle.exchanges.map((exchange) => exchange.target);
  const twice = targets.find((target, at) => targets.indexOf(target) !== at);
  if (twice !== undefined) problems.push({ code: 'NOT_USED', detail: `asked twice: ${twice}` });
  for (const { path, sent_at_ms: sent, received_at_ms: received } of bundle.exchanges)
    if (received < sent || received > bundle.judged_at_ms || sent < bundle.judged_at_ms - LONGEST_READING_MS)
      problems.push({ code: 'OUT_OF_TIME', detail: `${path} was not read just before the verdict` });
  if (proof.kind === 'needs') {
    for (const target of proof.needs) problems.push({ code: 'INCOMPLETE', detail: `missing: ${target}` });
    return { ok: false, root, kind: bundle.kind, bundle, answer: null, problems };
  }
  for (const target of targets)
    if (!proof.used.has(target)) problems.push({ code: 'NOT_USED', detail: `not needed: ${target}` });
  if (canonicalJson(proof.answer) !== canonicalJson(bundle.answer))
    problems.push({ code: 'ANSWER_DIFFERS', detail: 'the evidence leads to another answer than the one stored' });
  return { ok: problems.length === 0, root, kind: bundle.kind, bundle, answer: proof.answer, problems };
}
