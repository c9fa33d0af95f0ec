import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { printable } from '@liqpass/kernel/text';
import {
  isTlogProof,
  liabilityReport,
  loggedLines,
  readLiabilityPath,
  tlogProofReport,
  type FileReport,
} from '@liqpass/log/fileReport';
import { parseVkey, type VerifierKey } from '@liqpass/log/note';
import { readProofFile, type ReadProofFile } from '@liqpass/log/proofFile';
import { evidenceReport } from '@liqpass/proof/evidenceReport';
import { checkProofFile } from '@liqpass/proof/proofFile';

// Checks LiqPass from files alone: nothing is fetched, and nothing of the server is believed.

const USAGE = `Checks what LiqPass says, offline, from the files it gave you.

  node liqpass-verify.mjs <file> … [--key <key>] [--log <vkey>] [--witness <vkey> …]

A file is the proof of a policy, the evidence of a verdict, a .tlog-proof of an entry of the log, or the path of a liability; which, it
tells itself.

  --key      the key that verdicts are signed with (base64url; several with commas)
  --log      the log's key, one line: name+id+key
  --witness  a witness that must have cosigned rightly where it did; may be given again

Have the keys from somewhere else than the server that gave you the files: a key that came with a forgery fits it.
Exit code 0: every file holds. 1: one does not, and is named.`;

function readKeys(texts: readonly string[], option: string): VerifierKey[] {
  return texts.map((text) => {
    const key = parseVkey(text.trim());
    if (key === null) throw new Error(`--${option} is no vkey: name+id+key, in one line`);
    return key;
  });
}

type Keys = { evidence: string[] | null; log: VerifierKey | null; witnesses: VerifierKey[] };

/** A policy's proof: its parts, and whether they belong together. */
function proofReport(path: string, file: ReadProofFile, keys: Keys): FileReport {
  const found = checkProofFile(file, { attestation: keys.evidence, log: keys.log, witnesses: keys.witnesses });
  const evidence =
    file.evidence === null
      ? ['no evidence: nothing was claimed']
      : evidenceReport(path, JSON.stringify(file.evidence), keys.evidence).lines;
  const lines = [
    found.ok ? 'The proof holds: every part of it, and they belong together.' : 'THE PROOF DOES NOT HOLD.',
    ...found.problems.map(({ code, detail }) => `  ${code}  ${detail}`),
    `order    ${file.order_id}`,
    ...loggedLines(found.logged),
  ];
  return { lines: [...lines.map(printable), '', ...evidence], holds: found.ok };
}

function reportOf(path: string, keys: Keys): FileReport {
  const text = readFileSync(path === '-' ? 0 : path, 'utf8');
  const file = readProofFile(text);
  if (file !== null) return proofReport(path, file, keys);
  if (isTlogProof(text)) return tlogProofReport(text, keys.log, keys.witnesses);
  return readLiabilityPath(text) === null ? evidenceReport(path, text, keys.evidence) : liabilityReport(text);
}

function run(words: string[]): number {
  const { positionals, values } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      key: { type: 'string' },
      log: { type: 'string' },
      witness: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true || positionals.length === 0) {
    console.log(USAGE);
    return values.help === true ? 0 : 1;
  }
  const [log = null] = readKeys(values.log === undefined ? [] : [values.log], 'log');
  const keys = { evidence: values.key?.split(',') ?? null, log, witnesses: readKeys(values.witness ?? [], 'witness') };
  let code = 0;
  for (const path of positionals) {
    const { lines, holds } = reportOf(path, keys);
    console.log(`${printable(path)}\n${lines.map((line) => `  ${line}`).join('\n')}`);
    if (!holds) code = 1;
  }
  return code;
}

try {
  process.exitCode = run(process.argv.slice(2));
} catch (error) {
  console.error(printable(error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
}
