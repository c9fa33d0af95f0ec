import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { fromBase64, toBase64 } from '../src/base64.ts';
import { checkLog, type LogState } from '../src/checkLog.ts';
import { formatVkey, parseVkey, type VerifierKey } from '../src/note.ts';
import { keyFor, readerOf } from './source.ts';

const stateFile = z.strictObject({
  vkey: z.string(),
  origin: z.string(),
  size: z.int().min(0),
  roots: z.array(z.string()).max(63),
});

function readState(path: string, key: VerifierKey): LogState | null {
  if (!existsSync(path)) return null;
  const { vkey, origin, size, roots } = stateFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  if (vkey !== formatVkey(key)) throw new Error(`${path} is of another key: ${vkey}`);
  const hashes = roots.map((root) => fromBase64(root)).filter((root) => root !== null);
  if (hashes.length !== roots.length) throw new Error(`${path} is no state of a log`);
  return { origin, frontier: { size, roots: hashes } };
}

function writeState(path: string, key: VerifierKey, { origin, frontier }: LogState): void {
  const text = JSON.stringify(
    { vkey: formatVkey(key), origin, size: frontier.size, roots: frontier.roots.map(toBase64) },
    null,
    2,
  );
  writeFileSync(`${path}.new`, `${text}\n`);
  renameSync(`${path}.new`, path);
}

/** Checks a log as a stranger would; 0 where everything holds, 1 where something does not. */
export async function verifyLog(source: string, vkey: string | null, statePath: string | null): Promise<number> {
  let key = await keyFor(source, vkey);
  const state = statePath === null ? null : readState(statePath, key);
  const counts = new Map<string, number>();
  const found = await checkLog(readerOf(source), key, state, (entry) => {
    counts.set(entry.type, (counts.get(entry.type) ?? 0) + 1);
    // The last entry of a log whose key changes names the next one; from then on another log goes on.
    if (entry.type === 'next_key') key = parseVkey(entry.vkey) ?? key;
  });
  for (const { path, detail } of found.problems.slice(0, 20)) console.log(`! ${path}: ${detail}`);
  if (found.checkpoint === null || found.problems.length > 0) {
    console.log(`THE LOG DOES NOT HOLD: ${found.problems.length} problem${found.problems.length === 1 ? '' : 's'}.`);
    return 1;
  }
  const { origin, size, root } = found.checkpoint;
  const kinds = [...counts].map(([type, count]) => `${count} ${type}`).join(', ');
  console.log(
    [
      'The log holds: root and every tile follow from its entries.',
      `origin   ${origin}`,
      `size     ${size} entries, ${found.entries} of them new here${kinds === '' ? '' : ` (${kinds})`}`,
      `root     ${toBase64(root)}`,
      `newest   ${found.newestAt ?? 'nothing new'}`,
      ...(state === null
        ? ['grew     not checked: no --state of an earlier look']
        : [`grew     yes, from the ${state.frontier.size} entries seen last`]),
    ].join('\n'),
  );
  if (formatVkey(key) !== (vkey ?? formatVkey(key))) console.log(`next key ${formatVkey(key)}`);
  if (statePath !== null && found.state !== null) writeState(statePath, key, found.state);
  return 0;
}
