import { checkProof } from '@liqpass/log/checkProof';
import type { Checkpoint } from '@liqpass/log/checkpoint';
import { isTlogProof, readLiabilityPath } from '@liqpass/log/fileReport';
import type { VerifierKey } from '@liqpass/log/note';
import { readProofFile, type OpenedEntry, type ReadProofFile } from '@liqpass/log/proofFile';
import { holdsLiability, type LiabilityPath } from '@liqpass/log/sumTree';
import { checkProofFile, type ProofFileProblem } from '@liqpass/proof/proofFile';
import type { FileRecheck } from '@liqpass/proof/recheckFile';
import { recheckText } from '@liqpass/proof/recheckText';

/** Whom to believe: keys that were typed in, or those that the server publishes. */
export type Believed = { readonly attestation: readonly string[]; readonly log: VerifierKey | null };

export type ShownProblem = {
  readonly code: ProofFileProblem['code'] | 'PAGE_DIFFERS' | 'NOT_A_PROOF';
  readonly detail: string;
};
/** What a check found, for the screen; each part is null where it is not there to be checked. */
export type Shown = {
  readonly evidence: {
    readonly root: string | null;
    readonly verdict: string | null;
    /** null: nobody has signed it. */
    readonly signedBy: { readonly keyId: string; readonly origin: string } | null;
  } | null;
  readonly entries: readonly OpenedEntry[];
  readonly checkpoint: Checkpoint | null;
  /** `logged` is the entry that has the total; null where only the path was there. */
  readonly owed: { readonly path: LiabilityPath; readonly logged: number | null } | null;
  readonly problems: readonly ShownProblem[];
};

const nothing: Shown = { evidence: null, entries: [], checkpoint: null, owed: null, problems: [] };

function shownEvidence({ answer, root, signature }: FileRecheck): NonNullable<Shown['evidence']> {
  return {
    root,
    verdict: answer !== null && 'verdict' in answer ? answer.verdict : null,
    signedBy: signature === null ? null : { keyId: signature.key_id, origin: signature.signed.origin },
  };
}

/** Whether evidence says that it is signed: then it must be by one of the keys; else it is shown as what nobody has signed. */
const isSigned = (evidence: unknown): boolean =>
  typeof evidence === 'object' && evidence !== null && 'attestation' in evidence && evidence.attestation !== null;

function judgeProofFile(file: ReadProofFile, { attestation, log }: Believed): Shown {
  const keys = { attestation: isSigned(file.evidence) ? attestation : null, log, witnesses: [] };
  const { evidence, logged, problems } = checkProofFile(file, keys);
  const { liability, entries } = logged;
  return {
    evidence: evidence === null ? null : shownEvidence(evidence),
    entries,
    checkpoint: (entries[0] ?? liability?.logged)?.checkpoint ?? null,
    owed: liability === null ? null : { path: liability.path, logged: liability.logged.index },
    problems,
  };
}

/** Checks a file of any kind that LiqPass hands out, from its text. */
export function judgeText(text: string, believed: Believed): Shown {
  const file = readProofFile(text);
  if (file !== null) return judgeProofFile(file, believed);
  if (isTlogProof(text)) return judgeTlogProof(text, believed.log);
  const path = readLiabilityPath(text);
  if (path !== null)
    return holdsLiability(path)
      ? { ...nothing, owed: { path, logged: null } }
      : { ...nothing, problems: [{ code: 'LIABILITY_NOT_COUNTED', detail: 'the path does not lead to its total' }] };
  const found = recheckText(text, null);
  if (found.bundle === null)
    return { ...nothing, problems: [{ code: 'NOT_A_PROOF', detail: found.problems[0]?.detail ?? '' }] };
  const signed = found.signature === null ? found : recheckText(text, believed.attestation);
  return { ...nothing, evidence: shownEvidence(signed), problems: signed.problems };
}

function judgeTlogProof(text: string, key: VerifierKey | null): Shown {
  if (key === null) return { ...nothing, problems: [{ code: 'NO_LOG_KEY', detail: 'no key of the log' }] };
  const found = checkProof(text, key);
  if (!found.holds) return { ...nothing, problems: [{ code: 'ENTRY_NOT_PROVEN', detail: found.detail }] };
  const { opening, checkpoint } = found;
  return { ...nothing, entries: opening === null ? [] : [{ ...found, opening }], checkpoint };
}
