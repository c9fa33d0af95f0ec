import { printable } from '@liqpass/kernel/text';
import { PROOF_FILE } from '@liqpass/log/proofFile';
import { formatIso } from '@liqpass/kernel/time';
import { isJsonObject } from './claimFile.ts';
import type { Recheck } from './recheck.ts';
import type { FileRecheck } from './recheckFile.ts';
import { recheckText } from './recheckText.ts';

const MARKS = { pass: '+', fail: '!', no_data: '?' } as const;

function concluded({ answer }: Recheck): string[] {
  if (answer === null) return [];
  if (!('verdict' in answer))
    return [answer.insurable ? 'position   insurable' : `position   not insurable: ${answer.reason ?? ''}`];
  const { verdict, reason, flags, liquidation } = answer;
  return [
    `verdict    ${verdict}${reason === null ? '' : ` (${reason})`}`,
    ...(liquidation
      ? [
          `liquidated ${formatIso(liquidation.liquidation_time_ms)} (${liquidation.liquidation_time_ms})`,
          `loss       ${liquidation.loss.total} ${liquidation.loss.ccy}, insured ${liquidation.loss.insured} (share ${liquidation.share})`,
        ]
      : []),
    `flags      ${flags.length === 0 ? 'none' : flags.join(', ')}`,
  ];
}

/** Of a policy's proof file only the evidence is looked at here. */
const REST = 'What the file has of the log was not looked at: npm run log -- check';
function isProofFile(text: string): boolean {
  try {
    const file: unknown = JSON.parse(text);
    return isJsonObject(file) && file['format'] === PROOF_FILE;
  } catch {
    return false; // No JSON.
  }
}

/** First of all, and so that nobody takes it for proven. */
function notCovered({ uncovered }: FileRecheck): string[] {
  if (uncovered.length === 0) return [];
  const fields = uncovered.map(({ field, value }) => `${field} ${value}`).join('; ');
  return ['Not covered by the root, but said by the file alone:', `  ${fields}`, ''];
}

function signedBy({ signature, problems }: FileRecheck, isGiven: boolean): string {
  if (signature === null)
    return problems.some(({ code }) => code === 'SIGNATURE_WRONG')
      ? 'signed by  nobody: see above'
      : 'signed by  nobody: unsigned';
  const { key_id: keyId, public_key: publicKey, signed } = signature;
  const whose = isGiven ? 'the key you gave' : `${publicKey}, the key that the file names: compare it`;
  return `signed by  ${keyId} (${whose}), about ${signed.origin}, rules ${signed.rules}`;
}

/**
 * What a file of evidence shows, in lines for a terminal, and whether it holds. `keys`: the public keys (base64url) that it must
 * be signed with; null where nobody gave one.
 */
export function evidenceReport(
  name: string,
  text: string,
  keys: readonly string[] | null,
): { readonly lines: readonly string[]; readonly holds: boolean } {
  const recheck = recheckText(text, keys);
  const { bundle, answer, problems } = recheck;
  if (bundle === null)
    return {
      lines: [
        printable(`${name} is no evidence: ${problems.map(({ detail }) => detail).join('; ')}.`),
        ...(!isProofFile(text) ? [] : [REST]),
      ],
      holds: false,
    };
  const lines = [
    ...notCovered(recheck),
    problems.length === 0 ? 'The evidence holds: root and verdict follow from it.' : 'THE EVIDENCE DOES NOT HOLD.',
    ...problems.slice(0, 8).map(({ code, detail }) => `  ${code}  ${detail}`),
    ...(problems.length > 8 ? [`  … and ${problems.length - 8} more`] : []),
    `root       ${bundle.root}${recheck.root === null ? '  (does not fit the content)' : ''}`,
    signedBy(recheck, keys !== null),
    `judged     ${formatIso(bundle.judged_at_ms)}, from ${bundle.exchanges.length} answers of ${[...new Set(bundle.exchanges.map(({ host }) => host))].join(', ')}`,
    `asked      ${JSON.stringify(bundle.claim)}`,
    ...concluded(recheck),
    ...(answer
      ? ['', ...answer.checks.map(({ code, result, detail }) => `${MARKS[result]} ${code.padEnd(26)} ${detail}`)]
      : []),
    ...(!isProofFile(text) ? [] : ['', REST]),
  ];
  // What the file says may be made to look like what we say: no line of it breaks out of its own.
  return { lines: lines.map(printable), holds: problems.length === 0 };
}
