// npm run log: checks the log from outside, stands witness to it, takes proofs away and checks them offline.
import { checkFile } from './check.ts';
import { proveClaim } from './prove.ts';
import { verifyLog } from './verify.ts';
import { startWitness } from './witness.ts';

const USAGE = `Checks LiqPass's log of what was sold, decided and paid.

  npm run log -- verify <url or folder> [--key <vkey>] [--state <file>]
      fetches the log, recomputes it from its entries, and checks that it grew from what --state saw last
  npm run log -- check <file> [--key <vkey>] [--witness <vkey> …]
      checks a .tlog-proof, the path of a liability, or a policy's proof file, offline
  npm run log -- prove <claim id> [--out <folder>]
      takes the proofs of a claim's entries from BACKEND_BASE_URL (http://127.0.0.1:3001)
  npm run log -- witness --log <vkey> [--log <vkey> …] --name <name> --state <folder> [--port 8084] [--poll <url>]
      cosigns the log as it grows (tlog-witness); it keeps its key and what it saw in the folder

A vkey is the log's public key in one line. Have it from somewhere else than the log's own server.
Exit code 0: everything holds. 1: something does not, and is named.`;

/** The words after the command, and the values behind each --name. */
function readArguments(words: readonly string[]): { rest: string[]; options: Map<string, string[]> } {
  const rest: string[] = [];
  const options = new Map<string, string[]>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('--')) rest.push(word);
    else options.set(word.slice(2), [...(options.get(word.slice(2)) ?? []), words[(at += 1)] ?? '']);
  }
  return { rest, options };
}

const [command, ...words] = process.argv.slice(2);
const { rest, options } = readArguments(words);
const [subject] = rest;
const option = (name: string): string | null => options.get(name)?.at(-1) ?? null;

try {
  if (command === 'verify' && subject !== undefined)
    process.exitCode = await verifyLog(subject, option('key'), option('state'));
  else if (command === 'check' && subject !== undefined)
    process.exitCode = checkFile(subject, option('key'), options.get('witness') ?? []);
  else if (command === 'prove' && subject !== undefined)
    process.exitCode = await proveClaim(subject, option('out') ?? '.', option('key'));
  else if (command === 'witness')
    await startWitness({
      logs: options.get('log') ?? [],
      name: option('name') ?? '',
      folder: option('state') ?? '',
      port: Number(option('port') ?? 8084),
      poll: options.get('poll') ?? [],
    });
  else {
    console.log(USAGE);
    process.exitCode = command === undefined || command === '--help' || command === 'help' ? 0 : 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
