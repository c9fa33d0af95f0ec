import type { ClaimEvidence } from '@liqpass/api/events';
import { recheckBundle } from '@liqpass/proof/recheck';

/** Computes leaves, root and verdict again in this browser, from the raw answers alone; loaded when somebody asks for it. */
export function recheck(evidence: ClaimEvidence): { ok: boolean; lines: string[] } {
  const found = recheckBundle(evidence.bundle);
  const sameRoot = found.root === evidence.root;
  const answer = found.answer;
  const verdict = answer !== null && 'verdict' in answer ? [`verdict ${answer.verdict}`] : [];
  const lines = [
    ...(found.root === null ? [] : [`root ${found.root}`]),
    ...verdict,
    ...found.problems.map(({ code, detail }) => `${code}: ${detail}`),
    ...(found.root !== null && !sameRoot ? [`ROOT_CHANGED: ${evidence.root}`] : []),
  ];
  return { ok: found.ok && sameRoot, lines };
}
