// npm run evidence -- check <file>: computes root and verdict again from a bundle, an answer of jp-verify, or a claim; offline.
import { readFileSync } from 'node:fs';
import { formatIso } from '@liqpass/kernel/time';
import type { Recheck } from '../src/recheck.ts';
import { recheckText } from '../src/recheckText.ts';

const USAGE = `Checks the evidence of a verdict offline, from the file alone.

  npm run evidence -- check <file>     a bundle, an answer of /verify or /snapshot, or a claim with its evidence_json
                                       ("-" reads standard input)

Exit code 0: the file leads to the root and the verdict that it states. 1: it does not; what differs is named.`;

const MARKS = { pass: '+', fail: '!', no_data: '?' } as const;

function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    console.error(`${path} cannot be read: ${error instanceof Error ? error.message : 'unknown error'}`);
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

function report(path: string): number {
  const recheck = recheckText(readText(path));
  const { bundle, answer, problems } = recheck;
  if (bundle === null) {
    console.error(`${path} is no evidence: ${problems.map(({ detail }) => detail).join('; ')}.`);
    return 1;
  }
  const lines = [
    problems.length === 0 ? 'The evidence holds: root and verdict follow from it.' : 'THE EVIDENCE DOES NOT HOLD.',
    ...problems.slice(0, 8).map(({ code, detail }) => `  ${code}  ${detail}`),
    ...(problems.length > 8 ? [`  … and ${problems.length - 8} more`] : []),
    `root       ${bundle.root}${recheck.root === null ? '  (does not fit the content)' : ''}`,
    `judged     ${formatIso(bundle.judged_at_ms)}, from ${bundle.exchanges.length} answers of ${[...new Set(bundle.exchanges.map(({ host }) => host))].join(', ')}`,
    `asked      ${JSON.stringify(bundle.claim)}`,
    ...concluded(recheck),
    ...(answer
      ? ['', ...answer.checks.map(({ code, result, detail }) => `${MARKS[result]} ${code.padEnd(26)} ${detail}`)]
      : []),
  ];
  console.log(lines.join('\n'));
  return problems.length === 0 ? 0 : 1;
}

const [command, path] = process.argv.slice(2);
if (command !== 'check' || path === undefined) {
  console.log(USAGE);
  process.exitCode = command === undefined || command === '--help' || command === 'help' ? 0 : 1;
} else process.exitCode = report(path);
