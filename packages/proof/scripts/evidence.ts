// npm run evidence -- check <file>: computes root and verdict again from a bundle, an answer of jp-verify, or a claim; offline.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { printable } from '@liqpass/kernel/text';
import { formatIso } from '@liqpass/kernel/time';
import type { Recheck } from '../src/recheck.ts';
import type { FileRecheck } from '../src/recheckFile.ts';
import { recheckText } from '../src/recheckText.ts';

const USAGE = `Checks the evidence of a verdict offline, from the file alone.

  npm run evidence -- check <file> [--key <public key>]

The file holds a bundle, downloaded evidence, an answer of /verify or /snapshot, or a claim with its evidence_json; "-" reads standard
input. --key: the public key (base64url; several with commas) that it must be signed with, which you have from somewhere else than
the file: GET /attestation-keys, or whoever you trust to know it.

Exit code 0: the file leads to the root and the verdict that it states, and what is told around them agrees. 1: it does not; what
differs is named.`;

const MARKS = { pass: '+', fail: '!', no_data: '?' } as const;

function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    console.error(printable(`${path} cannot be read: ${error instanceof Error ? error.message : 'unknown error'}`));
    process.exit(1);
  }
}

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

function report(path: string, keys: readonly string[] | null): number {
  const recheck = recheckText(readText(path), keys);
  const { bundle, answer, problems } = recheck;
  if (bundle === null) {
    console.error(printable(`${path} is no evidence: ${problems.map(({ detail }) => detail).join('; ')}.`));
    return 1;
  }
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
  ];
  // What the file says may be made to look like what we say: no line of it breaks out of its own.
  console.log(lines.map(printable).join('\n'));
  return problems.length === 0 ? 0 : 1;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { key: { type: 'string' }, help: { type: 'boolean' } },
});
const [command, path] = positionals;
if (command !== 'check' || path === undefined) {
  console.log(USAGE);
  process.exitCode = command === undefined || values.help === true || command === 'help' ? 0 : 1;
} else process.exitCode = report(path, typeof values.key === 'string' ? values.key.split(',') : null);
