import { canonicalJson } from '@liqpass/evidence/canonical';
import { BUNDLE_FORMAT } from '@liqpass/evidence/bundle';
import { PROOF_FILE, proofFile } from '@liqpass/log/proofFile';
import { compareClaim, isJsonObject, named, type Json, type Uncovered } from './claimFile.ts';
import type { RecheckProblem } from './recheck.ts';

/**
 * The bundle in a file, its signature (undefined: none), where the file around it tells something else than the bundle does, and what it
 * tells that the bundle does not.
 */
export type FoundBundle = {
  readonly bundle: unknown;
  readonly attestation: unknown;
  readonly problems: RecheckProblem[];
  readonly uncovered: readonly Uncovered[];
};

const differs = (detail: string): RecheckProblem => ({ code: 'ANSWER_DIFFERS', detail });
const signatureOf = (file: Json): unknown => file['attestation'] ?? undefined;

/** The root and leaves that are told beside a bundle must be its own. */
function compareRoot(evidence: Json, bundle: Json): RecheckProblem[] {
  const problems: RecheckProblem[] = [];
  if ('root' in evidence && evidence['root'] !== bundle['root'])
    problems.push({ code: 'ROOT_CHANGED', detail: 'the root in the answer is not the root of its bundle' });
  if ('leaves' in evidence && canonicalJson(evidence['leaves'] ?? null) !== canonicalJson(bundle['leaves'] ?? null))
    problems.push({ code: 'LEAF_CHANGED', detail: 'the leaves in the answer are not the leaves of its bundle' });
  return problems;
}

/** What an answer of jp-verify says beside its bundle must be what the bundle says. */
function compareAnswer(around: Json, bundle: Json): RecheckProblem[] {
  const answer = isJsonObject(bundle['answer']) ? bundle['answer'] : {};
  return Object.entries(answer)
    .filter(([field, stored]) => canonicalJson(around[field] ?? null) !== canonicalJson(stored ?? null))
    .map(([field]) => differs(`${field} in the answer is not the ${field} of its bundle`));
}

/** A file as far as none of these fields is in it. */
const without = (file: Json, fields: Json): Json =>
  Object.fromEntries(Object.entries(file).filter(([field]) => !Object.hasOwn(fields, field)));

/**
 * Finds the bundle in what a file holds: a bundle, an answer of /verify or /snapshot, downloaded evidence, or a claim (or its
 * evidence_json, as an object or as text), or the proof file of a policy. null: there is none.
 */
export function findBundle(file: unknown): FoundBundle | null {
  if (typeof file === 'string') {
    try {
      return findBundle(JSON.parse(file));
    } catch {
      return null; // Text that is no JSON holds no bundle.
    }
  }
  if (!isJsonObject(file)) return null;
  if (file['format'] === PROOF_FILE) {
    const found = findBundle(file['evidence']);
    // What a proof file has of the log is looked at elsewhere; of what it does not have by its format nothing is known.
    return found && { ...found, uncovered: [...found.uncovered, ...named(without(file, proofFile.shape))] };
  }
  if (file['format'] === BUNDLE_FORMAT) return { bundle: file, attestation: undefined, problems: [], uncovered: [] };
  if (isJsonObject(file['evidence']) && isJsonObject(file['evidence']['bundle'])) {
    const { evidence } = file;
    const bundle = file['evidence']['bundle'];
    const around = compareClaim(without(file, isJsonObject(bundle['answer']) ? bundle['answer'] : {}), bundle);
    const problems = [...compareAnswer(file, bundle), ...compareRoot(evidence as Json, bundle), ...around.problems];
    return { bundle, attestation: signatureOf(file), problems, uncovered: around.uncovered };
  }
  if (isJsonObject(file['bundle'])) {
    const { bundle } = file;
    const around = compareClaim(file, bundle as Json);
    const problems = [...compareRoot(file, bundle as Json), ...around.problems];
    return { bundle, attestation: signatureOf(file), problems, uncovered: around.uncovered };
  }
  if ('evidence_json' in file) {
    const found = findBundle(file['evidence_json']);
    if (!found || !isJsonObject(found.bundle)) return found;
    const around = compareClaim(file, found.bundle);
    return {
      ...found,
      problems: [...found.problems, ...around.problems],
      uncovered: [...found.uncovered, ...around.uncovered],
    };
  }
  return null;
}
