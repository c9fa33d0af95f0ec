import { canonicalJson } from '@liqpass/evidence/canonical';
import { BUNDLE_FORMAT } from '@liqpass/evidence/bundle';
import type { RecheckProblem } from './recheck.ts';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The bundle in a file, and where the file around it tells something else than the bundle does. */
export type FoundBundle = { readonly bundle: unknown; readonly problems: RecheckProblem[] };

const differs = (detail: string): RecheckProblem => ({ code: 'ANSWER_DIFFERS', detail });

/** What an answer of jp-verify says beside its bundle must be what the bundle says. */
function compareAround(around: Json, bundle: Json): RecheckProblem[] {
  const problems: RecheckProblem[] = [];
  const evidence = isObject(around['evidence']) ? around['evidence'] : {};
  const answer = isObject(bundle['answer']) ? bundle['answer'] : {};
  for (const [field, stored] of Object.entries(answer))
    if (canonicalJson(around[field] ?? null) !== canonicalJson(stored ?? null))
      problems.push(differs(`${field} in the answer is not the ${field} of its bundle`));
  if ('root' in evidence && evidence['root'] !== bundle['root'])
    problems.push({ code: 'ROOT_CHANGED', detail: 'the root in the answer is not the root of its bundle' });
  if ('leaves' in evidence && canonicalJson(evidence['leaves'] ?? null) !== canonicalJson(bundle['leaves'] ?? null))
    problems.push({ code: 'LEAF_CHANGED', detail: 'the leaves in the answer are not the leaves of its bundle' });
  return problems;
}

/** A claim's own columns must be what its evidence says. */
function compareClaim(claim: Json, bundle: Json): RecheckProblem[] {
  const root = claim['evidence_root'];
  return typeof root === 'string' && root.toLowerCase() !== bundle['root']
    ? [{ code: 'ROOT_CHANGED', detail: 'evidence_root of the claim is not the root of its bundle' }]
    : [];
}

/**
 * Finds the bundle in what a file holds: a bundle, an answer of /verify or /snapshot, or a claim (or its evidence_json, as
 * an object or as text). null: there is none.
 */
export function findBundle(file: unknown): FoundBundle | null {
  if (typeof file === 'string') {
    try {
      return findBundle(JSON.parse(file));
    } catch {
      return null; // Text that is no JSON holds no bundle.
    }
  }
  if (!isObject(file)) return null;
  if (file['format'] === BUNDLE_FORMAT) return { bundle: file, problems: [] };
  if (isObject(file['evidence']) && isObject(file['evidence']['bundle'])) {
    const { bundle } = file['evidence'];
    return { bundle, problems: compareAround(file, bundle) };
  }
  if (isObject(file['bundle'])) return { bundle: file['bundle'], problems: [] };
  if ('evidence_json' in file) {
    const found = findBundle(file['evidence_json']);
    return found && isObject(found.bundle)
      ? { bundle: found.bundle, problems: [...found.problems, ...compareClaim(file, found.bundle)] }
      : found;
  }
  return null;
}
