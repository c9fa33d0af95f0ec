import { canonicalJson } from '@liqpass/evidence/canonical';
import { formatUsdc } from '@liqpass/kernel/money';
import { z } from 'zod';
import { checkProof, type ProofCheck } from './checkProof.ts';
import type { Opening } from './entry.ts';
import { instant } from './instant.ts';
import type { VerifierKey } from './note.ts';
import { holdsLiability, liabilityPath, type LiabilityPath } from './sumTree.ts';

export const PROOF_FILE = 'liqpass-proof-file/1';

/** Everything that proves a cover, in one file: it is checked by its parts, and by whether they are about the same. */
export const proofFile = z.strictObject({
  format: z.literal(PROOF_FILE),
  order_id: z.string().max(100),
  made_at: instant,
  /** As GET /api/claims/:id/evidence answers; null where nothing was claimed. */
  evidence: z.unknown(),
  /** A tlog-proof for each entry of the order and its claim. */
  entries: z.array(z.string().max(100_000)).max(500),
  /** The path of what is owed on the order, and the tlog-proof of the entry that has its total; null where nothing is owed. */
  liability: z.strictObject({ path: liabilityPath, entry: z.string().max(100_000) }).nullable(),
});
/** The file as it is written. */
export type ProofFile = z.input<typeof proofFile>;
export type ReadProofFile = z.output<typeof proofFile>;

/** What does not hold, by what it is about; the detail is a half sentence for a person. */
export type LoggedProblem = {
  readonly code:
    | 'NO_LOG_KEY'
    | 'ENTRY_NOT_PROVEN'
    | 'ENTRY_NOT_OPENED'
    | 'OTHER_ORDER'
    | 'LIABILITY_NOT_COUNTED'
    | 'LIABILITY_NOT_LOGGED';
  readonly detail: string;
};
type Proven = Extract<ProofCheck, { holds: true }>;
export type OpenedEntry = Proven & { readonly opening: Opening };
export type LoggedParts = {
  readonly entries: readonly OpenedEntry[];
  /** What is owed as far as it is counted in a total that the log has. */
  readonly liability: { readonly path: LiabilityPath; readonly logged: Proven } | null;
  readonly problems: readonly LoggedProblem[];
};

/** The proof file of a text; null where it is none. */
export function readProofFile(text: string): ReadProofFile | null {
  try {
    return proofFile.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // No JSON: nor is it a proof file.
  }
}

/** Checks what a proof file has of the log: every entry, that each is opened and about the file's order, and the liability. */
export function checkLogged(
  file: ReadProofFile,
  key: VerifierKey | null,
  witnesses: readonly VerifierKey[] = [],
): LoggedParts {
  if (file.entries.length === 0 && file.liability === null) return { entries: [], liability: null, problems: [] };
  if (key === null)
    return {
      entries: [],
      liability: null,
      problems: [{ code: 'NO_LOG_KEY', detail: "no key given: what is of the log is checked against the log's key" }],
    };
  const problems: LoggedProblem[] = [];
  const entries: OpenedEntry[] = [];
  for (const [at, text] of file.entries.entries()) {
    const found = checkProof(text, key, witnesses);
    if (!found.holds)
      problems.push({ code: 'ENTRY_NOT_PROVEN', detail: `entry ${at + 1} of the file: ${found.detail}` });
    else if (found.opening === null)
      problems.push({ code: 'ENTRY_NOT_OPENED', detail: `entry ${found.index} is not opened: it could be anybody's` });
    else if (found.opening['order_id'] !== file.order_id)
      problems.push({ code: 'OTHER_ORDER', detail: `entry ${found.index} is about another order` });
    else entries.push({ ...found, opening: found.opening });
  }
  const liability = file.liability === null ? null : checkLiability(file.liability, key, witnesses);
  if (liability !== null && 'code' in liability)
    return { entries, liability: null, problems: [...problems, liability] };
  return { entries, liability, problems };
}

function checkLiability(
  { path, entry: text }: NonNullable<ReadProofFile['liability']>,
  key: VerifierKey,
  witnesses: readonly VerifierKey[],
): LoggedProblem | NonNullable<LoggedParts['liability']> {
  if (!holdsLiability(path))
    return { code: 'LIABILITY_NOT_COUNTED', detail: 'the path does not lead from the amount to the root and total' };
  const logged = checkProof(text, key, witnesses);
  if (!logged.holds) return { code: 'LIABILITY_NOT_LOGGED', detail: `the entry with the total: ${logged.detail}` };
  const { entry } = logged;
  const said = entry.type === 'liabilities' ? { root: entry.root, total: entry.total, at: entry.at } : null;
  const counted = { root: path.root, total: formatUsdc(path.total), at: path.at };
  return canonicalJson(said) === canonicalJson(counted)
    ? { path, logged }
    : { code: 'LIABILITY_NOT_LOGGED', detail: 'the log has another root, total or time than the path leads to' };
}
