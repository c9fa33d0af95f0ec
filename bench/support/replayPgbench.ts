import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Recording } from './recordStatements.ts';

const run = promisify(execFile);
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** A recorded value as pgbench writes it: `:n` is replaced by twelve digits of this loop, inside quotes too. */
function literal(value: unknown, rename: (text: string) => string): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number' || typeof value === 'bigint') return `${value}`;
  if (typeof value === 'boolean') return `${value}`;
  if (value instanceof Date) return quoted(value.toISOString());
  if (Array.isArray(value))
    return quoted(`{${value.map((each) => `"${rename(String(each)).replaceAll('"', '\\"')}"`).join(',')}}`);
  return quoted(rename(typeof value === 'string' ? value : JSON.stringify(value)));
}
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The recorded loop as a pgbench script. Ids that the database gives (a job's) are taken from its answer with \aset. */
export function pgbenchScript({ policy, statements }: Recording): string {
  const names = new Map<string, string>([
    [policy.ordId, '290000:{n}'],
    [policy.txHash, `0x${'a'.repeat(52)}:{n}`],
    [policy.multisigTxHash, `0x${'b'.repeat(52)}:{n}`],
  ]);
  let uuids = 0;
  const rename = (text: string): string => {
    let renamed = text.replace(UUID, (found) => {
      const known = names.get(found) ?? `${String((uuids += 1)).padStart(8, '0')}-0000-4000-8000-:{n}`;
      names.set(found, known);
      return known;
    });
    for (const token of [policy.ordId, policy.txHash, policy.multisigTxHash])
      renamed = renamed.replaceAll(token, names.get(token) ?? token);
    return renamed;
  };
  const lines = ['\\set n random(100000000000, 999999999999)'];
  for (const [index, { text, values, returnedIds }] of statements.entries()) {
    const named = text.replace(/\$(\d+)/g, (_all, place: string) => literal(values[Number(place) - 1], rename));
    // pgbench reads a word after a colon as a variable, casts and JSON paths included where such a variable exists: only n does.
    const line = named.replaceAll(/\s+/g, ' ').trim().replace(/;$/, '');
    const given = returnedIds.find((id) => !names.has(id));
    if (given === undefined) lines.push(`${line};`);
    else {
      names.set(given, `:row${index}_id`);
      lines.push(`${line} \\aset row${index}_`);
    }
  }
  return `${lines.join('\n').replaceAll(':{n}', ':n')}\n`;
}

/** Plays the recorded loop with pgbench, PostgreSQL's own driver: what the database itself reaches. Answers with loops/s. */
export async function replayWithPgbench(
  binaries: string,
  databaseUrl: string,
  recording: Recording,
  clients: number,
  seconds: number,
): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'liqpass-pgbench-'));
  const file = join(directory, 'loop.sql');
  const script = pgbenchScript(recording);
  writeFileSync(file, script);
  const { hostname, port, username, pathname } = new URL(databaseUrl);
  const rows = [...script.matchAll(/\\aset (\w+)/g)].flatMap(([, prefix]) => [
    '-D',
    `${prefix}id=00000000-0000-4000-8000-000000000000`,
  ]);
  try {
    const { stdout } = await run(
      join(binaries, 'pgbench'),
      [
        '-n',
        '-M',
        'simple',
        '-f',
        file,
        '-c',
        String(clients),
        '-j',
        '1',
        '-T',
        String(seconds),
        ...rows,
        '-h',
        hostname,
        '-p',
        port,
        '-U',
        username,
        pathname.slice(1),
      ],
      { maxBuffer: 1 << 24 },
    );
    const tps = /tps = ([\d.]+)/.exec(stdout)?.[1];
    if (tps === undefined) throw new Error(`pgbench did not say how fast it was: ${stdout}`);
    return Number(tps);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
