import { canonicalJson } from '@liqpass/evidence/canonical';
import { formatUsdc } from '@liqpass/kernel/money';
import { printable } from '@liqpass/kernel/text';
import { formatIso } from '@liqpass/kernel/time';
import { toBase64 } from './base64.ts';
import { checkProof } from './checkProof.ts';
import { parseCheckpointText } from './checkpoint.ts';
import { parseNote, type VerifierKey } from './note.ts';
import { checkLogged, type LoggedParts, type ReadProofFile } from './proofFile.ts';
import { holdsLiability, liabilityPath, type LiabilityPath } from './sumTree.ts';
import { parseTlogProof } from './tlogProof.ts';

/** What a file shows, in lines for a terminal, and whether it holds. */
export type FileReport = { readonly lines: readonly string[]; readonly holds: boolean };

// What a file says may be made to look like what we say: no line of it breaks out of its own.
const holds = (...lines: string[]): FileReport => ({ lines: lines.map(printable), holds: true });
const fails = (...lines: string[]): FileReport => ({ lines: lines.map(printable), holds: false });

export const isTlogProof = (text: string): boolean => text.startsWith('c2sp.org/tlog-proof@');

/** Checks a .tlog-proof against the log's key, and says which of the witnesses asked about cosigned it. */
export function tlogProofReport(text: string, key: VerifierKey | null, witnesses: readonly VerifierKey[]): FileReport {
  if (key === null) {
    const note = parseNote(parseTlogProof(text)?.checkpoint ?? '');
    const origin = note === null ? undefined : parseCheckpointText(note.text)?.origin;
    return fails(
      `! No key given: a proof is checked against the log's key${origin === undefined ? '' : `, that of ${origin}`}. Have it from somewhere else than the file.`,
    );
  }
  const found = checkProof(text, key, witnesses);
  if (!found.holds) return fails(`THE PROOF DOES NOT HOLD: ${found.detail}.`);
  return holds(
    'The proof holds: this entry is in the log, and could not be changed since without showing.',
    `entry    ${found.index}, ${canonicalJson(found.entry)}`,
    `opening  ${found.opening === null ? 'not given' : canonicalJson(found.opening)}`,
    `log      ${found.checkpoint.origin}, ${found.checkpoint.size} entries, root ${toBase64(found.checkpoint.root)}`,
    ...found.witnesses.map(({ name, at }) => `witness  ${name}, ${formatIso(at * 1000)}`),
    ...(found.witnesses.length === 0 ? ['witness  none asked about, or none that cosigned'] : []),
  );
}

/** The path of a liability as JSON; null where the text is none. */
export function readLiabilityPath(text: string): LiabilityPath | null {
  try {
    return liabilityPath.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // No JSON: nor is it a path.
  }
}

/** Checks that an amount is counted in a total. */
export function liabilityReport(text: string): FileReport {
  const path = readLiabilityPath(text);
  if (path === null) return fails('It is no path of a liability, nor a tlog-proof.');
  if (!holdsLiability(path))
    return fails('THE PATH DOES NOT HOLD: it does not lead from this amount to this root and total.');
  return holds(
    'The path holds: this amount is counted in the total.',
    `amount   ${formatUsdc(path.amount)} USDC, subject ${path.subject}`,
    `total    ${formatUsdc(path.total)} USDC, root ${path.root}, ${path.at}`,
    'Compare root and total with the "liabilities" entry of that hour in the log.',
  );
}

/** What a proof file has of the log, a line for each part that holds. */
export function loggedLines({ entries, liability }: LoggedParts): string[] {
  const [first] = entries;
  return [
    ...entries.map(
      ({ index, entry, opening }) => `entry    ${index}, ${entry.type}, ${entry.at}, ${canonicalJson(opening)}`,
    ),
    ...(first === undefined
      ? ['entry    none in the file']
      : [
          `log      ${first.checkpoint.origin}, ${first.checkpoint.size} entries, root ${toBase64(first.checkpoint.root)}`,
        ]),
    ...[...new Map(first?.witnesses.map(({ name, at }) => [name, at]))].map(
      ([name, at]) => `witness  ${name}, ${formatIso(at * 1000)}`,
    ),
    liability === null
      ? 'owed     nothing, or not in the file'
      : `owed     ${formatUsdc(liability.path.amount)} USDC, counted in ${formatUsdc(liability.path.total)} USDC of entry ${liability.logged.index}, ${liability.path.at}`,
  ];
}

/** Checks what a proof file has of the log; its evidence is for others to check. */
export function proofFileReport(
  file: ReadProofFile,
  key: VerifierKey | null,
  witnesses: readonly VerifierKey[],
): FileReport {
  const logged = checkLogged(file, key, witnesses);
  const { problems } = logged;
  const lines = [
    problems.length === 0 ? 'What the file has of the log holds.' : 'WHAT THE FILE HAS OF THE LOG DOES NOT HOLD.',
    ...problems.map(({ code, detail }) => `  ${code}  ${detail}`),
    `order    ${file.order_id}`,
    ...loggedLines(logged),
    ...(file.evidence === null ? [] : ['The evidence in it was not looked at: npm run evidence -- check']),
  ];
  return problems.length === 0 ? holds(...lines) : fails(...lines);
}
