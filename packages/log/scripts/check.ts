import { canonicalJson } from '@liqpass/evidence/canonical';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso } from '@liqpass/kernel/time';
import { toBase64 } from '../src/base64.ts';
import { checkProof } from '../src/checkProof.ts';
import { parseCheckpointText } from '../src/checkpoint.ts';
import { parseNote } from '../src/note.ts';
import { holdsLiability, liabilityPath } from '../src/sumTree.ts';
import { parseTlogProof } from '../src/tlogProof.ts';
import { readText, readVkey } from './source.ts';

/** Checks a .tlog-proof or a liability's path from its file alone. */
export function checkFile(path: string, vkey: string | null, witnesses: readonly string[]): number {
  const text = readText(path);
  return text.trimStart().startsWith('{') ? checkLiability(text) : checkTlogProof(text, vkey, witnesses);
}

function checkTlogProof(text: string, vkey: string | null, witnesses: readonly string[]): number {
  if (vkey === null) {
    const origin = parseCheckpointText(parseNote(parseTlogProof(text)?.checkpoint ?? '')?.text ?? '')?.origin;
    console.log(
      `! No key given: a proof is checked against the log's key, --key <vkey>${origin === undefined ? '' : ` (the proof is of the log ${origin})`}.`,
    );
    return 1;
  }
  const found = checkProof(text, readVkey(vkey), witnesses.map(readVkey));
  if (!found.holds) {
    console.log(`THE PROOF DOES NOT HOLD: ${found.detail}.`);
    return 1;
  }
  console.log(
    [
      'The proof holds: this entry is in the log, and could not be changed since without showing.',
      `entry    ${found.index}, ${canonicalJson(found.entry)}`,
      `opening  ${found.opening === null ? 'not given' : canonicalJson(found.opening)}`,
      `log      ${found.checkpoint.origin}, ${found.checkpoint.size} entries, root ${toBase64(found.checkpoint.root)}`,
      ...found.witnesses.map(({ name, at }) => `witness  ${name}, ${formatIso(at * 1000)}`),
      ...(found.witnesses.length === 0 ? ['witness  none asked about, or none that cosigned'] : []),
    ].join('\n'),
  );
  return 0;
}

function checkLiability(text: string): number {
  const parsed = liabilityPath.safeParse(JSON.parse(text));
  if (!parsed.success) {
    console.log('It is no path of a liability, nor a tlog-proof.');
    return 1;
  }
  const path = parsed.data;
  if (!holdsLiability(path)) {
    console.log('THE PATH DOES NOT HOLD: it does not lead from this amount to this root and total.');
    return 1;
  }
  console.log(
    [
      'The path holds: this amount is counted in the total.',
      `amount   ${formatUsdc(path.amount)} USDC, subject ${path.subject}`,
      `total    ${formatUsdc(path.total)} USDC, root ${path.root}, ${path.at}`,
      'Compare root and total with the "liabilities" entry of that hour in the log (npm run log -- verify).',
    ].join('\n'),
  );
  return 0;
}
