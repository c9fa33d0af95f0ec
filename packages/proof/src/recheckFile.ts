import { attestation as attestationSchema, type Attestation } from '@liqpass/api/verify';
import { hasCanonicalForm } from '@liqpass/evidence/canonical';
import type { Uncovered } from './claimFile.ts';
import { findBundle } from './findBundle.ts';
import { notABundle, recheckBundle, type Recheck, type RecheckProblem } from './recheck.ts';
import { isAttested } from './statement.ts';

/** Re-checking with what stands around the bundle: whose signature it carries (null: none), and what is told besides. */
export type FileRecheck = Recheck & {
  readonly signature: Attestation | null;
  readonly uncovered: readonly Uncovered[];
};

const nothing = (recheck: Recheck): FileRecheck => ({ ...recheck, signature: null, uncovered: [] });

function judgeSignature(
  recheck: Recheck,
  given: unknown,
  expected: readonly string[] | null,
): { signature: Attestation | null; problems: RecheckProblem[] } {
  const wrong = (detail: string) => ({ signature: null, problems: [{ code: 'SIGNATURE_WRONG' as const, detail }] });
  if (given === undefined)
    return expected === null ? { signature: null, problems: [] } : wrong('it is not signed, and a key was given');
  const signature = attestationSchema.safeParse(given).data;
  if (!signature) return wrong('its signature cannot be read');
  if (expected !== null && !expected.includes(signature.public_key))
    return wrong(`it is signed with another key than those given: ${signature.key_id}`);
  if (recheck.bundle === null || !isAttested(recheck.bundle, signature, signature.public_key))
    return wrong('its signature does not hold for this evidence');
  return { signature, problems: [] };
}

/**
 * Re-checks what a file holds: a bundle, an answer of /verify or /snapshot, downloaded evidence, or a claim. `expected` are the public keys
 * (base64url) that it must be signed with one of; null: whichever it names itself, or none.
 */
export function recheckFile(file: unknown, expected: readonly string[] | null = null): FileRecheck {
  if (!hasCanonicalForm(file)) return nothing(notABundle('it holds what has no canonical form (RFC 8785)'));
  const found = findBundle(file);
  if (found === null) return nothing(notABundle('it holds no evidence bundle'));
  const recheck = recheckBundle(found.bundle);
  const judged = judgeSignature(recheck, found.attestation, expected);
  const problems = [...recheck.problems, ...found.problems, ...judged.problems];
  return { ...recheck, ok: problems.length === 0, problems, signature: judged.signature, uncovered: found.uncovered };
}
