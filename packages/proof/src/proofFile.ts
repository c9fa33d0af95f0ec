import type { VerifierKey } from '@liqpass/log/note';
import { checkLogged, type LoggedParts, type LoggedProblem, type ReadProofFile } from '@liqpass/log/proofFile';
import type { RecheckProblem } from './recheck.ts';
import { recheckFile, type FileRecheck } from './recheckFile.ts';

/** Whom a check believes; null: nobody's key was given. */
export type ProofKeys = {
  /** The public keys (base64url) that the verdict must be signed with one of. */
  readonly attestation: readonly string[] | null;
  readonly log: VerifierKey | null;
  readonly witnesses: readonly VerifierKey[];
};

export type ProofFileProblem =
  | LoggedProblem
  | RecheckProblem
  | { readonly code: 'EVIDENCE_NOT_LOGGED' | 'VERDICT_NOT_LOGGED'; readonly detail: string };

/** What a proof file shows, part by part, and everything in it that does not hold or does not belong together. */
export type ProofFileCheck = {
  readonly ok: boolean;
  readonly evidence: FileRecheck | null;
  readonly logged: LoggedParts;
  readonly problems: readonly ProofFileProblem[];
};

/** Checks a proof file: the evidence, the log, what is owed; and that the verdict which the log has is the one of this evidence. */
export function checkProofFile(file: ReadProofFile, keys: ProofKeys): ProofFileCheck {
  const evidence = file.evidence === null ? null : recheckFile(file.evidence, keys.attestation);
  const logged = checkLogged(file, keys.log, keys.witnesses);
  const problems = [...(evidence?.problems ?? []), ...logged.problems, ...compareVerdict(evidence, logged)];
  return { ok: problems.length === 0, evidence, logged, problems };
}

/** Evidence that is not logged yet is none the worse; evidence that the log has another root or verdict for is another one. */
function compareVerdict(evidence: FileRecheck | null, { entries }: LoggedParts): ProofFileProblem[] {
  const attested = entries.map(({ opening }) => opening).filter(({ type }) => type === 'attested');
  const root = evidence?.bundle?.root;
  if (root === undefined || attested.length === 0) return [];
  const own = attested.find((opening) => opening['evidence_root'] === root);
  if (own === undefined)
    return [{ code: 'EVIDENCE_NOT_LOGGED', detail: `the log has no verdict about evidence with the root ${root}` }];
  const problems: ProofFileProblem[] = [];
  const answer = evidence?.answer;
  if (answer && 'verdict' in answer && own['verdict'] !== answer.verdict)
    problems.push({ code: 'VERDICT_NOT_LOGGED', detail: 'the log has another verdict than the evidence leads to' });
  if ((own['key_id'] ?? null) !== (evidence?.signature?.key_id ?? null))
    problems.push({
      code: 'VERDICT_NOT_LOGGED',
      detail: 'the log names another key for the verdict than signed it here',
    });
  return problems;
}
