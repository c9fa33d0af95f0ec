import { getAttestationKeys } from '@liqpass/api/claimCalls';
import type { ClaimEvidence } from '@liqpass/api/events';
import { printable } from '@liqpass/kernel/text';
import { recheckFile } from '@liqpass/proof/recheckFile';
import { api } from '../data/api.ts';

/** The public keys that the server publishes; null where it cannot be asked: then whose key it is stays open. */
async function publishedKeys(): Promise<string[] | null> {
  try {
    return (await getAttestationKeys(api)).keys.map((key) => key.public_key);
  } catch {
    return null;
  }
}

/**
 * Computes leaves, root and verdict again in this browser, from the raw answers alone, compares what the page says about the claim,
 * and checks the signature; loaded when somebody asks for it.
 */
export async function recheck(
  evidence: ClaimEvidence,
  claim: Readonly<Record<string, unknown>>,
): Promise<{ ok: boolean; lines: string[] }> {
  const keys = evidence.attestation === null ? null : await publishedKeys();
  const found = recheckFile({ ...claim, evidence_json: evidence }, keys);
  const { answer, root, signature, uncovered, problems } = found;
  const whose = keys === null ? 'its key could not be compared' : 'a published key';
  const lines = [
    ...(uncovered.length === 0 ? [] : [`not covered by the root: ${uncovered.map(({ field }) => field).join(', ')}`]),
    ...(root === null ? [] : [`root ${root}`]),
    ...(answer !== null && 'verdict' in answer ? [`verdict ${answer.verdict}`] : []),
    ...(signature === null ? [] : [`signed by ${signature.key_id} (${whose}), about ${signature.signed.origin}`]),
    ...(evidence.attestation === null ? ['unsigned'] : []),
    ...problems.map(({ code, detail }) => `${code}: ${detail}`),
  ];
  return { ok: found.ok, lines: lines.map(printable) };
}
