// npm run evidence -- check <file>: computes root and verdict again from a bundle, an answer of jp-verify, or a claim; offline.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { printable } from '@liqpass/kernel/text';
import { evidenceReport } from '../src/evidenceReport.ts';

const USAGE = `Checks the evidence of a verdict offline, from the file alone.

  npm run evidence -- check <file> [--key <public key>]

The file holds a bundle, downloaded evidence, a policy's proof file, an answer of /verify or /snapshot, or a claim with its evidence_json; "-" reads standard
input. --key: the public key (base64url; several with commas) that it must be signed with, which you have from somewhere else than
the file: GET /attestation-keys, or whoever you trust to know it.

Exit code 0: the file leads to the root and the verdict that it states, and what is told around them agrees. 1: it does not; what
differs is named.`;

function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    console.error(printable(`${path} cannot be read: ${error instanceof Error ? error.message : 'unknown error'}`));
    process.exit(1);
  }
}

function report(path: string, keys: readonly string[] | null): number {
  const { lines, holds } = evidenceReport(path, readText(path), keys);
  console.log(lines.join('\n'));
  return holds ? 0 : 1;
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
